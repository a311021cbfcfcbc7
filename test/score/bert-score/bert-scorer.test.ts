import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Score } from "../../../src/domain/score.ts";
import type { EncoderModel } from "../../../src/onnx/encoder-model.ts";
import { EmbeddingEngine } from "../../../src/onnx/engine/engine.ts";
import { type BertScorerOptions, createBertScorer } from "../../../src/score/bert-score/bert-scorer.ts";
import { textsOf } from "../../../src/score/neural/read-texts.ts";
import { demoModel } from "../../onnx/engine/demo-model.ts";
import { GOLDEN } from "../../onnx/engine/golden.ts";

const { signal } = new AbortController();
const engine = new EmbeddingEngine({ workers: 2 });
let folder: string;
let model: EncoderModel;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "quantgate-bertscore-"));
  model = await demoModel(folder);
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

const scorerWith = (options: Partial<BertScorerOptions> = {}) =>
  createBertScorer({ engine, model, ...options }, signal);
const input = (candidate: string, ...references: string[]) => ({ candidate, references, instruction: "Write." });
const statistics = (score: Score | undefined) => (score?.kind === "scored" ? (score.statistics ?? []) : []);
const PAIRS = GOLDEN.pairs.map(({ candidate, reference }) => input(candidate, reference));

describe("BERTScore of the demo encoder", () => {
  // Expected numbers: PyTorch and bert_score's matching, test/golden/demo-encoder.json
  it.each([0, 1, 2, 3])("at layer %i equals the reference implementation's", async (layer) => {
    const scores = await (await scorerWith({ layer })).score(PAIRS, signal);
    expect(scores).toHaveLength(GOLDEN.pairs.length);
    for (const [index, score] of scores.entries()) {
      const golden = GOLDEN.pairs[index]?.bertscore[layer];
      const [precision, recall, f1] = statistics(score);
      expect(Math.abs((precision ?? Number.NaN) - (golden?.precision ?? 0))).toBeLessThan(1e-5);
      expect(Math.abs((recall ?? Number.NaN) - (golden?.recall ?? 0))).toBeLessThan(1e-5);
      expect(Math.abs((f1 ?? Number.NaN) - (golden?.f1 ?? 0))).toBeLessThan(1e-5);
      expect(score.kind === "scored" && score.value).toBe(Math.min(1, Math.max(0, f1 ?? Number.NaN)));
    }
  });

  it("is read at the model's recommended layer", async () => {
    const [byDefault, explicit] = [await scorerWith(), await scorerWith({ layer: 3 })];
    expect(byDefault.signature).toBe(explicit.signature);
    expect(await byDefault.score(PAIRS, signal)).toEqual(await explicit.score(PAIRS, signal));
  });
});

