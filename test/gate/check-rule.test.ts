import { describe, expect, it } from "vitest";
import type { RunEvidence } from "../../src/gate/evaluate.ts";
import { evaluatePolicy } from "../../src/gate/evaluate.ts";
import { wilsonInterval } from "../../src/stats/wilson.ts";
import { type ChoiceAnswer, idOf, type SyntheticTask, syntheticRun, type TextAnswer } from "./synthetic-run.ts";
import { checkOne, policyOf, verdictOn } from "./verdict-of.ts";

const QUIZ: SyntheticTask = { name: "quiz", type: "multiple-choice", items: 200 };
const TEXTS: SyntheticTask = { name: "texts", type: "generation", kind: "qa", items: 100 };

function run(
  choice: (index: number) => ChoiceAnswer,
  text: (index: number) => TextAnswer = () => 0.8,
  tasks: readonly SyntheticTask[] = [QUIZ],
): RunEvidence {
  return syntheticRun(tasks, [
    { quantization: "FP16" },
    { quantization: "Q4_K_M", choice: (_, index) => choice(index), text: (_, index) => text(index) },
  ]);
}

const firstWrong =
  (count: number, how: ChoiceAnswer = "incorrect") =>
  (index: number): ChoiceAnswer =>
    index < count ? how : "right";

describe("max-flips", () => {
  const check = (evidence: RunEvidence, percent: number) => checkOne({ type: "max-flips", percent }, evidence)[0];

  it("is decided by Wilson's 90 % interval of the share of flips", () => {
    const { lower, upper } = wilsonInterval({ successes: 10, trials: 200, confidence: 0.9 });
    const flipped = run(firstWrong(10));
    expect(check(flipped, 20)).toMatchObject({ estimate: 5, n: 200, method: "Wilson 90 %", unit: "% of items" });
    expect(check(flipped, 100 * upper + 0.01)?.outcome).toBe("pass");
    expect(check(flipped, 100 * upper - 0.01)?.outcome).toBe("inconclusive");
    expect(check(flipped, 100 * lower + 0.01)?.outcome).toBe("inconclusive");
    expect(check(flipped, 100 * lower - 0.01)?.outcome).toBe("fail");
  });

  it("counts flips in both directions, and a missing item as one", () => {
    const both = syntheticRun(
      [QUIZ],
      [
        { quantization: "FP16", choice: (_, index) => firstWrong(10)(index) },
        { quantization: "Q4_K_M", choice: (_, index) => (index < 20 && index >= 10 ? "incorrect" : "right") },
      ],
    );
    const point = (evidence: RunEvidence, percent: number) =>
      checkOne({ type: "max-flips", percent, basis: "point" }, evidence)[0];
    expect(point(both, 10)).toMatchObject({ estimate: 10, outcome: "pass", basis: "point estimate" });
    expect(point(both, 9.9)?.outcome).toBe("fail");
    const missing = run((index) => (index === 199 ? "errored" : firstWrong(9)(index)));
    expect(point(missing, 6)?.outcome).toBe("pass");
    expect(point(missing, 4.9)?.outcome).toBe("inconclusive");
    expect(point(missing, 4)?.outcome).toBe("fail");
  });

  it("fails closed without an answer", () => {
    expect(
      check(
        run(() => "errored"),
        50,
      ),
    ).toMatchObject({ outcome: "fail", basis: "none" });
  });
});

describe("min-tier", () => {
  const check = (evidence: RunEvidence, tier: "negligible" | "acceptable" | "concerning") =>
    checkOne({ type: "min-tier", tier }, evidence)[0];

  it("is a point estimate, worse of accuracy and generation", () => {
    const evidence = run(firstWrong(8), () => 0.752, [QUIZ, TEXTS]);
    expect(check(evidence, "acceptable")).toMatchObject({ outcome: "pass", basis: "point estimate" });
    expect(check(evidence, "negligible")).toMatchObject({ outcome: "fail" });
    const verdict = verdictOn("Q4_K_M", evaluatePolicy(policyOf([{ type: "max-flips", percent: 50 }]), evidence));
    expect(verdict.tier).toMatchObject({ kind: "tier", tier: "acceptable", accuracyLossPp: 4 });
    expect(verdict.tier.kind === "tier" && verdict.tier.generationLossPercent).toBeCloseTo(6, 9);
  });

  it("is inconclusive when missing items would change it, and fails without anything to compare", () => {
    const missing = run((index) => (index === 199 ? "errored" : firstWrong(6)(index)));
    expect(check(missing, "acceptable")?.outcome).toBe("pass");
    expect(check(missing, "negligible")?.outcome).toBe("fail");
    const atTheLimit = run((index) => (index === 199 ? "errored" : firstWrong(5)(index)));
    expect(check(atTheLimit, "negligible")?.outcome).toBe("pass");
    const overTheLimit = run((index) => (index >= 198 ? "errored" : firstWrong(5)(index)));
    expect(check(overTheLimit, "negligible")?.outcome).toBe("inconclusive");
    expect(
      check(
        run(() => "errored"),
        "concerning",
      ),
    ).toMatchObject({ outcome: "fail", basis: "none" });
  });

  it("has no tier without all that it is the worse of", () => {
    const unscored = run(
      () => "right",
      () => ({ bertscore: "unscored" }),
      [QUIZ, TEXTS],
    );
    expect(check(unscored, "concerning")).toMatchObject({ outcome: "fail", basis: "none" });
  });
});

