import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { countsOf, decided } from "./imported.ts";

const FIXTURES = process.env.QUANTGATE_FIXTURES;
const CASES = join(FIXTURES ?? "", "cases", "import-real");

interface Case {
  readonly tool: string;
  readonly fp16: string;
  readonly q2: string;
  readonly task: string;
  readonly items: number;
  readonly right: readonly [fp16: number, q2: number];
  readonly flips: readonly [lost: number, gained: number];
}

const folders = (tool: string): Pick<Case, "fp16" | "q2"> => ({ fp16: `${tool}/FP16`, q2: `${tool}/Q2_K` });
const EXTRACT = "arith60:exact_match,flexible-extract";

/** What the tools' own aggregates say, and the flips as counted by hand: README of the files. */
const TABLE: readonly Case[] = [
  { tool: "lm-eval", ...folders("lm-eval-0.4.13"), task: "arith60", items: 60, right: [0, 0], flips: [0, 0] },
  { tool: "lm-eval", ...folders("lm-eval-0.4.13"), task: EXTRACT, items: 60, right: [20, 0], flips: [20, 0] },
  { tool: "Inspect", ...folders("inspect-0.3.285"), task: "arith", items: 40, right: [5, 5], flips: [3, 3] },
  { tool: "Inspect", ...folders("inspect-0.3.285"), task: "arith:includes", items: 40, right: [5, 5], flips: [3, 3] },
  { tool: "EEE", ...folders("every-eval-ever-0.3.0"), task: "arith60", items: 60, right: [0, 0], flips: [0, 0] },
  { tool: "EEE", ...folders("every-eval-ever-0.3.0"), task: EXTRACT, items: 60, right: [20, 0], flips: [20, 0] },
  {
    tool: "promptfoo",
    fp16: "promptfoo-0.121.20/FP16.json",
    q2: "promptfoo-0.121.20/Q2_K.json",
    task: "arith",
    items: 40,
    right: [5, 7],
    flips: [3, 5],
  },
  { tool: "NeMo", ...folders("nemo-evaluator-0.3.0"), task: "arith", items: 40, right: [6, 6], flips: [2, 2] },
];

describe.skipIf(FIXTURES === undefined)("files that real tools wrote", () => {
  it.each(TABLE)(
    "$tool, $task: $right right, $flips lost and gained",
    async ({ fp16, q2, task, items, right, flips }) => {
      const { variant } = await decided({ FP16: join(CASES, fp16), Q2_K: join(CASES, q2) });
      expect(countsOf(variant("FP16"), task)).toMatchObject({ correct: right[0], trials: items });
      const found = countsOf(variant("Q2_K"), task);
      expect(found).toMatchObject({ correct: right[1], trials: items, lost: flips[0], gained: flips[1], pairs: items });
    },
  );

  it("fail by a metric that is only watched, though the first one is equal", async () => {
    const { verdicts, manifest } = await decided({
      FP16: join(CASES, "lm-eval-0.4.13/FP16"),
      Q2_K: join(CASES, "lm-eval-0.4.13/Q2_K"),
    });
    expect(verdicts.overall).toBe("fail");
    const rules = verdicts.models[0]?.variants.flatMap((variant) => variant.rules) ?? [];
    const failed = rules.filter(({ outcome, task }) => outcome === "fail" && task === EXTRACT);
    expect(failed.length).toBeGreaterThan(0);
    expect(manifest.identities["m/Q2_K@imported"]).toMatchObject({ build: "lm-evaluation-harness 0.4.13" });
    expect(manifest.spec.tasks.map(({ name, watched }) => [name, watched ?? false])).toEqual([
      ["arith60", false],
      [EXTRACT, true],
    ]);
  });

  it("hold the same as .eval and as JSON", async () => {
    const inspect = join(CASES, "inspect-0.3.285");
    const file = {
      FP16: "2026-11-29T14-49-55-00-00_arith_VSvLtT9HZVtzVmCRUjkM3h.json",
      Q2_K: "2026-11-29T14-56-43-00-00_arith_k6QEiFHpGTdf9QJ6gQNgAm.json",
    };
    const zipped = await decided({ FP16: join(inspect, "FP16"), Q2_K: join(inspect, "Q2_K") });
    const json = await decided({ FP16: join(inspect, "FP16", file.FP16), Q2_K: join(inspect, "Q2_K", file.Q2_K) });
    expect(json.summary.models).toEqual(zipped.summary.models);
  });
});
