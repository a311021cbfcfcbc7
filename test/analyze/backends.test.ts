import { describe, expect, it } from "vitest";
import { type BackendsComparison, compareBackends } from "../../src/analyze/backends.ts";
import type { ResolvedModel } from "../../src/spec/resolved.ts";
import { brownForsythe, oneWayAnova } from "../../src/stats/anova.ts";
import { holm } from "../../src/stats/holm.ts";
import { tangoEquivalence } from "../../src/stats/tango.ts";
import { type SyntheticTask, type SyntheticVariant, syntheticRun } from "../gate/synthetic-run.ts";

const QUIZ: SyntheticTask = { name: "quiz", type: "multiple-choice", items: 500 };
const TEXTS: SyntheticTask = { name: "texts", type: "generation", kind: "qa", items: 200 };
const MARGINS = { accuracyPp: 3, generationPercent: 3 };
type Answers = Omit<SyntheticVariant, "quantization">;

const fine: Answers = {
  choice: (_, index) => (index % 4 === 0 ? "incorrect" : "right"),
  text: (_, index) => 0.7 + (index % 9) / 40,
};

/** One quantization, served by as many backends as there are answers. */
function backends(answers: readonly Answers[], tasks: readonly SyntheticTask[] = [QUIZ, TEXTS]) {
  const stand = ["FP16", "Q8_0", "Q6_K"] as const;
  const variants = answers.map(
    (each, index): SyntheticVariant => ({ quantization: stand[index] ?? "Q4_K_M", ...each }),
  );
  const { manifest, scores } = syntheticRun(tasks, variants);
  const [model] = manifest.spec.models;
  if (model === undefined) throw new Error("no model");
  const same: ResolvedModel = {
    ...model,
    variants: model.variants.map((variant, index) => ({
      ...variant,
      quantization: "Q4_K_M",
      backendName: `b${index}`,
    })),
  };
  return { model: same, scores: scores.tasks };
}

function compare(...args: Parameters<typeof backends>): BackendsComparison {
  const { model, scores } = backends(...args);
  const [only, ...others] = compareBackends(model, scores, { margins: MARGINS, seed: 1 });
  expect(others).toEqual([]);
  if (only === undefined) throw new Error("nothing was compared");
  return only;
}

describe("one quantization on several backends", () => {
  it("is equivalent where both sides of every margin are excluded", () => {
    const { quantization, pairs } = compare([fine, fine]);
    expect(quantization).toBe("Q4_K_M");
    expect(pairs.map(({ task, metric, equivalent }) => [task, metric, equivalent])).toEqual([
      ["quiz", "accuracy", true],
      ["texts", "key_metric_average", true],
    ]);
    expect(pairs[0]?.tost).toMatchObject({
      method: "Tango score",
      p: tangoEquivalence({ gained: 0, lost: 0, pairs: 500, margin: 0.03 }).p,
    });
  });

  it("isn't shown to be equivalent by a test of difference that finds none", () => {
    const few = { ...QUIZ, items: 40 };
    const flipped: Answers = { choice: (_, index) => (index % 4 === 1 ? "incorrect" : "right") };
    const { pairs, together } = compare([fine, flipped], [few]);
    expect(together[0]?.anova.p).toBeGreaterThan(0.9);
    expect(pairs[0]).toMatchObject({ equivalent: false, estimate: { difference: 0 } });
  });

  it("isn't equivalent where one loses more than the margin", () => {
    const worse: Answers = {
      choice: (_, index) => (index % 4 === 0 || index % 10 === 1 ? "incorrect" : "right"),
      text: (_, index) => 0.5 + (index % 9) / 40,
    };
    expect(compare([fine, worse]).pairs.map(({ equivalent }) => equivalent)).toEqual([false, false]);
  });

  it("is held against every other backend, by Holm over all pairs and tasks", () => {
    const near: Answers = { ...fine, choice: (_, index) => (index % 4 === 0 || index === 1 ? "incorrect" : "right") };
    const { pairs, variants } = compare([fine, near, fine]);
    expect(variants).toHaveLength(3);
    expect(pairs).toHaveLength(3 * 2);
    expect(pairs.map(({ tost }) => tost.adjustedP)).toEqual(holm(pairs.map(({ tost }) => tost.p)));
    expect(new Set(pairs.map(({ left, right }) => `${left} ${right}`)).size).toBe(3);
  });

  it("has analysis of variance and Brown-Forsythe beside it, on the items that all answered", () => {
    const near: Answers = { choice: (_, index) => (index === 0 ? "errored" : index % 5 === 0 ? "incorrect" : "right") };
    const { together } = compare([fine, near, fine], [QUIZ]);
    const marks = (answers: Answers): readonly number[] =>
      Array.from({ length: 499 }, (_, index) => Number(answers.choice?.("quiz", index + 1) === "right"));
    const groups = [marks(fine), marks(near), marks(fine)];
    expect(together).toEqual([
      {
        task: "quiz",
        metric: "accuracy",
        items: 499,
        anova: oneWayAnova(groups),
        brownForsythe: brownForsythe(groups),
      },
    ]);
  });

  it("says infinite where JSON has no number", () => {
    const { together } = compare([{ choice: () => "right" }, { choice: () => "incorrect" }], [QUIZ]);
    expect(together[0]?.anova).toMatchObject({ f: "infinite", p: 0 });
    expect(JSON.parse(JSON.stringify(together))).toEqual(together);
  });

  it("counts items of one passage as one observation", () => {
    const grouped: SyntheticTask = { ...QUIZ, group: (index) => `passage ${Math.floor(index / 5)}` };
    const [pair] = compare([fine, fine], [grouped]).pairs;
    expect(pair).toMatchObject({ tost: { method: "betting over groups" }, items: 500 });
    expect(pair?.tost.p ?? 0).toBeGreaterThan(compare([fine, fine], [QUIZ]).pairs[0]?.tost.p ?? 1);
  });

  it("is nothing to compare on one backend, nor beside a stored run of the same backend", () => {
    const { model, scores } = backends([fine, fine]);
    const different = { ...model, variants: model.variants.slice(0, 1) };
    expect(compareBackends(different, scores, { margins: MARGINS, seed: 1 })).toEqual([]);
    const [first] = model.variants;
    const stored = { ...model, baseline: { variant: first?.id ?? "", reason: "", external: true as const } };
    expect(compareBackends(stored, scores, { margins: MARGINS, seed: 1 })).toEqual([]);
  });
});
