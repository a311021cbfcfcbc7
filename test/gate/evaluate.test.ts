import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/domain/errors.ts";
import type { Quantization } from "../../src/domain/quantization.ts";
import { evaluatePolicy } from "../../src/gate/evaluate.ts";
import { builtInPolicy } from "../../src/gate/policies.ts";
import { seededRandom } from "../../src/stats/random.ts";
import { type ChoiceAnswer, idOf, type SyntheticTask, type SyntheticVariant, syntheticRun } from "./synthetic-run.ts";
import { policyOf, ruleLines, verdictOn } from "./verdict-of.ts";

const QUIZ: SyntheticTask = { name: "quiz", type: "multiple-choice", items: 400 };
const accurate =
  (share: number) =>
  (_: string, index: number): ChoiceAnswer =>
    index < share * 400 ? "right" : "incorrect";
const variant = (quantization: Quantization, share: number): SyntheticVariant => ({
  quantization,
  choice: accurate(share),
});
const noLoss = policyOf([{ type: "max-loss", metric: "accuracy", pp: 3 }]);

describe("the baseline", () => {
  const absolute = policyOf([
    { type: "min-score", metric: "accuracy", atLeast: 0.75 },
    { type: "max-loss", metric: "accuracy", pp: 3 },
    { type: "equivalence", metric: "accuracy", pp: 3 },
    { type: "max-flips", percent: 10 },
    { type: "min-tier", tier: "negligible" },
  ]);

  it("is the reference, meets absolute rules only, and a rule that it misses is told", () => {
    const verdicts = evaluatePolicy(absolute, syntheticRun([QUIZ], [variant("FP16", 0.6), variant("Q8_0", 0.6)]));
    const baseline = verdictOn("FP16", verdicts);
    expect(baseline).toMatchObject({ verdict: "reference", decides: false });
    expect(baseline.rules.map((rule) => rule.type)).toEqual(["min-score", "weights-as-labelled"]);
    expect(ruleLines(baseline, "fail")).toEqual(["all multiple-choice tasks: accuracy at least 0.75"]);
    expect(baseline.notes).toEqual([
      "The baseline itself misses a rule: all multiple-choice tasks: accuracy at least 0.75",
    ]);
    expect(baseline.tier).toMatchObject({ kind: "none" });
  });

  it("alone decides nothing, so the gate fails", () => {
    const verdicts = evaluatePolicy(noLoss, syntheticRun([QUIZ], [variant("FP16", 0.9)]));
    expect(verdicts).toMatchObject({ overall: "fail", exitCode: 1 });
  });
});

describe("the exit code", () => {
  const run = syntheticRun(
    [QUIZ],
    [variant("FP16", 0.8), variant("Q8_0", 0.8), variant("Q4_K_M", 0.78), variant("Q3_K_S", 0.5)],
  );

  it("is decided by all variants but the baseline: any fail, else any inconclusive, else pass", () => {
    const verdicts = evaluatePolicy(noLoss, run);
    const { variants = [] } = verdicts.models[0] ?? {};
    expect(variants.map((each) => [each.verdict, each.decides])).toEqual([
      ["reference", false],
      ["pass", true],
      ["inconclusive", true],
      ["fail", true],
    ]);
    expect(verdicts).toMatchObject({ overall: "fail", exitCode: 1 });
  });

  it("is decided by the candidates alone, the others inform", () => {
    const only = (...candidates: Quantization[]) => evaluatePolicy(noLoss, run, { candidates: candidates.map(idOf) });
    expect(only("Q8_0")).toMatchObject({ overall: "pass", exitCode: 0 });
    expect(only("Q8_0", "Q4_K_M")).toMatchObject({ overall: "inconclusive", exitCode: 3 });
    expect(only("Q3_K_S")).toMatchObject({ overall: "fail", exitCode: 1 });
    expect(only()).toMatchObject({ overall: "fail", exitCode: 1 });
    expect(verdictOn("Q3_K_S", only("Q8_0"))).toMatchObject({ verdict: "fail", decides: false });
  });

  it("turns 3 into 0 only where the policy allows the inconclusive, and never 1", () => {
    const allowing = policyOf([{ type: "max-loss", metric: "accuracy", pp: 3 }], { onInconclusive: "allow" });
    expect(evaluatePolicy(allowing, run, { candidates: [idOf("Q4_K_M")] })).toMatchObject({
      overall: "inconclusive",
      exitCode: 0,
    });
    expect(evaluatePolicy(allowing, run)).toMatchObject({ overall: "fail", exitCode: 1 });
  });

  it("isn't given for a candidate that isn't there, or that is the baseline", () => {
    const ask = (id: string) => () => evaluatePolicy(noLoss, run, { candidates: [id] });
    expect(ask("toy/Q8_0@lokal")).toThrow(UsageError);
    expect(ask("toy/Q8_0@lokal")).toThrow(/no variant/);
    expect(ask(idOf("FP16"))).toThrow(/is the baseline/);
  });
});

