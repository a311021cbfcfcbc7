import { describe, expect, it } from "vitest";
import { evaluatePolicy } from "../../src/gate/evaluate.ts";
import type { EarlierLook } from "../../src/store/manifest.ts";
import { idOf, type SyntheticTask, type SyntheticVariant, syntheticRun } from "./synthetic-run.ts";
import { policyOf, verdictOn } from "./verdict-of.ts";

const QUIZ: SyntheticTask = { name: "quiz", type: "multiple-choice", items: 400 };
const VARIANTS: readonly SyntheticVariant[] = [
  { quantization: "FP16", choice: () => "right" },
  { quantization: "Q8_0", choice: (_, index) => (index < 4 ? "incorrect" : "right") },
];
const noLoss = policyOf([{ type: "max-loss", metric: "accuracy", pp: 3 }]);
const look = (run: string, items: number, declared: number, variants = [idOf("FP16"), idOf("Q8_0")]): EarlierLook => ({
  run,
  variants,
  tasks: [{ task: "quiz", items }],
  declared,
});
const judge = (looks: number | undefined, earlierLooks: readonly EarlierLook[]) =>
  verdictOn(
    "Q8_0",
    evaluatePolicy(noLoss, syntheticRun([QUIZ], VARIANTS, { ...(looks === undefined ? {} : { looks }), earlierLooks })),
  );

describe("declared looks", () => {
  it("split α, so that every interval that decides is wider", () => {
    const [once, twice] = [judge(undefined, []), judge(2, [])];
    expect(once.rules[0]).toMatchObject({ method: "Tango score 90 %", outcome: "pass" });
    expect(twice.rules[0]).toMatchObject({ method: "Tango score 95 %", outcome: "pass" });
    expect(twice.rules[0]?.lower).toBeLessThan(once.rules[0]?.lower ?? Number.NaN);
    // Two losses more, and only a single look is sure enough.
    const closer = VARIANTS.map((variant) =>
      variant.quantization === "Q8_0"
        ? {
            ...variant,
            choice: (_: string, index: number) => (index < 6 ? ("incorrect" as const) : ("right" as const)),
          }
        : variant,
    );
    const outcome = (looks: number) =>
      verdictOn("Q8_0", evaluatePolicy(noLoss, syntheticRun([QUIZ], closer, { looks }))).verdict;
    expect([outcome(1), outcome(2)]).toEqual(["pass", "inconclusive"]);
  });

  it("make a result on more items exploratory only when there were more of them than declared", () => {
    expect(judge(undefined, [])).not.toHaveProperty("exploratory");
    const peeked = judge(undefined, [look("first", 200, 1)]);
    expect(peeked).toMatchObject({ verdict: "pass", exploratory: true });
    expect(peeked.notes[0]).toMatch(/^Exploratory: earlier runs \(first\).*look 2 of 1 declared/);
    expect(judge(2, [look("first", 200, 2)])).not.toHaveProperty("exploratory");
    expect(judge(2, [look("a", 100, 2), look("b", 200, 2)])).toHaveProperty("exploratory", true);
  });

  it("count runs on the same items once, and those of other variants not at all", () => {
    expect(judge(2, [look("a", 200, 2), look("again", 200, 2)])).not.toHaveProperty("exploratory");
    expect(judge(undefined, [look("other", 200, 1, [idOf("Q2_K")])])).not.toHaveProperty("exploratory");
  });

  it("must have been declared from the start", () => {
    expect(judge(2, [look("first", 200, 1)]).notes[0]).toMatch(
      /the spec of first declares 1 as its number of looks, this one 2/,
    );
  });

  it("never make the baseline's own verdict exploratory", () => {
    const run = syntheticRun([QUIZ], VARIANTS, { earlierLooks: [look("first", 200, 1)] });
    expect(verdictOn("FP16", evaluatePolicy(noLoss, run))).not.toHaveProperty("exploratory");
  });

  it("never exit 0, unless that is accepted", () => {
    const two = VARIANTS.filter(({ quantization }) => quantization === "FP16" || quantization === "Q8_0");
    const exitCode = (earlierLooks: readonly EarlierLook[], acceptExploratory: boolean) =>
      evaluatePolicy(noLoss, syntheticRun([QUIZ], two, { earlierLooks }), { acceptExploratory }).exitCode;
    expect(exitCode([], false)).toBe(0);
    expect(exitCode([look("first", 200, 1)], false)).toBe(3);
    expect(exitCode([look("first", 200, 1)], true)).toBe(0);
  });
});
