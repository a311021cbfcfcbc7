import { describe, expect, it } from "vitest";
import { evaluatePolicy } from "../../src/gate/evaluate.ts";
import { builtInPolicy } from "../../src/gate/policies.ts";
import { BASELINE, FULL_POLICIES, once, SYNTHETIC_CASES, TASKS, textScores } from "./synthetic-cases.ts";
import { idOf, type SyntheticVariant, syntheticRun } from "./synthetic-run.ts";
import { ruleLines, verdictOn } from "./verdict-of.ts";

const EXIT_CODES = { pass: 0, fail: 1, inconclusive: 3 } as const;

const ABSENT: Pick<SyntheticVariant, "choice" | "text"> = { choice: () => "absent", text: () => "absent" };
const ERRORED: Pick<SyntheticVariant, "choice" | "text"> = { choice: () => "errored", text: () => "errored" };

const emptyRun = once(() =>
  syntheticRun(TASKS, [
    { quantization: "FP16", ...ABSENT },
    { quantization: "Q8_0", ...ABSENT },
  ]),
);
const runWithoutTasks = once(() => syntheticRun([], [{ quantization: "FP16" }, { quantization: "Q8_0" }]));
const runWithoutBaseline = once(() =>
  syntheticRun(TASKS, [
    { quantization: "FP16", ...ERRORED },
    { ...BASELINE, quantization: "Q8_0" },
  ]),
);
const runsWithoutTask = TASKS.map(({ name }) => ({
  name,
  run: once(() =>
    syntheticRun(TASKS, [
      BASELINE,
      {
        quantization: "Q8_0",
        choice: (task, index) => (task === name ? "absent" : BASELINE.choice(task, index)),
        text: (task, index) => (task === name ? "errored" : textScores(index)),
      },
    ]),
  ),
}));
const OTHERS: readonly SyntheticVariant[] = [
  BASELINE,
  { ...BASELINE, quantization: "Q8_0" },
  { ...BASELINE, quantization: "Q4_K_M", text: (_, index) => textScores(index, 0.03) },
];
const runWithQ2 = once(() => syntheticRun(TASKS, [...OTHERS, { ...BASELINE, quantization: "Q2_K" }]));
const runWithoutQ2 = once(() => syntheticRun(TASKS, OTHERS));

describe.each(FULL_POLICIES)("policy %s", (name) => {
  const policy = builtInPolicy(name);

  it.each(SYNTHETIC_CASES)("decides: $name → $verdict", ({ run, verdict }) => {
    const verdicts = evaluatePolicy(policy, run());
    expect(verdicts.models[0]?.variants.map((variant) => variant.verdict)).toEqual(["reference", verdict]);
    expect(verdicts).toMatchObject({ overall: verdict, exitCode: EXIT_CODES[verdict] });
  });

  it("can't be passed by an empty run", () => {
    expect(evaluatePolicy(policy, emptyRun())).toMatchObject({ overall: "fail", exitCode: 1 });
    expect(evaluatePolicy(policy, runWithoutTasks())).toMatchObject({ overall: "fail", exitCode: 1 });
  });

  it("can't be passed when the baseline has no answers to compare with", () => {
    expect(verdictOn("Q8_0", evaluatePolicy(policy, runWithoutBaseline())).verdict).toBe("fail");
  });

  it.each(runsWithoutTask)("can't be passed without any answer to $name", ({ run }) => {
    expect(verdictOn("Q8_0", evaluatePolicy(policy, run())).verdict).toBe("fail");
  });

  it("doesn't let Q2_K in, however good", () => {
    const verdict = verdictOn("Q2_K", evaluatePolicy(policy, runWithQ2()));
    expect(verdict.verdict).toBe("fail");
    for (const line of ruleLines(verdict, "fail")) expect(line).toMatch(/^quantization: /);
  });

  it("says the same of every other variant when Q2_K is taken out of the run", () => {
    const verdicts = evaluatePolicy(policy, runWithQ2());
    const without = evaluatePolicy(policy, runWithoutQ2());
    expect(without.models[0]?.variants).toHaveLength(3);
    expect(verdicts.models[0]?.variants.filter((each) => each.variant !== idOf("Q2_K"))).toEqual(
      without.models[0]?.variants,
    );
    expect(verdicts.models[0]?.smallestPassing).toBe(without.models[0]?.smallestPassing);
  });
});

describe("policy accuracy-only", () => {
  const policy = builtInPolicy("accuracy-only");
  const CHOICE_TASKS = TASKS.filter((task) => task.type === "multiple-choice");

  it("decides a run of multiple choice alone, which can't meet default", () => {
    const run = syntheticRun(CHOICE_TASKS, [BASELINE, { ...BASELINE, quantization: "Q8_0" }]);
    expect(evaluatePolicy(policy, run).overall).toBe("pass");
    expect(evaluatePolicy(builtInPolicy("default"), run).overall).toBe("fail");
  });

  it.each(SYNTHETIC_CASES)("decides: $name → $verdict", ({ run, verdict }) => {
    expect(evaluatePolicy(policy, run()).overall).toBe(verdict);
  });

  it("can't be passed by an empty run, or without multiple choice", () => {
    expect(evaluatePolicy(policy, emptyRun())).toMatchObject({ overall: "fail", exitCode: 1 });
    const texts = TASKS.filter((task) => task.type === "generation");
    const run = syntheticRun(texts, [BASELINE, { ...BASELINE, quantization: "Q8_0" }]);
    expect(evaluatePolicy(policy, run).overall).toBe("fail");
  });

  it("doesn't let Q2_K in, however good", () => {
    expect(verdictOn("Q2_K", evaluatePolicy(policy, runWithQ2())).verdict).toBe("fail");
  });
});

describe("40 % garbage", () => {
  // The baseline is wrong on exactly these items, so the accuracy is the same and only the rate tells.
  it.each(["unparsed", "empty", "truncated"] as const)("fails by its rate when all of it is %s", (garbage) => {
    const run = syntheticRun(TASKS, [
      { ...BASELINE, choice: (_, index) => (index % 10 < 4 ? "incorrect" : "right") },
      { ...BASELINE, quantization: "Q8_0", choice: (_, index) => (index % 10 < 4 ? garbage : "right") },
    ]);
    const verdict = verdictOn("Q8_0", evaluatePolicy(builtInPolicy("default"), run));
    expect(verdict.verdict).toBe("fail");
    expect(ruleLines(verdict, "fail")).toEqual([
      "all tasks: unparsed, empty or truncated not more often than FP16 by more than 5 pp",
      "mmlu: unparsed, empty or truncated not more often than FP16 by more than 5 pp",
      "arc: unparsed, empty or truncated not more often than FP16 by more than 5 pp",
    ]);
  });

  it("fails in one task of many", () => {
    const run = syntheticRun(TASKS, [
      BASELINE,
      {
        ...BASELINE,
        quantization: "Q8_0",
        text: (task, index) =>
          task === "classes" && index % 10 < 4 ? { flaw: "truncated", value: 0.9 } : textScores(index),
      },
    ]);
    const verdict = verdictOn("Q8_0", evaluatePolicy(builtInPolicy("default"), run));
    expect(ruleLines(verdict, "fail")).toEqual([
      "classes: exact match not worse than FP16 by more than 3 pp",
      "classes: unparsed, empty or truncated not more often than FP16 by more than 5 pp",
    ]);
  });
});