describe("a pass needs evidence", () => {
  const run = syntheticRun([QUIZ], [variant("FP16", 0.8), variant("Q8_0", 0.8)]);

  it("not only a name", () => {
    const named = verdictOn("Q8_0", evaluatePolicy(policyOf([{ type: "quantizations", allow: ["Q8_0"] }]), run));
    expect(named.rules).toMatchObject([
      { outcome: "pass", basis: "name" },
      { type: "weights-as-labelled", basis: "name" },
    ]);
    expect(named.verdict).toBe("fail");
    expect(named.notes[0]).toMatch(/nothing can pass it/);
  });

  it("not only a tier", () => {
    const tiered = verdictOn("Q8_0", evaluatePolicy(policyOf([{ type: "min-tier", tier: "negligible" }]), run));
    expect(tiered.rules).toMatchObject([{ outcome: "pass", basis: "point estimate" }, { type: "weights-as-labelled" }]);
    expect(tiered.verdict).toBe("fail");
  });

  it("not a rule about every task where there is none", () => {
    const texts: SyntheticTask = { name: "texts", type: "generation", kind: "code", items: 10 };
    const verdicts = evaluatePolicy(
      noLoss,
      syntheticRun([texts], [{ quantization: "FP16" }, { quantization: "Q8_0" }]),
    );
    expect(verdictOn("Q8_0", verdicts)).toMatchObject({
      verdict: "fail",
      rules: [{ type: "weights-as-labelled" }],
    });
    expect(verdictOn("Q8_0", verdicts).notes).toContain(
      "The run has no multiple-choice task: accuracy wasn't compared",
    );
  });
});

