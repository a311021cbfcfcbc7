import { describe, expect, it } from "vitest";
import { type EarlierRun, expectedLoss } from "../../src/analyze/expected-loss.ts";
import type { RunEvidence } from "../../src/gate/evaluate.ts";
import { idOf, type SyntheticVariant, syntheticRun } from "../gate/synthetic-run.ts";
import { QUIZ, TEXTS } from "./compared-runs.ts";

const Q4 = idOf("Q4_K_M");
const wrong =
  (n: number): NonNullable<SyntheticVariant["choice"]> =>
  (_, index) =>
    index < n ? "incorrect" : "right";

function run(q4: Partial<SyntheticVariant>, model = "toy"): RunEvidence {
  const evidence = syntheticRun([QUIZ, TEXTS], [{ quantization: "FP16" }, { quantization: "Q4_K_M", ...q4 }]);
  const models = evidence.manifest.spec.models.map((each) => ({ ...each, name: model }));
  return { ...evidence, manifest: { ...evidence.manifest, spec: { ...evidence.manifest.spec, models } } };
}

function earlier(id: string, evidence: RunEvidence): EarlierRun {
  return { id, manifest: evidence.manifest, summary: evidence.summary };
}

describe("what earlier runs showed", () => {
  it("is usual when it isn't above what the newer run shows", () => {
    const runs = [20, 24, 22].map((n, index) => earlier(`run-${index}`, run({ choice: wrong(n) })));
    const [quiz, texts] = expectedLoss(Q4, run({ choice: wrong(25) }), runs).earlier;
    expect(quiz).toMatchObject({ task: "quiz", metric: "accuracy", newer: 0.875, method: "Wilson 95 %", usual: true });
    expect(quiz?.runs.map(({ run: id, value }) => [id, value])).toEqual([
      ["run-0", 0.9],
      ["run-1", 0.88],
      ["run-2", 0.89],
    ]);
    expect(texts).toMatchObject({ task: "texts", metric: "key_metric_average", usual: true });
  });

  it("isn't usual when it is", () => {
    const [quiz] = expectedLoss(Q4, run({ choice: wrong(60) }), [
      earlier("before", run({ choice: wrong(20) })),
    ]).earlier;
    expect(quiz?.usual).toBe(false);
  });

  it("leaves out runs that asked otherwise", () => {
    const other = run({});
    const tasks = other.manifest.tasks.map((facts) => ({ ...facts, templateSha256: "1".repeat(64) }));
    const reworded = { ...other, manifest: { ...other.manifest, tasks } };
    const rescored = {
      ...other,
      manifest: { ...other.manifest, signatures: { quiz: { bleu: "x" }, texts: { bleu: "x" } } },
    };
    expect(expectedLoss(Q4, run({}), [earlier("a", reworded), earlier("b", rescored)]).earlier).toEqual([]);
  });
});

describe("what was published", () => {
  // In the study Q4_K_M of llama3.2-1b lost 2.3 pp of accuracy against FP16.
  it.each([
    [3, "as published"],
    [60, "more than published"],
  ] as const)("is compared with the loss from the run's own baseline: %d of 200 lost is %s", (lost, reading) => {
    const { published } = expectedLoss(Q4, run({ choice: wrong(lost) }, "llama3.2-1b"), []);
    expect(published?.result).toMatchObject({ model: "llama3.2-1b", quantization: "Q4_K_M" });
    expect(published?.own).toMatchObject({ difference: -lost / 200 });
    expect(published?.reading).toBe(reading);
  });

  it("says nothing of a model that wasn't studied, nor of a baseline", () => {
    expect(expectedLoss(Q4, run({}), [])).toEqual({ variant: Q4, earlier: [] });
    expect(expectedLoss(idOf("FP16"), run({}, "llama3.2-1b"), []).published).toBeUndefined();
  });
});
