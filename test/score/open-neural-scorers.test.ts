import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openEncoderModel } from "../../src/onnx/encoder-model.ts";
import { type EncoderFiles, type EncoderSource, NeuralScorers } from "../../src/score/open-neural-scorers.ts";
import { SpecSchema } from "../../src/spec/schema.ts";
import { itemsOf } from "../generate/fake-items.ts";
import { demoModel } from "../onnx/engine/demo-model.ts";
import { writingItem, writingTask } from "../task/example-task.ts";

const { signal } = new AbortController();
let folder: string;
let modelFolder: string;
let opened: { name: string; files: EncoderFiles }[];
const open: NeuralScorers[] = [];

const encoders: EncoderSource = {
  open: async (name, files, abort) => {
    opened.push({ name, files });
    return openEncoderModel({ folder: modelFolder, name, revision: "1.0.0", ...files }, abort);
  },
  baselinePath: async () => "nowhere",
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "quantgate-neural-"));
  ({ folder: modelFolder } = await demoModel(folder));
  copyFileSync(join(modelFolder, "onnx", "model.onnx"), join(modelFolder, "onnx", "model_copy.onnx"));
});
afterEach(async () => {
  for (const scorers of open.splice(0)) await scorers.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Scorers as a spec's `scorers` section asks for them. */
function scorersOf(scorers: object): NeuralScorers {
  opened = [];
  const config = SpecSchema.shape.scorers.parse({ workers: 1, ...scorers });
  const made = new NeuralScorers(config, encoders, join(folder, "cache"));
  open.push(made);
  return made;
}

const task = writingTask({ items: 1 });
const items = itemsOf([writingItem({ id: "a" })]);
const DEMO = { model: "demo-encoder" };

describe("the scorers of a spec", () => {
  it("read the file and the output that it names, which is part of the recipe", async () => {
    const plain = scorersOf({ bertscore: DEMO, coherence: DEMO });
    const usual = [await plain.bertscore(task, items, signal), await plain.coherence(signal)];
    expect(opened).toEqual([{ name: "demo-encoder", files: {} }]);
    const files = { file: "onnx/model_copy.onnx", output: "last_hidden_state" };
    const named = scorersOf({ bertscore: { ...DEMO, ...files }, coherence: DEMO });
    const [bertscore, coherence] = [await named.bertscore(task, items, signal), await named.coherence(signal)];
    expect(opened).toEqual([
      { name: "demo-encoder", files },
      { name: "demo-encoder", files: {} },
    ]);
    expect(bertscore.signature).toContain("|output:last_hidden_state|max-tokens:512|");
    expect(bertscore.signature).not.toBe(usual[0]?.signature);
    expect(coherence.signature).toBe(usual[1]?.signature);
    const input = { candidate: "The cat sat.", references: ["A cat was sitting."], instruction: "Write." };
    // The last layer is the demo encoder's recommended one, and what the whole model puts out.
    expect(await bertscore.score([input], signal)).toEqual(await usual[0]?.score([input], signal));
  });

  it("say which output the model lacks", async () => {
    const scorers = scorersOf({ bertscore: { ...DEMO, output: "hidden_states.9" } });
    await expect(scorers.bertscore(task, items, signal)).rejects.toMatchObject({
      kind: "unsupported",
      message: expect.stringContaining('it has no output "hidden_states.9", but last_hidden_state'),
    });
  });

  it("compare answers sentence by sentence unless they are told not to", async () => {
    const input = { candidate: "The cat sat. It slept.", references: ["A cat was sitting."], instruction: "Write." };
    const counts = async (coherence: object) => {
      const [score] = await (await scorersOf({ coherence }).coherence(signal)).score([input], signal);
      return score?.kind === "scored" ? score.statistics?.[2] : score?.reason;
    };
    expect([await counts(DEMO), await counts({ ...DEMO, perSentence: false })]).toEqual([1, 0]);
  });

  it("tell what they run with, once they run", async () => {
    const scorers = scorersOf({ coherence: DEMO, threadsPerWorker: 2, batchTokens: 256 });
    expect(scorers.settings).toBeUndefined();
    await scorers.coherence(signal);
    expect(scorers.settings).toEqual({
      provider: "cpu",
      workers: 1,
      threadsPerWorker: 2,
      tokenSlots: 256,
      runtime: expect.stringMatching(/^onnxruntime-node=/),
    });
  });

  it("keep embeddings in one folder of the cache", async () => {
    const scorers = scorersOf({ coherence: DEMO });
    const input = { candidate: "Kept.", references: ["A reference."], instruction: "Write." };
    await (await scorers.coherence(signal)).score([input], signal);
    await scorers.close();
    expect(existsSync(join(folder, "cache", "embeddings"))).toBe(true);
    expect(existsSync(join(folder, "cache", "embeddings", "embeddings"))).toBe(false);
  });
});

it.each([
  ["../model.onnx"],
  ["/model.onnx"],
  ["onnx/../../model.onnx"],
  ["model.bin"],
  ["C:\\model.onnx"],
  ["./model.onnx"],
])("a model file %s is refused: it isn't inside the model's folder", (file) => {
  const parsed = SpecSchema.shape.scorers.safeParse({ bertscore: { file } });
  expect(parsed.error?.issues[0]).toMatchObject({
    path: ["bertscore", "file"],
    message: expect.stringContaining("inside"),
  });
});
