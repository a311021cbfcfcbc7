import { describe, expect, it } from "vitest";
import type { NoiseFloor } from "../../src/analyze/regression.ts";
import { holm } from "../../src/stats/holm.ts";
import { mcnemar } from "../../src/stats/mcnemar.ts";
import { type SyntheticVariant, syntheticRun } from "../gate/synthetic-run.ts";
import { compared, comparedVariants, QUIZ, TEXTS } from "./compared-runs.ts";

const FP16: SyntheticVariant = { quantization: "FP16" };
const score = (index: number): number => 0.7 + (index % 11) / 50;
const Q4: SyntheticVariant = { quantization: "Q4_K_M", text: (_, index) => score(index) };
const wrongEvery =
  (n: number): NonNullable<SyntheticVariant["choice"]> =>
  (_, index) =>
    index % n === 0 ? "incorrect" : "right";

describe("comparing two runs", () => {
  it("finds runs with the same answers equal", () => {
    const found = comparedVariants([FP16, Q4], [FP16, Q4]);
    expect(found.conclusion).toBe("equal");
    expect(found.variants.map(({ conclusion }) => conclusion)).toEqual(["equal", "equal"]);
    expect(found.changes).toEqual([]);
    expect(found.family).toBe(4);
  });

  it("finds no change, but not equality, where something changed that didn't matter", () => {
    const found = comparedVariants([FP16, Q4], [FP16, { ...Q4, digest: "sha256:other" }]);
    expect(found.variants.map(({ conclusion }) => conclusion)).toEqual(["equal", "no-change"]);
    expect(found.conclusion).toBe("no-change");
  });

  it("confirms a loss of accuracy by effect size and adjusted p", () => {
    const found = comparedVariants([FP16, Q4], [FP16, { ...Q4, choice: wrongEvery(5) }]);
    const [, q4] = found.variants;
    const accuracy = q4?.tasks.find(({ task }) => task === "quiz")?.primary[0];
    expect(found.conclusion).toBe("regression");
    expect(q4?.tasks.find(({ task }) => task === "texts")?.primary[0]?.regressed).toBe(false);
    expect(accuracy).toMatchObject({
      metric: "accuracy",
      regressed: true,
      beyondMargin: true,
      referenceMean: 1,
      newerMean: 0.8,
      test: { kind: "tested", method: "McNemar exact", p: mcnemar({ gained: 0, lost: 40 }).exact },
    });
    // 40 of 200 lost: mean −0.2, standard deviation √(0.2 · 0.8 · 200/199).
    const d = -0.2 / Math.sqrt((0.16 * 200) / 199);
    expect(accuracy?.effect).toEqual({ kind: "estimated", d: expect.closeTo(d, 12), of: "d_z (paired)" });
  });

  it("adjusts over the primary metrics of all tasks and variants", () => {
    const losing = { ...Q4, choice: wrongEvery(20) };
    const found = comparedVariants([FP16, Q4], [FP16, losing]);
    const tests = found.variants.flatMap(({ tasks }) => tasks.flatMap(({ primary }) => primary));
    const p = tests.map(({ test }) => (test.kind === "tested" ? test.p : 1));
    expect(p).toHaveLength(4);
    expect(tests.map(({ adjustedP }) => adjustedP)).toEqual(holm(p));
    expect(Math.max(...tests.map(({ adjustedP }) => adjustedP ?? 0))).toBe(1);
  });

  it("calls a small loss that can't be told from chance a change of behaviour", () => {
    const found = comparedVariants([FP16, Q4], [FP16, { ...Q4, choice: wrongEvery(100) }]);
    expect(found.variants[1]).toMatchObject({
      conclusion: "behaviour-changed",
      exceedsNoise: true,
      answers: { changedAnswers: 2, flips: 2 },
      noise: { kind: "deterministic" },
    });
  });

  it("doesn't call a gain a regression", () => {
    const found = comparedVariants([FP16, { ...Q4, choice: wrongEvery(5) }], [FP16, Q4]);
    expect(found.variants[1]?.conclusion).toBe("behaviour-changed");
  });

  it("confirms a loss of a generation metric", () => {
    const worse = { ...Q4, text: (_: string, index: number) => score(index) - (index % 2 === 0 ? 0.5 : 0) };
    const found = comparedVariants([FP16, Q4], [FP16, worse]);
    const texts = found.variants[1]?.tasks.find(({ task }) => task === "texts");
    expect(texts?.primary).toHaveLength(1);
    expect(texts?.primary[0]).toMatchObject({
      metric: "key_metric_average",
      regressed: true,
      test: { kind: "tested", method: "betting" },
    });
    expect(texts?.others.map(({ metric }) => metric)).toEqual(["bertscore", "coherence", "output_length", "rouge_l"]);
  });

  it("has a defined effect where every score changed by the same amount", () => {
    const alike = { ...Q4, choice: () => "incorrect" as const };
    const primary = comparedVariants([Q4], [alike], [QUIZ]).variants[0]?.tasks[0]?.primary[0];
    expect(primary?.effect).toEqual({ kind: "unbounded", sign: -1 });
    expect(primary?.regressed).toBe(true);
    // Equal but for rounding: 0.3 less each time.
    const shifted = { ...Q4, text: (_: string, index: number) => score(index) - 0.3 };
    expect(comparedVariants([Q4], [shifted], [TEXTS]).variants[0]?.tasks[0]?.primary[0]?.effect).toEqual({
      kind: "unbounded",
      sign: -1,
    });
  });

  it("judges by the key metrics that both runs have where the average can't be computed", () => {
    const without = { ...Q4, text: () => ({ bertscore: "unscored" as const, rouge_l: 0.9, coherence: 0.9 }) };
    const texts = comparedVariants([without], [without], [TEXTS]).variants[0]?.tasks[0];
    expect(texts?.primary.map(({ metric }) => metric)).toEqual(["coherence", "rouge_l"]);
  });

  it("leaves out what was computed by another recipe, and says so", () => {
    const [reference, newer] = [syntheticRun([TEXTS], [Q4]), syntheticRun([TEXTS], [Q4])];
    const manifest = { ...newer.manifest, signatures: { texts: { bertscore: "another layer" } } };
    const found = compared(reference, { ...newer, manifest });
    expect(found.variants[0]?.tasks[0]?.primary.map(({ metric }) => metric)).toEqual(["coherence", "rouge_l"]);
    expect(found.variants[0]?.notCompared).toEqual([
      { task: "texts", reason: "bertscore was computed by another recipe" },
    ]);
    expect(found.changes).toMatchObject([{ kind: "scorer", field: "bertscore", after: "another layer" }]);
  });

  it.each(["errored", "absent"] as const)("can't say anything where every item is %s in the newer run", (outcome) => {
    const found = comparedVariants([FP16, Q4], [FP16, { ...Q4, choice: () => outcome }]);
    expect(found.conclusion).toBe("not-compared");
    expect(found.variants[1]?.notCompared).toEqual([{ task: "quiz", reason: "no item was answered in the newer run" }]);
  });

  it("isn't equal where items are missing", () => {
    const some = {
      ...Q4,
      choice: (_: string, index: number) => (index === 7 ? "errored" : "right") as "errored" | "right",
    };
    const found = comparedVariants([FP16, Q4], [FP16, some]);
    expect(found.variants[1]).toMatchObject({ conclusion: "no-change" });
    expect(found.variants[1]?.tasks[0]?.missing).toEqual({ reference: 0, newer: 1 });
  });

  it("never mixes protocols", () => {
    const generated = { ...QUIZ, protocol: "generated-letter" } as const;
    const found = compared(syntheticRun([QUIZ], [Q4]), syntheticRun([generated], [Q4]));
    expect(found.conclusion).toBe("not-compared");
    expect(found.variants[0]?.notCompared[0]?.reason).toMatch(/letter-logprob and is by generated-letter/);
  });

  it("names the tasks that only one run has", () => {
    const found = compared(syntheticRun([QUIZ, TEXTS], [Q4]), syntheticRun([QUIZ], [Q4]));
    expect(found.tasks).toEqual({ onlyReference: ["texts"], onlyNewer: [] });
  });

  it("leaves items of one run only out of the pairs", () => {
    const found = compared(syntheticRun([QUIZ], [Q4]), syntheticRun([{ ...QUIZ, items: 150 }], [Q4]));
    expect(found.variants[0]?.tasks[0]).toMatchObject({ pairs: 150, unmatched: 50 });
    expect(found.variants[0]?.conclusion).toBe("no-change");
  });

  describe("without pairs", () => {
    const other = { ...Q4, reworded: () => true };

    it("compares unpaired where no item was asked in the same words", () => {
      const found = comparedVariants([Q4], [other]);
      expect(found.variants[0]?.tasks.map(({ primary }) => primary[0]?.design)).toEqual(["unpaired", "unpaired"]);
      expect(found.variants[0]?.tasks.map(({ primary }) => primary[0]?.estimate)).toMatchObject([
        { method: "Newcombe 90 %" },
        { method: "Welch t 90 %" },
      ]);
      expect(found.variants[0]?.tasks[0]).toMatchObject({ pairs: 0, differentPrompt: 200 });
      expect(found.conclusion).toBe("no-change");
    });

    it("still confirms what is large enough", () => {
      const worse = { ...other, choice: wrongEvery(3), text: (_: string, index: number) => score(index) - 0.3 };
      const found = comparedVariants([Q4], [worse]);
      expect(found.variants[0]?.tasks.map(({ primary }) => primary[0]?.regressed)).toEqual([true, true]);
    });

    it("compares so on request, and is then less sure", () => {
      const [reference, newer] = [
        syntheticRun([QUIZ], [{ ...Q4, choice: wrongEvery(2) }]),
        syntheticRun(
          [QUIZ],
          [{ ...Q4, choice: (_, index) => (index % 2 === 0 || index % 20 === 1 ? "incorrect" : "right") }],
        ),
      ];
      const paired = compared(reference, newer).variants[0]?.tasks[0]?.primary[0];
      const unpaired = compared(reference, newer, { unpaired: true }).variants[0]?.tasks[0]?.primary[0];
      expect(unpaired?.items).toEqual({ reference: 200, newer: 200 });
      expect([paired, unpaired].map((each) => each?.estimate)).toMatchObject([
        { method: "Tango score 90 %", difference: -0.05 },
        { method: "Newcombe 90 %", difference: expect.closeTo(-0.05, 12) },
      ]);
      expect(unpaired?.adjustedP ?? 0).toBeGreaterThan(paired?.adjustedP ?? 1);
    });
  });

  describe("the noise floor", () => {
    const repeated = (changed: number) => {
      const run = syntheticRun([QUIZ], [FP16, Q4]);
      const again = syntheticRun(
        [QUIZ],
        [{ ...FP16, choice: (_, index) => (index < changed ? "incorrect" : "right") }],
      );
      return { ...run, scores: { ...run.scores, repeats: again.scores.tasks } };
    };
    const losing = (n: number) =>
      syntheticRun([QUIZ], [FP16, { ...Q4, choice: (_, index) => (index < n ? "incorrect" : "right") }]);
    const noiseOf = (floor: NoiseFloor | undefined) => (floor?.kind === "measured" ? floor.noise : undefined);

    it("explains what changes no more often than repeated answers do", () => {
      const [, q4] = compared(repeated(6), losing(4)).variants;
      expect(noiseOf(q4?.noise)).toMatchObject({ compared: 200, changedAnswers: 6, deterministic: false });
      expect(q4).toMatchObject({ conclusion: "no-change", exceedsNoise: false });
    });

    it("doesn't explain what changes more often", () => {
      expect(compared(repeated(2), losing(12)).variants[1]).toMatchObject({ exceedsNoise: true });
    });

    it("explains nothing where repeated answers were the same", () => {
      expect(compared(repeated(0), losing(1)).variants[1]?.conclusion).toBe("behaviour-changed");
    });

    it("is unmeasured, not absent, for a server that wasn't asked again", () => {
      const server = (run: ReturnType<typeof losing>) => {
        const [model] = run.manifest.spec.models;
        if (model === undefined) throw new Error("no model");
        const backend = { type: "openai" } as never;
        const variants = model.variants.map((variant) => ({ ...variant, backend }));
        return {
          ...run,
          manifest: { ...run.manifest, spec: { ...run.manifest.spec, models: [{ ...model, variants }] } },
        };
      };
      const [, q4] = compared(server(losing(0)), server(losing(1))).variants;
      expect(q4).toMatchObject({ noise: { kind: "unmeasured" }, conclusion: "behaviour-changed" });
    });
  });
});
