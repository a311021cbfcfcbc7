import { describe, expect, it } from "vitest";
import { SINGLE_LOOK } from "../../src/domain/deciding-level.ts";
import { itemsWithoutChange, planPower } from "../../src/gate/plan-power.ts";
import { builtInPolicy } from "../../src/gate/policies.ts";
import type { ResolvedTask } from "../../src/spec/resolved.ts";
import { boundedMeanInterval } from "../../src/stats/bounded-mean.ts";
import { type SyntheticTask, syntheticRun } from "./synthetic-run.ts";
import { policyOf } from "./verdict-of.ts";

function tasksOf(...tasks: readonly SyntheticTask[]): readonly ResolvedTask[] {
  return syntheticRun(tasks, [{ quantization: "FP16" }]).manifest.spec.tasks;
}

const quiz = (items: number): SyntheticTask => ({ name: "quiz", type: "multiple-choice", items });
const texts = (items: number): SyntheticTask => ({ name: "texts", type: "generation", kind: "qa", items });

describe("planPower", () => {
  it("tells the least loss that each multiple-choice task is likely to show", () => {
    const { tasks } = planPower(tasksOf(quiz(485), texts(50)), builtInPolicy("default"), SINGLE_LOOK);
    expect(tasks).toHaveLength(1);
    expect(tasks[0]).toMatchObject({ task: "quiz", items: 485 });
    // (z₀.₉₅ + z₀.₈)·√(ψ/(n + k²)) with k = 2.486475: 2.5087 and 3.5478 pp.
    expect(tasks[0]?.detectableLoss.map(({ discordance, pp }) => [discordance, pp.toFixed(3)])).toEqual([
      [0.05, "2.509"],
      [0.1, "3.548"],
    ]);
  });

  it("warns of margins that so few items aren't likely to decide, and of no others", () => {
    const few = planPower(tasksOf(quiz(100), texts(50)), builtInPolicy("default"), SINGLE_LOOK);
    expect(few.margins.map((margin) => [margin.label, margin.items, margin.decidable])).toEqual([
      ["all multiple-choice tasks", 100, false],
      ["all generation tasks", 50, false],
    ]);
    expect(few.warnings).toHaveLength(2);
    expect(few.warnings[0]).toMatch(
      /^all multiple-choice tasks: 100 items aren't likely to decide a margin of 3 pp on accuracy; .*88 if no item flips, 344 if 5 % of the items flip/,
    );
    const many = planPower(tasksOf(quiz(400), texts(400)), builtInPolicy("default"), SINGLE_LOOK);
    expect(many.margins.every((margin) => margin.decidable)).toBe(true);
    expect(many.warnings).toEqual([]);
  });

  it("asks for more items where equivalence or a smaller margin is to be shown", () => {
    const needed = (type: "max-loss" | "equivalence", pp: number) =>
      planPower(tasksOf(quiz(100)), policyOf([{ type, metric: "accuracy", pp }]), SINGLE_LOOK).margins[0]?.needed[1]
        ?.items ?? 0;
    expect(needed("equivalence", 3)).toBeGreaterThan(needed("max-loss", 3));
    expect(needed("max-loss", 1)).toBeGreaterThan(8 * needed("max-loss", 3));
  });

  it("warns of rules that no task of the run can meet", () => {
    const { warnings } = planPower(tasksOf(quiz(2000)), builtInPolicy("general-chatbot"), SINGLE_LOOK);
    expect(warnings).toEqual([
      "all generation tasks: no task of the run yields key metric average, so rule max-loss will fail every variant",
      "all generation tasks: no task of the run yields composite, so rule min-score will fail every variant",
      "mmlu: no task of the run yields accuracy, so rule min-score will fail every variant",
      "arc-challenge: no task of the run yields accuracy, so rule min-score will fail every variant",
    ]);
  });

  it("has nothing to say of margins on point estimates", () => {
    const point = policyOf([{ type: "max-loss", metric: "accuracy", pp: 3, basis: "point" }]);
    expect(planPower(tasksOf(quiz(10)), point, SINGLE_LOOK).margins).toEqual([]);
  });
});

describe("itemsWithoutChange", () => {
  it.each([
    [3, 0.8],
    [3, 0.5],
    [8, 0.3],
  ])("is about what the interval needs: %i %% of %f", (percent, mean) => {
    const delta = percent / 100;
    const needed = itemsWithoutChange(percent, mean, SINGLE_LOOK);
    const lower = (items: number) =>
      boundedMeanInterval(
        Array.from({ length: Math.round(items) }, () => delta * mean),
        { lower: -(1 - delta), upper: 1, confidence: 0.9 },
      ).lower;
    expect(lower(needed)).toBeGreaterThan(0);
    expect(lower(0.75 * needed)).toBeLessThan(0);
  });
});
