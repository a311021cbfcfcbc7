import { describe, expect, it } from "vitest";
import { measureSampling } from "../../src/analyze/sampling-spread.ts";
import { TaskItems } from "../../src/analyze/task-scores.ts";
import { brownForsythe } from "../../src/stats/anova.ts";
import { writingTask } from "../task/example-task.ts";
import { ERRORED, scoresOf, written } from "./example-rows.ts";

/** Rounds of one metric; each round lists the items' scores. */
function roundsOf(rounds: readonly (readonly (number | undefined)[])[], metric = "bleu") {
  const items = new TaskItems();
  return rounds.map(
    (values) =>
      new Map([
        [
          "writing",
          scoresOf(
            writingTask(),
            values.map((value) => (value === undefined ? ERRORED : written({ [metric]: value }))),
            { items },
          ),
        ],
      ]),
  );
}

const OPTIONS = { temperature: 0.7, repeats: 2 };

describe("the spread of sampled answers", () => {
  it("is the mean of each item's standard deviation, and its share of the mean, by hand", () => {
    const rounds = roundsOf([
      [0.2, 0.5, 0.9],
      [0.4, 0.5, undefined],
    ]);
    const { variants } = measureSampling(new Map([["a", rounds]]), OPTIONS);
    // Two scores x and y deviate by |x − y| / √2; the third item has one score only.
    const deviation = 0.2 / Math.SQRT2 / 2;
    const [spread] = variants.map(({ metrics }) => metrics.bleu);
    expect(spread?.items).toBe(2);
    expect(spread?.meanStandardDeviation).toBeCloseTo(deviation, 12);
    expect(spread?.coefficientOfVariation).toBeCloseTo(deviation / 0.4, 12);
  });

  it("of scores that are all 0 has no share of the mean", () => {
    const { variants } = measureSampling(new Map([["a", roundsOf([[0], [0]])]]), OPTIONS);
    expect(variants[0]?.metrics.bleu).toEqual({ items: 1, meanStandardDeviation: 0 });
  });

  it("is compared between variants by the residuals from each item's mean", () => {
    const steady = roundsOf([
      [0.5, 0.1],
      [0.52, 0.12],
    ]);
    const shaky = roundsOf([
      [0.2, 0.1],
      [0.8, 0.6],
    ]);
    const { equalSpread } = measureSampling(
      new Map([
        ["a", steady],
        ["b", shaky],
      ]),
      OPTIONS,
    );
    const expected = brownForsythe([
      [-0.01, 0.01, -0.01, 0.01],
      [-0.3, 0.3, -0.25, 0.25],
    ]);
    expect(equalSpread.bleu?.f).toBeCloseTo(expected.f, 6);
    expect(equalSpread.bleu?.p).toBeCloseTo(expected.p, 6);
  });

  it("of variants that were not sampled is not made up", () => {
    const { variants, equalSpread } = measureSampling(
      new Map([
        ["a", roundsOf([[0.1], [0.2]])],
        ["b", []],
      ]),
      OPTIONS,
    );
    expect(variants.map(({ variant, metrics }) => [variant, Object.keys(metrics)])).toEqual([
      ["a", ["bleu"]],
      ["b", []],
    ]);
    expect(equalSpread).toEqual({});
  });
});
