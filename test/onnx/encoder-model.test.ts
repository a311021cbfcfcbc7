import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEncoderModel } from "../../src/onnx/encoder-model.ts";
import { demoModel } from "./engine/demo-model.ts";
import { exportedModel } from "./exports/exported-model.ts";

const { signal } = new AbortController();
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "quantgate-model-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const sha256 = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");
const write = (model: { folder: string }, file: string, contents: object) =>
  writeFileSync(join(model.folder, file), JSON.stringify(contents));
const again = (model: { folder: string }) =>
  openEncoderModel({ folder: model.folder, name: "m", revision: "r" }, signal);

describe("an encoder's folder", () => {
  it("says what the encoder is", async () => {
    const model = await demoModel(folder);
    expect(model).toMatchObject({
      name: "demo-encoder",
      revision: "1.0.0",
      type: "bert",
      layers: 3,
      maxTokens: 512,
      sentenceMaxTokens: 512,
      recommendedLayer: 3,
      weightsDigest: sha256(join(model.folder, "onnx/model.onnx")),
      tokenizerDigest: sha256(join(model.folder, "tokenizer.json")),
      weightsBytes: 3_261_281,
      externalData: false,
      batchable: true,
    });
    expect(Object.keys(model.digests)).toEqual(["onnx/model.onnx", "tokenizer.json"]);
  });

  it("counts the data beside the model among its weights", async () => {
    const model = await exportedModel("bert-external", folder);
    const data = join(model.folder, "onnx", "bert-external.onnx_data");
    expect(model.externalData).toBe(true);
    expect(Object.keys(model.digests)).toEqual(["onnx/model.onnx", "onnx/bert-external.onnx_data", "tokenizer.json"]);
    writeFileSync(data, Buffer.concat([readFileSync(data), Buffer.from("x")]));
    expect((await again(model)).weightsDigest).not.toBe(model.weightsDigest);
    rmSync(data);
    await expect(again(model)).rejects.toMatchObject({ kind: "missing-file", message: expect.stringContaining(data) });
  });

  it.each([
    ["roberta", { pad_token_id: 1, max_position_embeddings: 514 }, {}, 512],
    ["mpnet", { pad_token_id: 1, max_position_embeddings: 514 }, { model_max_length: 512 }, 512],
    ["bert", { max_position_embeddings: 512 }, { model_max_length: 1e30 }, 512],
    ["bert", { max_position_embeddings: 512 }, { model_max_length: 128 }, 128],
    ["deberta", {}, { model_max_length: 1e30 }, 512],
  ])("limits a text by positions and tokenizer (%s %j %j)", async (type, config, tokenizer, expected) => {
    const model = await exportedModel("bert", folder);
    write(model, "config.json", { model_type: type, num_hidden_layers: 2, ...config });
    write(model, "tokenizer_config.json", tokenizer);
    expect((await again(model)).maxTokens).toBe(expected);
  });

  it("may set a shorter limit for sentences", async () => {
    const model = await exportedModel("bert", folder);
    write(model, "sentence_bert_config.json", { max_seq_length: 16, do_lower_case: false });
    expect(await again(model)).toMatchObject({ maxTokens: 40, sentenceMaxTokens: 16 });
  });

  it("may have its model file at the top", async () => {
    const model = await exportedModel("bert", folder);
    writeFileSync(join(model.folder, "model.onnx"), readFileSync(model.onnxFile));
    rmSync(join(model.folder, "onnx"), { recursive: true });
    expect((await again(model)).onnxFile).toBe(join(model.folder, "model.onnx"));
  });
});

describe("what can be wrong with a folder", () => {
  it.each(["config.json", "tokenizer.json", "tokenizer_config.json", "onnx/model.onnx"])(
    "is that %s is missing",
    async (file) => {
      const model = await exportedModel("bert", folder);
      rmSync(join(model.folder, file));
      await expect(again(model)).rejects.toMatchObject({
        kind: "missing-file",
        message: expect.stringContaining(join(model.folder, file)),
        hint: expect.stringContaining("models pull"),
      });
    },
  );

  it("is a config without layers, or that isn't JSON", async () => {
    const model = await exportedModel("bert", folder);
    write(model, "config.json", { model_type: "bert" });
    await expect(again(model)).rejects.toMatchObject({
      kind: "bad-file",
      message: expect.stringContaining("num_hidden_layers"),
    });
    writeFileSync(join(model.folder, "config.json"), "{");
    await expect(again(model)).rejects.toMatchObject({
      kind: "bad-file",
      message: expect.stringContaining("config.json"),
    });
  });

  it("is a model file that is none", async () => {
    const model = await exportedModel("bert", folder);
    writeFileSync(model.onnxFile, "version https://git-lfs.github.com/spec/v1\n");
    await expect(again(model)).rejects.toMatchObject({ kind: "bad-file" });
  });
});
