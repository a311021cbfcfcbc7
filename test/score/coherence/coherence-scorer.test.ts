import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Score } from "../../../src/domain/score.ts";
import { EmbeddingEngine } from "../../../src/onnx/engine/engine.ts";
import { createCoherenceScorer } from "../../../src/score/coherence/coherence-scorer.ts";
import { textsOf } from "../../../src/score/neural/read-texts.ts";
import type { Scorer } from "../../../src/score/scorer.ts";
import { demoModel } from "../../onnx/engine/demo-model.ts";
import { GOLDEN } from "../../onnx/engine/golden.ts";

const { signal } = new AbortController();
const engine = new EmbeddingEngine({ workers: 2 });
let folder: string;
let scorer: Scorer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "quantgate-coherence-"));
  scorer = await createCoherenceScorer({ engine, model: await demoModel(folder) }, signal);
});
afterAll(async () => {
  await scorer.close();
  await engine.close();
  rmSync(folder, { recursive: true });
});

const WALK = "On a sunny Friday, Ben went to the garden and came home with a green scarf.";
const PARAPHRASE = "Ben went to the garden on a sunny Friday and came home with a green scarf.";
const OTHER = "Near the farm, Jack slept gladly.";
const scores = (...inputs: { candidate: string; references?: string[]; instruction?: string }[]) =>
  scorer.score(
    inputs.map(({ candidate, references = [], instruction = "" }) => ({ candidate, references, instruction })),
    signal,
  );

describe("coherence", () => {
  it("is the cosine of the sentence embeddings", async () => {
    // Expected numbers: PyTorch, test/golden/demo-encoder.json
    const results = await scores(
      ...GOLDEN.pairs.map(({ candidate, reference }) => ({ candidate, references: [reference] })),
    );
    expect(results).toHaveLength(GOLDEN.pairs.length);
    for (const [index, score] of results.entries()) {
      const golden = GOLDEN.pairs[index]?.cosine ?? Number.NaN;
      if (score.kind === "unscored") throw new Error(score.reason);
      expect(Math.abs((score.statistics?.[0] ?? Number.NaN) - golden)).toBeLessThan(1e-5);
      expect(Math.abs(score.value - Math.max(0, golden))).toBeLessThan(1e-5);
    }
    // One of them lies below 0 and counts 0.
    expect(results.filter((score) => score.kind === "scored" && score.value === 0)).toHaveLength(1);
  });

  it("compares with the instruction where there is no reference, and only there", async () => {
    const [withReference, without, instruction] = await scores(
      { candidate: WALK, references: [OTHER], instruction: PARAPHRASE },
      { candidate: WALK, instruction: PARAPHRASE },
      { candidate: WALK, references: [PARAPHRASE] },
    );
    expect(without).toEqual(instruction);
    expect(withReference).not.toEqual(without);
  });

  it("takes the closest of several references", async () => {
    const [near, both] = await scores(
      { candidate: WALK, references: [PARAPHRASE] },
      { candidate: WALK, references: [OTHER, PARAPHRASE, ""] },
    );
    expect(both?.kind === "scored" && both.statistics?.[0]).toBe(near?.kind === "scored" && near.statistics?.[0]);
    expect(both).toMatchObject({ value: expect.closeTo(0.978, 2) });
  });

  it("of an empty candidate is 0", async () => {
    expect(await scores({ candidate: " \n", references: [WALK] })).toEqual([
      { kind: "scored", value: 0, statistics: [0, 0, 0, 2, 0] },
    ]);
  });

  it("is unscored when there is nothing to compare with", async () => {
    const reason = "neither a reference nor an instruction to compare with";
    expect(await scores({ candidate: WALK }, { candidate: WALK, references: [""], instruction: PARAPHRASE })).toEqual([
      { kind: "unscored", reason },
      { kind: "unscored", reason },
    ]);
  });

  it("is the same whatever else is in the batch", async () => {
    const inputs = GOLDEN.pairs.map(({ candidate, reference }) => ({ candidate, references: [reference] }));
    const together = await scores(...inputs);
    for (const [index, item] of inputs.entries()) expect(await scores(item)).toEqual([together[index]]);
  });
});

describe("coherence sentence by sentence", () => {
  const perSentence = async () =>
    createCoherenceScorer({ engine, model: await demoModel(folder), perSentence: true }, signal);
  const input = (candidate: string, reference: string) => ({ candidate, references: [reference], instruction: "" });

  it("is the mean of the sentences' cosines, for answers of two and more", async () => {
    const scorer = await perSentence();
    const inputs = [input(`${PARAPHRASE} ${OTHER}`, WALK), input(PARAPHRASE, WALK), input(OTHER, WALK)];
    const [both, near, far] = (await scorer.score(inputs, signal)).map((score) =>
      score.kind === "scored" ? (score.statistics ?? []) : [],
    );
    const [first = 0] = near ?? [];
    const [second = 0] = far ?? [];
    expect(both?.[1]).toBeCloseTo((first + second) / 2, 10);
    expect(both?.[2]).toBe(1);
    expect(near?.slice(1, 3)).toEqual([0, 0]);
  });

  it("leaves the scores themselves as they are", async () => {
    const inputs = [input(`${PARAPHRASE} ${OTHER}`, WALK), input(WALK, OTHER), input("", WALK)];
    const values = (results: readonly Score[]) =>
      results.map((score) => (score.kind === "scored" ? score.value : score.reason));
    expect(values(await (await perSentence()).score(inputs, signal))).toEqual(
      values(await scorer.score(inputs, signal)),
    );
  });
});

it("prints its recipe", () => {
  expect(scorer.signature).toMatch(
    /^coherence\|demo-encoder\|pool:mean\|refs:best\|rev:1\.0\.0\|sha256:0151583365dbcf92\|max-tokens:512\|ep:cpu\|run:onnxruntime-node=[\d.]+\|v:1$/,
  );
});

it("counts texts that were read only in part", async () => {
  const [long, short] = await scores(
    { candidate: "word ".repeat(3000), references: [WALK] },
    { candidate: "", references: [WALK, OTHER] },
  );
  const texts = (score: Score | undefined) => textsOf(score?.kind === "scored" ? (score.statistics ?? []) : []);
  expect(texts(long)).toEqual({ texts: 2, truncated: 1 });
  expect(texts(short)).toEqual({ texts: 3, truncated: 0 });
});
