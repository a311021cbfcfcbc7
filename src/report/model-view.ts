import type { BackendsComparison } from "../analyze/backends.ts";
import type { Noise } from "../analyze/noise.ts";
import type { SamplingSpread } from "../analyze/sampling-spread.ts";
import type { Speed } from "../analyze/speed.ts";
import type { Aggregate, ModelSummary, Summary, VariantSummary } from "../analyze/summary.ts";
import { type DecidingLevel, decidingLevel } from "../domain/deciding-level.ts";
import type { Protocol } from "../domain/protocol.ts";
import { bitsPerWeightIn } from "../domain/quantization.ts";
import type { VariantVerdict, Verdicts } from "../gate/verdict.ts";

/** One model of a run as reports show it: variants from the most bits per weight to the least, with short labels. */
export interface ModelView {
  readonly name: string;
  readonly variants: readonly VariantView[];
  readonly baseline: { readonly variant: string; readonly label: string; readonly reason: string };
  /** Confidence of the intervals that decide, in words. */
  readonly level: DecidingLevel["label"];
  /** Verdicts were given. */
  readonly judged: boolean;
  readonly smallestPassing?: VariantView;
  readonly noise?: Noise;
  readonly sampling?: SamplingSpread;
  readonly backends?: readonly BackendsComparison[];
}

export interface VariantView {
  readonly id: string;
  /** The quantization's name; with the backend where that alone doesn't tell variants apart. */
  readonly label: string;
  readonly summary: VariantSummary;
  readonly bitsPerWeight: number;
  /** From the model's file; else the nominal figure of the type. */
  readonly bitsMeasured: boolean;
  readonly verdict?: VariantVerdict;
  readonly speed?: Speed;
}

export function viewModels(
  summary: Summary,
  verdicts: Verdicts | undefined,
  speeds: Readonly<Record<string, Speed>> = {},
): readonly ModelView[] {
  const { label } = decidingLevel(summary.looks ?? 1);
  return summary.models.map((model) => viewModel(model, label, verdicts, speeds));
}

function viewModel(
  model: ModelSummary,
  level: ModelView["level"],
  verdicts: Verdicts | undefined,
  speeds: Readonly<Record<string, Speed>>,
): ModelView {
  const judged = verdicts?.models.find((each) => each.model === model.model);
  // Measured and nominal figures of one ladder don't compare.
  const measured = model.variants.every((variant) => variant.metadata.bitsPerWeight !== undefined);
  const bits = bitsPerWeightIn(model.variants);
  const labels = labelVariants(model.variants);
  const variants = model.variants
    .map((summary): VariantView => {
      const verdict = judged?.variants.find((each) => each.variant === summary.variant);
      const speed = speeds[summary.variant];
      return {
        id: summary.variant,
        label: labels.get(summary.variant) ?? summary.variant,
        summary,
        bitsPerWeight: bits(summary),
        bitsMeasured: measured,
        ...(verdict === undefined ? {} : { verdict }),
        ...(speed === undefined ? {} : { speed }),
      };
    })
    .sort((a, b) => (b.bitsPerWeight || 0) - (a.bitsPerWeight || 0));
  const smallest = variants.find((variant) => variant.id === judged?.smallestPassing);
  return {
    name: model.model,
    variants,
    baseline: {
      variant: model.baseline.variant,
      label: labels.get(model.baseline.variant) ?? model.baseline.variant,
      reason: model.baseline.reason,
    },
    level,
    judged: judged !== undefined,
    ...(smallest === undefined ? {} : { smallestPassing: smallest }),
    ...(model.noise === undefined ? {} : { noise: model.noise }),
    ...(model.sampling === undefined ? {} : { sampling: model.sampling }),
    ...(model.backends === undefined ? {} : { backends: model.backends }),
  };
}

/** The variants that are compared with the baseline. */
export function candidatesOf(model: ModelView): readonly VariantView[] {
  return model.variants.filter((variant) => variant.id !== model.baseline.variant);
}

/** The protocols by which a model was asked, in the order of the variants' summaries. */
export function protocolsOf(model: ModelView): readonly Protocol[] {
  return [...new Set(model.variants.flatMap(({ summary }) => Object.keys(summary.accuracy) as Protocol[]))];
}

/** Relative change of an aggregate against the baseline's; undefined for the baseline and where either has none. */
export function changeOf(
  variant: VariantView,
  model: ModelView,
  read: (summary: VariantView["summary"]) => Aggregate,
): number | undefined {
  const baseline = model.variants.find((each) => each.id === model.baseline.variant);
  if (baseline === undefined || baseline.id === variant.id) return undefined;
  const [before, after] = [read(baseline.summary), read(variant.summary)];
  if (before.kind === "unscored" || after.kind === "unscored" || before.value === 0) return undefined;
  return after.value / before.value - 1;
}

function labelVariants(variants: readonly VariantSummary[]): ReadonlyMap<string, string> {
  const candidates = [
    (variant: VariantSummary): string => variant.quantization,
    (variant: VariantSummary): string => `${variant.quantization}@${variant.backend}`,
    (variant: VariantSummary): string => variant.variant,
  ];
  const label = candidates.find((name) => new Set(variants.map(name)).size === variants.length);
  return new Map(variants.map((variant) => [variant.variant, label?.(variant) ?? variant.variant]));
}
