import { brownForsythe } from "../stats/anova.ts";
import { mean, sampleVariance } from "../stats/descriptive.ts";
import type { VariantScores } from "./compare.ts";

/** Spread of a metric over repeated answers at a temperature above 0. Descriptive; verdicts don't use it. */
export interface MetricSpread {
  /** Items with at least two scored answers. */
  readonly items: number;
  /** Mean over items of the standard deviation of an item's scores. */
  readonly meanStandardDeviation: number;
  /** That, relative to the mean score; absent when the mean is 0. */
  readonly coefficientOfVariation?: number;
}

export interface SamplingSpread {
  readonly temperature: number;
  readonly repeats: number;
  readonly variants: readonly { readonly variant: string; readonly metrics: Readonly<Record<string, MetricSpread>> }[];
  /** Brown-Forsythe test, per metric, of equal spread in all variants: scores minus their item's mean. */
  readonly equalSpread: Readonly<
    Record<string, { readonly f: number; readonly df1: number; readonly df2: number; readonly p: number }>
  >;
}

/** Spread per variant and metric, from the rounds of sampled answers of each variant. */
export function measureSampling(
  rounds: ReadonlyMap<string, readonly VariantScores[]>,
  { temperature, repeats }: { readonly temperature: number; readonly repeats: number },
): SamplingSpread {
  const metrics = new Set(
    [...rounds.values()].flat().flatMap((tasks) => [...tasks.values()].flatMap((scores) => scores.metrics())),
  );
  const equalSpread: Record<string, SamplingSpread["equalSpread"][string]> = {};
  const byVariant = new Map([...rounds.keys()].map((variant) => [variant, {} as Record<string, MetricSpread>]));
  for (const metric of [...metrics].sort()) {
    const residuals: number[][] = [];
    for (const [variant, tasks] of rounds) {
      const itemScores = scoresByItem(tasks, metric);
      if (itemScores.length === 0) continue;
      const spreads = byVariant.get(variant);
      if (spreads !== undefined) spreads[metric] = spreadOf(itemScores);
      residuals.push(itemScores.flatMap((scores) => scores.map((score) => score - mean(scores))));
    }
    if (residuals.length >= 2) equalSpread[metric] = brownForsythe(residuals);
  }
  return {
    temperature,
    repeats,
    variants: [...byVariant].map(([variant, spreads]) => ({ variant, metrics: spreads })),
    equalSpread,
  };
}

function spreadOf(items: readonly (readonly number[])[]): MetricSpread {
  const standardDeviation = mean(items.map((scores) => Math.sqrt(sampleVariance(scores))));
  const centre = mean(items.map((scores) => mean(scores)));
  return {
    items: items.length,
    meanStandardDeviation: standardDeviation,
    ...(centre === 0 ? {} : { coefficientOfVariation: standardDeviation / centre }),
  };
}

/** The scores of each item over all rounds; items with fewer than two are left out. */
function scoresByItem(rounds: readonly VariantScores[], metric: string): readonly (readonly number[])[] {
  const items = new Map<string, number[]>();
  for (const tasks of rounds) {
    for (const [task, scores] of tasks) {
      for (let index = 0; index < scores.task.items; index += 1) {
        const value = scores.value(metric, index);
        if (value === undefined) continue;
        const key = `${task}\n${index}`;
        const list = items.get(key);
        if (list === undefined) items.set(key, [value]);
        else list.push(value);
      }
    }
  }
  return [...items.values()].filter((scores) => scores.length >= 2);
}
