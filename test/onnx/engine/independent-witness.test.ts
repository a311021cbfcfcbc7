import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AutoModel, AutoTokenizer, env } from "@huggingface/transformers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EncoderModel } from "../../../src/onnx/encoder-model.ts";
import { EmbeddingEngine } from "../../../src/onnx/engine/engine.ts";
import { greatestDifference } from "../greatest-difference.ts";
import { demoModel } from "./demo-model.ts";
import { GOLDEN } from "./golden.ts";

/*
 * transformers.js has a tokenizer, a padding and a pooling of its own, and no code of ours: what both say of a text was not made equal by a
 * mistake that they share. One text at a time, as the library computes without padding.
 */

const { signal } = new AbortController();
const TEXTS = [
  ...GOLDEN.texts.map(({ text }) => text),
  "a",
  "Olga went to the beach. Omar bought a black umbrella, and a kite.",
];

let folder: string;
let model: EncoderModel;
let engine: EmbeddingEngine;
const hidden: { readonly values: Float32Array; readonly rows: number; readonly width: number }[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "quantgate-witness-"));
  model = await demoModel(folder);
  engine = new EmbeddingEngine({ workers: 1, threadsPerWorker: 1 });
  env.allowRemoteModels = false;
  env.useFSCache = false;
  const tokenizer = await AutoTokenizer.from_pretrained(model.folder, { local_files_only: true });
  const witness = await AutoModel.from_pretrained(model.folder, {
    dtype: "fp32",
    device: "cpu",
    local_files_only: true,
    session_options: { intraOpNumThreads: 1, interOpNumThreads: 1 },
  });
  for (const text of TEXTS) {
    const { last_hidden_state: state } = (await witness(tokenizer(text))) as {
      readonly last_hidden_state: { readonly data: Float32Array; readonly dims: readonly number[] };
    };
    const [, rows = 0, width = 0] = state.dims;
    hidden.push({ values: Float32Array.from(state.data), rows, width });
  }
  await witness.dispose();
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

describe("embeddings of the demo encoder, by an independent witness", () => {
  it("are equal token by token, to a millionth", async () => {
    const encoder = await engine.open({ model, head: { kind: "tokens", layer: 3 } }, signal);
    const ours = await engine.embed(encoder, TEXTS, { signal });
    expect(ours.length).toBeGreaterThan(3);
    for (const [index, { vectors }] of ours.entries()) {
      const its = hidden[index];
      expect([vectors.rows, vectors.width]).toEqual([its?.rows, its?.width]);
      expect(greatestDifference(vectors.values, its?.values ?? [])).toBeLessThan(1e-6);
    }
  });

  it("are equal for whole texts: the mean over all tokens, scaled to length 1", async () => {
    const encoder = await engine.open({ model, head: { kind: "sentence" } }, signal);
    const ours = await engine.embed(encoder, TEXTS, { signal });
    for (const [index, { vectors }] of ours.entries()) {
      const { values = new Float32Array(), rows = 0, width = 0 } = hidden[index] ?? {};
      const mean = Array.from({ length: width }, (_, column) => {
        let sum = 0;
        for (let row = 0; row < rows; row += 1) sum += values[row * width + column] ?? 0;
        return sum / rows;
      });
      const length = Math.hypot(...mean);
      expect(
        greatestDifference(
          vectors.values,
          mean.map((value) => value / length),
        ),
      ).toBeLessThan(1e-6);
    }
  });
});
