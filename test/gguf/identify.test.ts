import { createHash } from "node:crypto";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { identifyModelFile } from "../../src/gguf/identify.ts";
import { type GgufContent, ggufFile, ggufParts, relabelGguf, splitGguf } from "../support/gguf.ts";
import { sharedFolder } from "../support/shared-folder.ts";
import { demoModel } from "../support/small-spec.ts";

const running = new AbortController().signal;
const identify = (path: string) => identifyModelFile(path, running);
const folder = sharedFolder();

async function made(name: string, content: GgufContent) {
  const path = join(folder(), name);
  await writeFile(path, ggufFile(content));
  return identify(path);
}

/** Two tensors of a byte an element, so that their data are easy to change. */
const tensors = (first: string, second: string) => [
  { name: "b", type: 24, shape: [4, 2], data: Buffer.from(first) },
  { name: "a", type: 24, shape: [3], data: Buffer.from(second) },
];

describe("the digests of a model in one file", () => {
  it("are its own, and those of its sorted tensors as the definition says", async () => {
    const file = ggufFile({ tensors: tensors("12345678", "abc") });
    const { weightsDigest, tensorsDigest } = await made("one.gguf", { tensors: tensors("12345678", "abc") });
    const sha256 = (bytes: Buffer | string) => createHash("sha256").update(bytes).digest("hex");
    expect(weightsDigest).toBe(`sha256:${sha256(file)}`);
    const list = [
      ["a", "I8", [3], sha256("abc")],
      ["b", "I8", [4, 2], sha256("12345678")],
    ];
    expect(tensorsDigest).toBe(`sha256:${sha256(JSON.stringify(list))}`);
  });

  it("tell tensors of another name, type, shape, or data from these, and not those that stand in another order", async () => {
    const { tensorsDigest } = await made("base.gguf", { tensors: tensors("12345678", "abc") });
    const [b, a] = tensors("12345678", "abc");
    const same = await made("order.gguf", { tensors: [a, b].flatMap((tensor) => tensor ?? []) });
    expect(same.tensorsDigest).toBe(tensorsDigest);
    for (const change of [
      { name: "c" },
      { type: 0, shape: [2] },
      { shape: [2, 4] },
      { data: Buffer.from("12345679") },
    ]) {
      const changed = tensors("12345678", "abc").map((tensor) =>
        tensor.name === "b" ? { ...tensor, ...change } : tensor,
      );
      expect((await made("changed.gguf", { tensors: changed })).tensorsDigest).not.toBe(tensorsDigest);
    }
  });

  it("do not see a name, a type or a template, and see tokens and hyperparameters", async () => {
    const values = { "general.architecture": "llama", "llama.block_count": 2, "tokenizer.ggml.tokens": ["x", "y"] };
    const first = await made("v.gguf", { values, tensors: tensors("12345678", "abc") });
    const told = {
      ...values,
      "general.name": "other",
      "general.file_type": 7,
      "quantize.imatrix.file": "i",
      "tokenizer.chat_template": "t",
    };
    const renamed = await made("w.gguf", { values: told, tensors: tensors("12345678", "abc") });
    expect(renamed.weightsDigest).not.toBe(first.weightsDigest);
    expect(renamed.tensorsDigest).toBe(first.tensorsDigest);
    expect(renamed.hyperparametersDigest).toBe(first.hyperparametersDigest);
    for (const change of [
      { "llama.block_count": 3 },
      { "tokenizer.ggml.tokens": ["x", "z"] },
      { "llama.rope.freq_base": 5 },
    ]) {
      const other = await made("x.gguf", { values: { ...values, ...change }, tensors: tensors("12345678", "abc") });
      expect(other.hyperparametersDigest).not.toBe(first.hyperparametersDigest);
    }
  });

  it("are equal for files that differ in their declared type alone", async () => {
    const path = join(folder(), "relabelled.gguf");
    await relabelGguf(demoModel("Q4_K_M"), path, 14);
    const [original, relabelled] = [await identify(demoModel("Q4_K_M")), await identify(path)];
    expect(relabelled.metadata.quantization).toBe("Q4_K_S");
    expect(relabelled.weightsDigest).not.toBe(original.weightsDigest);
    expect(relabelled.tensorsDigest).toBe(original.tensorsDigest);
  });

  it("notice that a file was replaced by one of the same size", async () => {
    const path = join(folder(), "replaced.gguf");
    await copyFile(demoModel("Q4_K_M"), path);
    const before = await identify(path);
    const bytes = await readFile(path);
    bytes.writeUInt8((bytes.at(-100) ?? 0) ^ 1, bytes.length - 100);
    await writeFile(path, bytes);
    const after = await identify(path);
    expect(after.weightsDigest).not.toBe(before.weightsDigest);
    expect(after.tensorsDigest).not.toBe(before.tensorsDigest);
  });
});