describe("the same weights", () => {
  const passes = policyOf([{ type: "min-score", metric: "accuracy", atLeast: 0.5 }]);

  it("are no evidence, whether told by digest or by backend and source", () => {
    const digests = syntheticRun(
      [QUIZ],
      [
        { ...variant("FP16", 0.8), digest: "sha256:x" },
        { ...variant("Q8_0", 0.8), digest: "sha256:x" },
      ],
    );
    const sources = syntheticRun(
      [QUIZ],
      [
        { ...variant("FP16", 0.8), digest: "unknown", source: "one.jsonl" },
        { ...variant("Q8_0", 0.8), digest: "unknown", source: "one.jsonl" },
      ],
    );
    for (const run of [digests, sources]) {
      const verdict = verdictOn("Q8_0", evaluatePolicy(noLoss, run));
      expect(verdict.verdict).toBe("inconclusive");
      expect(verdict.notes[0]).toMatch(/baseline/);
      expect(verdictOn("Q8_0", evaluatePolicy(passes, run)).verdict).toBe("pass");
    }
  });

  it("don't excuse a loss", () => {
    const run = syntheticRun(
      [QUIZ],
      [
        { ...variant("FP16", 0.8), digest: "sha256:x" },
        { ...variant("Q8_0", 0.4), digest: "sha256:x" },
      ],
    );
    expect(verdictOn("Q8_0", evaluatePolicy(noLoss, run)).verdict).toBe("fail");
  });

  it("are suspected where every answer is equal and no digest is told", () => {
    const run = syntheticRun([QUIZ], [variant("FP16", 0.8), { ...variant("Q8_0", 0.8), digest: "unknown" }]);
    const verdict = verdictOn("Q8_0", evaluatePolicy(noLoss, run));
    expect(verdict.verdict).toBe("pass");
    expect(verdict.notes[0]).toMatch(/^All 400 answers are the baseline's/);
  });
});

describe("notes", () => {
  it("tell of items that were left out or are missing", () => {
    const run = syntheticRun(
      [QUIZ],
      [
        variant("FP16", 0.8),
        {
          quantization: "Q8_0",
          choice: (task, index) => (index === 399 ? "letter-not-in-top-k" : accurate(0.8)(task, index)),
          reworded: (_, index) => index < 5,
        },
      ],
    );
    const { notes, rules } = verdictOn("Q8_0", evaluatePolicy(noLoss, run));
    expect(rules[0]?.n).toBe(394);
    expect(notes).toEqual([
      "5 items asked in different words on the two sides, left out of the comparison; a template that changed confounds it",
      "quiz: 1 item of 400 missing (1 letter-not-in-top-k)",
    ]);
  });

  it("tell of another chat template than the baseline's", () => {
    const notesWith = (ours: string, theirs: string) => {
      const variants = [
        { ...variant("FP16", 0.8), chatTemplate: theirs },
        { ...variant("Q8_0", 0.8), chatTemplate: ours },
      ];
      return verdictOn("Q8_0", evaluatePolicy(noLoss, syntheticRun([QUIZ], variants))).notes;
    };
    expect(notesWith("the server's own", "none")).toEqual([
      "The chat template is another than the baseline's (the server's own; none): it confounds the comparison",
    ]);
    expect(notesWith("none", "none")).toEqual([]);
  });

  it("warn of peeking where a number of items is told", () => {
    const run = syntheticRun([QUIZ], [variant("FP16", 0.8), variant("Q4_K_M", 0.78)]);
    const { notes, rules } = verdictOn("Q4_K_M", evaluatePolicy(noLoss, run));
    expect(rules[0]?.itemsNeeded).toBeGreaterThan(400);
    expect(notes.join()).toMatch(/peeking/);
  });

  it("warn of a metric whose scores hardly vary", () => {
    const texts: SyntheticTask = { name: "texts", type: "generation", kind: "summarization", items: 100 };
    const text = (_: string, index: number) => ({ bertscore: 0.85 + (index % 5) / 1000, rouge_l: (index % 10) / 10 });
    const run = syntheticRun(
      [texts],
      [
        { quantization: "FP16", text },
        { quantization: "Q8_0", text },
      ],
    );
    const notesBy = (metric: "bertscore" | "rouge_l") =>
      verdictOn("Q8_0", evaluatePolicy(policyOf([{ type: "max-loss", metric, percent: 3 }]), run)).notes.join();
    expect(notesBy("bertscore")).toMatch(
      /3 % of the baseline's mean bertscore is 0\.026, more than half of its standard deviation/,
    );
    expect(notesBy("rouge_l")).not.toMatch(/standard deviation/);
  });
});

describe("the smallest quantization that passes", () => {
  const smallest = (...variants: readonly SyntheticVariant[]) =>
    evaluatePolicy(noLoss, syntheticRun([QUIZ], [variant("FP16", 0.8), ...variants])).models[0]?.smallestPassing;

  it("is the last before the first that doesn't, down the ladder", () => {
    expect(smallest(variant("Q4_K_M", 0.8), variant("Q8_0", 0.8), variant("Q6_K", 0.8))).toBe(idOf("Q4_K_M"));
    expect(smallest(variant("Q4_K_M", 0.8), variant("Q8_0", 0.8), variant("Q6_K", 0.78))).toBe(idOf("Q8_0"));
    expect(smallest(variant("Q4_K_M", 0.8), variant("Q8_0", 0.5))).toBeUndefined();
    expect(smallest()).toBeUndefined();
  });

  it("goes by measured bits where all are known, and by nominal ones where one isn't", () => {
    const measured = (bitsOfBaseline: { readonly bitsPerWeight?: number }) =>
      evaluatePolicy(
        noLoss,
        syntheticRun(
          [QUIZ],
          [
            { ...variant("FP16", 0.8), ...bitsOfBaseline },
            { ...variant("Q4_K_M", 0.8), bitsPerWeight: 7 },
            { ...variant("Q6_K", 0.5), bitsPerWeight: 6 },
          ],
        ),
      ).models[0]?.smallestPassing;
    expect(measured({ bitsPerWeight: 16 })).toBe(idOf("Q4_K_M"));
    expect(measured({})).toBeUndefined();
  });
});

describe("a verdict rests on the variant and its baseline alone", () => {
  const tasks: readonly SyntheticTask[] = [
    {
      name: "quiz",
      type: "multiple-choice",
      items: 80,
      subject: (index) => `subject ${index % 3}`,
      group: (index) => `passage ${index % 20}`,
    },
    { name: "texts", type: "generation", kind: "qa", items: 60, group: (index) => `passage ${index % 9}` },
  ];
  const policy = policyOf(
    [
      { type: "min-score", metric: "accuracy", atLeast: 0.6, subject: "subject 1" },
      { type: "min-score", metric: "composite", atLeast: 0.5 },
      { type: "max-loss", metric: "accuracy", pp: 8, subject: "subject 2" },
      { type: "max-loss", metric: "rouge_l", percent: 6 },
      { type: "equivalence", metric: "accuracy", pp: 10, over: "pooled" },
      { type: "equivalence", metric: "key_metric_average", percent: 9 },
      { type: "max-flips", percent: 30 },
      { type: "min-tier", tier: "concerning" },
      { type: "max-rate", of: ["missing", "empty"], percent: 10 },
    ],
    { extends: "default" },
  );
  const answers = (seed: number, quantization: Quantization): SyntheticVariant => {
    const rng = seededRandom(seed);
    const drawn = Array.from({ length: 140 }, () => rng());
    const outcomes: readonly ChoiceAnswer[] = ["absent", "errored", "letter-not-in-top-k", "unparsed", "incorrect"];
    return {
      quantization,
      // What only Q2_K answered tells group and subject of items that nobody else has a row of.
      choice: (_, index) =>
        index % 16 === 7 && quantization !== "Q2_K"
          ? "absent"
          : (outcomes[Math.floor((drawn[index] ?? 0) * 25)] ?? "right"),
      text: (_, index) => {
        const luck = drawn[80 + index] ?? 0;
        if (index % 16 === 7 && quantization !== "Q2_K") return "absent";
        return luck < 0.03 ? "absent" : luck < 0.06 ? "errored" : 0.4 + luck / 2;
      },
    };
  };

  it.each(Array.from({ length: 12 }, (_, seed) => seed))("with items missing at random, seed %i", (seed) => {
    const pair = [answers(seed, "FP16"), answers(seed + 100, "Q4_K_M")];
    const alone = evaluatePolicy(policy, syntheticRun(tasks, pair));
    const together = evaluatePolicy(policy, syntheticRun(tasks, [...pair, answers(seed + 200, "Q2_K")]));
    expect(verdictOn("Q4_K_M", together)).toEqual(verdictOn("Q4_K_M", alone));
    expect(verdictOn("FP16", together)).toEqual(verdictOn("FP16", alone));
    expect(verdictOn("Q4_K_M", alone).rules).toHaveLength(21);
  });
});

it("names policy, hash and recommendation, and says the same every time", () => {
  const run = syntheticRun([QUIZ], [variant("FP16", 0.8), variant("Q8_0", 0.8)]);
  const policy = builtInPolicy("qa-pipeline");
  const verdicts = evaluatePolicy(policy, run);
  expect(verdicts.policy).toEqual({ name: "qa-pipeline", hash: policy.hash, recommended: ["Q4_K_M", "Q8_0"] });
  expect(JSON.stringify(evaluatePolicy(policy, run))).toBe(JSON.stringify(verdicts));
});
