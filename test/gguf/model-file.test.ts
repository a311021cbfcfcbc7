import { copyFile, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { UsageError } from "../../src/domain/errors.ts";
import { readModelFile } from "../../src/gguf/model-file.ts";
import { temporaryFolder } from "../support/cli.ts";
import { ggufFile, splitGguf } from "../support/gguf.ts";
import { demoModel } from "../support/small-spec.ts";

async function refusal(path: string): Promise<string> {
  const error = await readModelFile(path).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UsageError);
  const { message, hint } = error instanceof UsageError ? error : { message: "", hint: undefined };
  expect(hint).toBeDefined();
  return message;
}

describe("a file that is refused by its head", () => {
  const swap = (bytes: Buffer): Buffer =>
    Buffer.concat([bytes.subarray(0, 4), Buffer.from([0, 0, 0, 3]), bytes.subarray(8)]);
  it.each([
    ["big-endian", swap(ggufFile({})), "is a big-endian GGUF file"],
    ["version 1", ggufFile({ version: 1 }), "GGUF version 1 is not supported"],
    ["version 4", ggufFile({ version: 4 }), "GGUF version 4 is not supported"],
    ["another format", Buffer.from("PK\u0003\u0004 zip, not a model"), "is not a GGUF file"],
  ])("%s", async (_, bytes, says) => {
    const path = join(await temporaryFolder(), "x.gguf");
    await writeFile(path, bytes);
    expect(await refusal(path)).toContain(says);
  });

  it.each([["a list of unknown values", { values: {}, extra: true }, "unknown type"]])("%s", async (_, __, says) => {
    const bytes = ggufFile({ values: { key: 7 } });
    bytes.writeUInt32LE(13, bytes.indexOf("key") + 3);
    const path = join(await temporaryFolder(), "x.gguf");
    await writeFile(path, bytes);
    expect(await refusal(path)).toContain(says);
  });

  it("tensors that overlap, and rows that no block divides", async () => {
    const path = join(await temporaryFolder(), "x.gguf");
    const data = Buffer.alloc(64);
    const bytes = ggufFile({
      tensors: [
        { name: "first", type: 24, shape: [64], data },
        { name: "other", type: 24, shape: [64], data },
      ],
    });
    bytes.writeBigUInt64LE(32n, bytes.indexOf("other") + "other".length + 4 + 8 + 4);
    await writeFile(path, bytes);
    expect(await refusal(path)).toContain("its tensors first and other overlap");
    await writeFile(path, ggufFile({ tensors: [{ name: "odd", type: 12, shape: [576, 2], data }] }));
    expect(await refusal(path)).toContain("its tensor odd has rows of 576");
  });
});

describe("a file that was cut short", () => {
  it.each([
    ["in its tensors", -1, /was cut short: its tensor \S+ would end at byte \d+, and it has \d+$/],
    ["in its header", -1_000_000_000, /was cut short: its 5000 bytes end within the header/],
  ])("%s", async (_, less, says) => {
    const path = join(await temporaryFolder(), "x.gguf");
    await copyFile(demoModel("Q4_K_M"), path);
    const { length } = await readFile(path);
    await truncate(path, Math.max(5000, length + less));
    expect(await refusal(path)).toMatch(says);
  });

  it("is whole with its last byte", async () => {
    const { shards } = await readModelFile(demoModel("Q4_K_M"));
    const last = shards[0].tensors.at(-1);
    expect((last?.start ?? 0) + (last?.bytes ?? 0)).toBeLessThanOrEqual(shards[0].fileBytes);
    expect((last?.start ?? 0) + (last?.bytes ?? 0)).toBeGreaterThan(shards[0].fileBytes - 32);
  });
});

describe("a split model", () => {
  let folder = "";
  let paths: readonly string[] = [];
  beforeEach(async () => {
    folder = await temporaryFolder();
    paths = await splitGguf(demoModel("Q4_K_M"), join(folder, "m"), [0, 10]);
  });
  const at = (index: number): string => paths[index] ?? "";

  it("is all of its shards, by the first one's name", async () => {
    const { shards } = await readModelFile(at(0));
    expect(shards.map(({ path }) => basename(path))).toEqual([1, 2, 3].map((no) => `m-0000${no}-of-00003.gguf`));
  });

  it("is not named by a later shard", async () => {
    expect(await refusal(at(1))).toContain("is shard 2 of 3, not the first");
  });

  it("lacks a shard", async () => {
    await rm(at(2));
    expect(await refusal(at(0))).toContain("shard 3 of 3 is missing");
  });

  it("has a shard that was cut short", async () => {
    await truncate(at(2), (await readFile(at(2))).length - 1);
    expect(await refusal(at(0))).toMatch(/m-00003-of-00003\.gguf was cut short/);
  });

  it("has a shard twice, one of another split, or a whole model in a shard's place", async () => {
    await copyFile(at(1), at(2));
    expect(await refusal(at(0))).toContain("should be shard 3 of 3, and is shard 2 of 3");
    const other = await splitGguf(demoModel("Q4_K_M"), join(folder, "o"), [0]);
    await copyFile(other[1] ?? "", at(1));
    expect(await refusal(at(0))).toContain("should be shard 2 of 3, and is shard 2 of 2");
    await copyFile(demoModel("Q4_K_M"), at(1));
    expect(await refusal(at(0))).toContain("is no shard at all");
  });

  it("has shards of two models, which don't add up", async () => {
    const more = await splitGguf(demoModel("Q4_K_M"), join(folder, "o"), [0, 12]);
    await copyFile(more[1] ?? "", at(1));
    expect(await refusal(at(0))).toMatch(
      /don't belong together: \S+ is in m-00002-of-00003\.gguf and m-00003-of-00003\.gguf/,
    );
    await splitGguf(demoModel("Q4_K_M"), join(folder, "m"), [0, 10]);
    const fewer = await splitGguf(demoModel("Q4_K_M"), join(folder, "o"), [0, 8]);
    await copyFile(fewer[1] ?? "", at(1));
    expect(await refusal(at(0))).toMatch(/the first tells of \d+ tensors, and there are \d+/);
  });

  it("has a first shard that isn't named as one", async () => {
    await rename(at(0), join(folder, "model.gguf"));
    expect(await refusal(join(folder, "model.gguf"))).toContain("is shard 1 of 3, but isn't named as one");
  });
});