describe("a split model", () => {
  it("is the same weights as the whole one, with every figure over all shards", async () => {
    const whole = await identify(demoModel("Q4_K_M"));
    for (const counts of [[0], [3], [0, 10, 5]]) {
      const [first = ""] = await splitGguf(demoModel("Q4_K_M"), join(folder(), `s${counts.join("-")}`), counts);
      const split = await identify(first);
      expect(split.tensorsDigest).toBe(whole.tensorsDigest);
      expect(split.hyperparametersDigest).toBe(whole.hyperparametersDigest);
      const { fileBytes = 0, ...rest } = split.metadata;
      expect({ ...rest, fileBytes: whole.metadata.fileBytes }).toEqual(whole.metadata);
      expect(fileBytes).toBeGreaterThan(whole.metadata.fileBytes ?? 0);
    }
  });

  it("is known by the digests of its shards in order", async () => {
    const paths = await splitGguf(demoModel("Q4_K_M"), join(folder(), "digest"), [0, 8]);
    const digests = await Promise.all(
      paths.map(async (path) =>
        createHash("sha256")
          .update(await readFile(path))
          .digest("hex"),
      ),
    );
    const { weightsDigest } = await identify(paths[0] ?? "");
    expect(weightsDigest).toBe(`sha256:${createHash("sha256").update(JSON.stringify(digests)).digest("hex")}`);
  });

  it("is another one when a byte of its last shard changes", async () => {
    const paths = await splitGguf(demoModel("Q4_K_M"), join(folder(), "swap"), [0]);
    const before = await identify(paths[0] ?? "");
    const bytes = await readFile(paths[1] ?? "");
    bytes.fill(0, Math.floor(bytes.length / 3), Math.floor((2 * bytes.length) / 3));
    await writeFile(paths[1] ?? "", bytes);
    const after = await identify(paths[0] ?? "");
    expect(after.weightsDigest).not.toBe(before.weightsDigest);
    expect(after.tensorsDigest).not.toBe(before.tensorsDigest);
  });
});

describe("what a header tells", () => {
  it("is the type that most parameters have, beside the declared one", async () => {
    const { metadata } = await identify(demoModel("Q4_K_M"));
    expect(metadata).toMatchObject({ quantization: "Q4_K_M", mainTensorType: "Q4_K", parameters: 2_623_744 });
  });

  it.each([
    [2, 41, 64, 18, "Q2_0", 2.25],
    [40, 41, 128, 18, "Q1_0", 1.125],
    [38, 39, 32, 17, "MXFP4_MOE", 4.25],
    [39, 40, 64, 36, "NVFP4", 4.5],
  ])("file type %i: types of current llama.cpp", async (fileType, tensorType, elements, bytes, name, bits) => {
    // Bits per weight as llama-quantize b11669 prints them for these types.
    const type = { Q2_0: 42, Q1_0: 41, MXFP4_MOE: 39, NVFP4: 40 }[name] ?? tensorType;
    const { metadata } = await made(`${name}.gguf`, {
      values: { "general.file_type": name === "Q2_0" ? 41 : fileType },
      tensors: [{ name: "t", type, shape: [elements * 4, 2], data: Buffer.alloc(bytes * 8) }],
    });
    expect(metadata).toMatchObject({ quantization: name, bitsPerWeight: bits });
  });

  it("leaves out a type that is newer than the list, and takes its size from what lies in the file", async () => {
    const { metadata } = await made("future.gguf", {
      values: { "general.file_type": 99 },
      tensors: [
        { name: "t", type: 77, shape: [32], data: Buffer.alloc(32) },
        { name: "u", type: 77, shape: [32], data: Buffer.alloc(32) },
      ],
    });
    expect(metadata.quantization).toBeUndefined();
    expect(metadata).toMatchObject({ bitsPerWeight: 8, mainTensorType: "type 77" });
  });

  it("does not lose a tensor to the tests' own reader", async () => {
    const { tensors: all } = ggufParts(await readFile(demoModel("F16")));
    expect(all.length).toBeGreaterThan(10);
  });
});