describe("max-rate", () => {
  const rate = (of: readonly ("unparsed" | "empty" | "truncated" | "errored" | "missing")[], percent = 5) => ({
    type: "max-rate" as const,
    of: [...of],
    percent,
  });

  it("counts answers of the model's own doing among those that were answered", () => {
    const [rule] = checkOne(
      rate(["unparsed", "truncated"]),
      run((index) => (index % 50 === 0 ? "unparsed" : index % 50 === 1 ? "truncated" : "right")),
    );
    expect(rule).toMatchObject({ estimate: 4, n: 200, outcome: "pass", basis: "count", unit: "% of items" });
    expect(checkOne(rate(["unparsed"]), run(firstWrong(10, "unparsed")))[0]?.outcome).toBe("pass");
    expect(checkOne(rate(["unparsed"]), run(firstWrong(11, "unparsed")))[0]?.outcome).toBe("fail");
    expect(checkOne(rate(["empty"]), run(firstWrong(100, "unparsed")))[0]).toMatchObject({ estimate: 0 });
  });

  it("counts flaws of generated texts", () => {
    const flawed = (flaw: "empty" | "truncated") =>
      run(
        () => "right",
        (index) => (index < 6 ? { flaw, value: 0.8 } : 0.8),
        [TEXTS],
      );
    expect(checkOne(rate(["truncated"]), flawed("truncated"))[0]).toMatchObject({ estimate: 6, outcome: "fail" });
    expect(checkOne(rate(["truncated"]), flawed("empty"))[0]).toMatchObject({ estimate: 0, outcome: "pass" });
    expect(checkOne(rate(["empty"]), flawed("empty"))[0]).toMatchObject({ estimate: 6, outcome: "fail" });
  });

  it("counts what the infrastructure did among all items", () => {
    const hidden = run((index) =>
      index < 10 ? "errored" : index < 15 ? "letter-not-in-top-k" : index < 20 ? "absent" : "right",
    );
    expect(checkOne(rate(["errored"]), hidden)[0]).toMatchObject({ estimate: 7.5, n: 200, outcome: "fail" });
    expect(checkOne(rate(["missing"]), hidden)[0]).toMatchObject({ estimate: 10, n: 200 });
    expect(checkOne(rate(["errored", "missing"], 20), hidden)[0]).toMatchObject({ estimate: 10, outcome: "pass" });
  });

  it("is inconclusive when missing items could be over the limit", () => {
    const mixed = run((index) => (index < 8 ? "unparsed" : index < 12 ? "errored" : "right"));
    expect(checkOne(rate(["unparsed"]), mixed)[0]?.outcome).toBe("inconclusive");
    expect(checkOne(rate(["unparsed"], 7), mixed)[0]?.outcome).toBe("pass");
    expect(checkOne(rate(["unparsed"], 3), mixed)[0]?.outcome).toBe("fail");
  });

  it("looks at each task, at one, or at all together", () => {
    const evidence = run(
      () => "right",
      (index) => (index < 10 ? { flaw: "truncated", value: 0.8 } : 0.8),
      [QUIZ, TEXTS],
    );
    expect(checkOne(rate(["truncated"]), evidence).map((rule) => [rule.task, rule.outcome])).toEqual([
      ["quiz", "pass"],
      ["texts", "fail"],
    ]);
    expect(checkOne({ ...rate(["truncated"]), task: "quiz" }, evidence)).toHaveLength(1);
    expect(checkOne({ ...rate(["truncated"]), over: "pooled" }, evidence)).toMatchObject([{ n: 300, outcome: "pass" }]);
    expect(checkOne({ ...rate(["truncated"]), task: "nowhere" }, evidence)).toMatchObject([
      { outcome: "fail", basis: "none" },
    ]);
  });
});