describe("a score", () => {
  it("is the same whatever else is in the batch", async () => {
    const scorer = await scorerWith();
    const [first = input("")] = PAIRS;
    const [alone] = await scorer.score([first], signal);
    const many = await scorer.score([...PAIRS.toReversed(), ...PAIRS], signal);
    expect(many[PAIRS.length]).toEqual(alone);
    expect(many[PAIRS.length - 1]).toEqual(alone);
  });

  it("is 0 when the candidate or the reference is empty", async () => {
    const scorer = await scorerWith();
    const scores = await scorer.score([input("", "text"), input("text", " \n"), input("", "")], signal);
    expect(scores).toEqual(Array(3).fill({ kind: "scored", value: 0, statistics: [0, 0, 0, 2, 0] }));
  });

  it("is 1 for equal texts", async () => {
    const [score] = await (await scorerWith()).score([input("The film was great.", "The film was great.")], signal);
    expect(score?.kind === "scored" && score.value).toBeCloseTo(1, 5);
  });

  it("is the best over the references, whatever their order", async () => {
    const scorer = await scorerWith();
    const [near, far] = ["The film was great.", "Near the farm, Jack slept gladly."];
    const [ofNear, ofFar, ofBoth, reversed] = await scorer.score(
      [
        input("What a great film this was.", near),
        input("What a great film this was.", far),
        input("What a great film this was.", far, near),
        input("What a great film this was.", near, far),
      ],
      signal,
    );
    const best = statistics(ofNear).map((value, index) => Math.max(value, statistics(ofFar)[index] ?? 0));
    expect(statistics(ofBoth).slice(0, 3)).toEqual(best.slice(0, 3));
    expect(reversed).toEqual(ofBoth);
  });

  it("isn't made up where there is no reference", async () => {
    expect(await (await scorerWith()).score([input("text")], signal)).toEqual([
      { kind: "unscored", reason: "no reference" },
    ]);
  });

  it("isn't made up where idf gives all tokens weight 0", async () => {
    const scorer = await scorerWith({ idfReferences: ["the film", "the film"] });
    const [score] = await scorer.score([input("a meal", "the film")], signal);
    expect(score).toMatchObject({ kind: "unscored", reason: expect.stringContaining("weight 0") });
  });

  it("with idf counts rare words more", async () => {
    const references = ["The film was great.", "The meal was great.", "The game was great.", "The hotel was poor."];
    const [plain, weighted] = [await scorerWith(), await scorerWith({ idfReferences: references })];
    const pairs = [
      input("The meal was great.", "The film was great."),
      input("The film was poor.", "The film was great."),
    ];
    const ofPlain = (await plain.score(pairs, signal)).map((score) => statistics(score)[2] ?? 0);
    const ofWeighted = (await weighted.score(pairs, signal)).map((score) => statistics(score)[2] ?? 0);
    // What differs in the first pair occurs in one reference of four: with idf it weighs more than "the", "was" and the full stop.
    expect((ofWeighted[0] ?? 0) / (ofPlain[0] ?? 1)).toBeLessThan(1);
  });

  it("rescaled can fall below 0, and then counts 0", async () => {
    const baseline = { values: { precision: 0.5, recall: 0.5, f1: 0.5 }, custom: true };
    const scorer = await scorerWith({ baseline });
    const raw = await (await scorerWith()).score(PAIRS, signal);
    const scaled = await scorer.score(PAIRS, signal);
    for (const [index, score] of scaled.entries()) {
      const expected = ((statistics(raw[index])[2] ?? Number.NaN) - 0.5) / 0.5;
      expect(statistics(score)[2]).toBeCloseTo(expected, 10);
      expect(score.kind === "scored" && score.value).toBeCloseTo(Math.min(1, Math.max(0, expected)), 10);
    }
    expect(scaled.filter((score) => (statistics(score)[2] ?? 0) < 0).length).toBeGreaterThan(0);
  });
});

describe("the recipe", () => {
  it("names model, layer, implementation, revision and weights", async () => {
    const { signature } = await scorerWith();
    expect(signature).toMatch(
      /^bertscore\|demo-encoder_L3_no-idf_version=quantgate\.1\(onnxruntime-node=[\d.]+\)\|rev:1\.0\.0\|sha256:0151583365dbcf92\|max-tokens:512\|ep:cpu\|/,
    );
  });

  it("tells idf over other references and other baselines apart", async () => {
    const baseline = { values: { precision: 0.5, recall: 0.5, f1: 0.5 }, custom: true };
    const scorers = [
      await scorerWith(),
      await scorerWith({ layer: 2 }),
      await scorerWith({ idfReferences: ["a", "b"] }),
      await scorerWith({ idfReferences: ["a", "c"] }),
      await scorerWith({ baseline }),
      await scorerWith({ baseline: { ...baseline, custom: false } }),
    ];
    expect(new Set(scorers.map(({ signature }) => signature)).size).toBe(scorers.length);
    const reordered = await scorerWith({ idfReferences: ["b", "a"] });
    expect(reordered.signature).toBe(scorers[2]?.signature);
  });
});

it("counts texts that were read only in part", async () => {
  const scorer = await scorerWith();
  const scores = await scorer.score(
    [input("word ".repeat(2000), "a reference"), input("a reference", "a reference"), input("", "a reference")],
    signal,
  );
  expect(scores.map((score) => textsOf(statistics(score)))).toEqual([
    { texts: 2, truncated: 1 },
    { texts: 2, truncated: 0 },
    { texts: 2, truncated: 0 },
  ]);
});

it("asks for a layer where none is recommended", async () => {
  const { recommendedLayer: _, ...unknown } = model;
  await expect(createBertScorer({ engine, model: unknown }, signal)).rejects.toMatchObject({
    message: expect.stringContaining("no recommended layer for the model demo-encoder"),
    hint: expect.stringContaining("1 to 3"),
  });
});

it("stops when it is told to", async () => {
  const stop = new AbortController();
  const scorer = await scorerWith();
  const running = scorer.score(
    Array.from({ length: 2000 }, (_, index) => input(`text ${index}`, "reference")),
    stop.signal,
  );
  stop.abort();
  await expect(running).rejects.toThrow("interrupted");
});
