import type { Noise } from "../../analyze/noise.ts";
import type { SamplingSpread } from "../../analyze/sampling-spread.ts";
import { decimal, signed } from "../../domain/write-number.ts";
import type { Block, Cell, Section, Table } from "../document.ts";
import { count, percent, plural, pValue, score } from "../format.ts";
import { candidatesOf, type ModelView, type VariantView } from "../model-view.ts";
import { align } from "./columns.ts";

/** The baseline against itself, and the spread of sampled answers, where the spec asked for them. */
export function noiseSection(model: ModelView, id: string): Section | undefined {
  const { noise, sampling } = model;
  const blocks: readonly Block[] = [
    ...(noise === undefined ? [] : noiseBlocks(model, noise)),
    ...(sampling === undefined ? [] : samplingBlocks(model, sampling)),
  ];
  return blocks.length === 0 ? undefined : { id, title: "Noise of the backend", blocks };
}

function noiseBlocks(model: ModelView, noise: Noise): readonly Block[] {
  const asked = `${model.baseline.label} answered ${plural(noise.compared, "item")} twice`;
  const finding =
    noise.compared === 0
      ? "No item was answered twice, so nothing is known of the backend's noise."
      : noise.deterministic
        ? `${asked} and no answer changed: at temperature 0 the backend is deterministic, as far as these items tell.`
        : `${asked} and ${plural(noise.changedAnswers, "answer")} changed${noise.graded === 0 ? "" : `; of ${count(noise.graded)} graded twice, ${plural(noise.flips, "item")} flipped`}.`;
  const paragraph: Block = { kind: "paragraph", text: finding };
  return noise.compared === 0 ? [paragraph] : [paragraph, noiseTable(model, noise)];
}

function noiseTable(model: ModelView, noise: Noise): Table {
  const changed = noise.changedAnswers / noise.compared;
  const flipped = noise.graded === 0 ? undefined : noise.flips / noise.graded;
  return {
    kind: "table",
    caption:
      "What changed against the baseline, and how much of it the noise would explain: the rates of the repeated answers, applied to as many items. Point estimates.",
    narrow: "scroll",
    columns: align(
      ["quantization"],
      ["answers changed", "by noise alone", "beyond the noise", "flips", "by noise alone", "beyond the noise"],
    ),
    rows: candidatesOf(model).map((variant): readonly Cell[] => {
      const comparison = variant.summary.comparison;
      if (comparison === undefined) return [variant.label, "not compared"];
      const { flips, pairs } = flipsOf(variant);
      return [
        variant.label,
        ...excess(comparison.changedAnswers, comparison.comparedAnswers, changed),
        ...(flipped === undefined ? ["", "", ""] : excess(flips, pairs, flipped)),
      ];
    }),
  };
}

function excess(seen: number, of: number, noiseRate: number): readonly Cell[] {
  const expected = of * noiseRate;
  return [
    { text: count(seen), note: of === 0 ? "of 0" : `${percent(seen / of)} of ${count(of)}` },
    decimal(expected, 1),
    signed(seen - expected, 1),
  ];
}

function flipsOf({ summary }: VariantView): { readonly flips: number; readonly pairs: number } {
  const paired = Object.values(summary.comparison?.accuracy ?? {});
  return {
    flips: paired.reduce((sum, { gained, lost }) => sum + gained + lost, 0),
    pairs: paired.reduce((sum, { pairs }) => sum + pairs, 0),
  };
}

function samplingBlocks(model: ModelView, sampling: SamplingSpread): readonly Block[] {
  const metrics = [...new Set(sampling.variants.flatMap((variant) => Object.keys(variant.metrics)))];
  const cells = (id: string): readonly Cell[] =>
    metrics.map((metric): Cell => {
      const spread = sampling.variants.find(({ variant }) => variant === id)?.metrics[metric];
      if (spread === undefined) return "not measured";
      const relative = spread.coefficientOfVariation;
      const variation = relative === undefined ? "mean 0" : `variation ${percent(relative)}`;
      return { text: score(spread.meanStandardDeviation), note: `${variation}, n = ${count(spread.items)}` };
    });
  const tests = metrics.map((metric): Cell => {
    const test = sampling.equalSpread[metric];
    return test === undefined
      ? "not tested"
      : { text: pValue(test.p), note: `F(${count(test.df1)}, ${count(test.df2)}) = ${decimal(test.f, 2)}` };
  });
  return [
    {
      kind: "table",
      caption: `Sampling at temperature ${decimal(sampling.temperature, 2)}, ${plural(sampling.repeats, "answer")} per item: mean standard deviation of an item's scores, below it the coefficient of variation and n, the items. Last row: Brown-Forsythe test of equal spread in all variants, n = df2 + df1 + 1 scores. Kept out of the verdicts, which are made at temperature 0.`,
      narrow: "scroll",
      columns: align(["quantization"], metrics),
      rows: [
        ...model.variants.map((variant): readonly Cell[] => [variant.label, ...cells(variant.id)]),
        ["equal spread (Brown-Forsythe)", ...tests],
      ],
    },
  ];
}