describe("not-near-random", () => {
  const check = (right: number, missing = 0) =>
    checkOne(
      { type: "not-near-random" },
      run((index) => (index < right ? "right" : index >= 200 - missing ? "errored" : "incorrect")),
    )[0];

  it("fails when the lower end of Wilson's 95 % interval isn't above chance, and accuracy was lost", () => {
    expect(check(62)).toMatchObject({ outcome: "fail", method: "Wilson 95 %", threshold: 0.25, task: "quiz" });
    expect(check(64)?.outcome).toBe("pass");
    expect(check(0)?.outcome).toBe("fail");
  });

  const both = (before: number, after: number, items = 200) =>
    checkOne(
      { type: "not-near-random" },
      syntheticRun(
        [{ ...QUIZ, items }],
        [
          { quantization: "FP16", choice: (_, index) => (index < before ? "right" : "incorrect") },
          { quantization: "Q4_K_M", choice: (_, index) => (index < after ? "right" : "incorrect") },
        ],
      ),
    )[0];

  it("is undecided where the loss against the baseline isn't shown", () => {
    // 64 of 200 are above guessing, 62 aren't; two answers lost of 200 are no evidence.
    expect(both(64, 62)).toMatchObject({ outcome: "inconclusive", estimate: 0.31 });
    // Seven are: Tango's upper end of 0 gained, 7 lost is below 0.
    expect(both(69, 62)?.outcome).toBe("fail");
  });

  it("never fails a variant for what the baseline can't do either", () => {
    expect(both(50, 50)).toMatchObject({ outcome: "inconclusive", nothingToLose: true });
    expect(both(50, 50)?.explanation).toMatch(/FP16 itself is no better than guessing at quiz.*continuation-logprob/);
    expect(both(2, 2, 3)?.outcome).toBe("inconclusive");
  });

  it("is inconclusive when missing items, counted as wrong, would bring it down", () => {
    expect(check(60, 10)?.outcome).toBe("inconclusive");
    expect(check(59, 141)?.outcome).toBe("inconclusive");
    expect(check(90, 10)?.outcome).toBe("pass");
  });

  it("is listed with the verdict, whatever the policy", () => {
    const verdicts = evaluatePolicy(policyOf([{ type: "max-flips", percent: 99 }]), run(firstWrong(150)));
    expect(verdictOn("Q4_K_M", verdicts).nearRandom).toEqual(["quiz"]);
    expect(verdictOn("FP16", verdicts).nearRandom).toEqual([]);
  });
});

describe("quantizations", () => {
  it("allow and forbid by name", () => {
    const evidence = run(() => "right");
    const outcome = (rule: { allow?: string[]; forbid?: string[] }) =>
      checkOne({ type: "quantizations", ...rule }, evidence)[0];
    expect(outcome({ allow: ["Q4_K_M", "Q8_0"] })).toMatchObject({ outcome: "pass", basis: "name" });
    expect(outcome({ allow: ["Q8_0"] })).toMatchObject({ outcome: "fail" });
    expect(outcome({ forbid: ["q4_k_m"] })).toMatchObject({ outcome: "fail" });
    expect(outcome({ forbid: ["Q2_K"] })).toMatchObject({ outcome: "pass" });
    expect(outcome({ allow: ["Q4_K_M"], forbid: ["Q4_K_M"] })).toMatchObject({ outcome: "fail" });
  });
});

describe("not-degraded", () => {
  const check = (reasons?: readonly string[], of = idOf("Q4_K_M")) =>
    checkOne(
      { type: "not-degraded" },
      syntheticRun([QUIZ], [{ quantization: "FP16" }, { quantization: "Q4_K_M" }], {
        degraded: reasons === undefined ? "unknown" : reasons.map((reason) => ({ variant: of, reason })),
      }),
    )[0];

  it("fails with the reasons, and also where nobody has looked", () => {
    expect(check([])).toMatchObject({ outcome: "pass" });
    expect(check(["12 % of the items errored", "the build changed"])).toMatchObject({
      outcome: "fail",
      explanation: "12 % of the items errored; the build changed",
    });
    expect(check()).toMatchObject({ outcome: "fail", basis: "none" });
  });

  it("holds a baseline's trouble against its variants, and another variant's against nobody else", () => {
    expect(check(["the baseline errored"], idOf("FP16"))).toMatchObject({ outcome: "fail" });
    expect(check(["Q2_K errored"], idOf("Q2_K"))).toMatchObject({ outcome: "pass" });
  });
});
