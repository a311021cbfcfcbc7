import type { TaskComparison, VariantComparison } from "../../src/analyze/compare.ts";
import type { PairedAccuracy } from "../../src/analyze/paired-accuracy.ts";
import type { PairedMean } from "../../src/analyze/paired-mean.ts";
import { mcnemar } from "../../src/stats/mcnemar.ts";
import { tangoInterval } from "../../src/stats/tango.ts";

/** Flips of one quantization, with the interval that belongs to them. */
export function pairedAccuracy(pairs: number, lost: number, gained: number, task: string): PairedAccuracy {
  const { exact, midP } = mcnemar({ gained, lost });
  return {
    pairs,
    gained,
    lost,
    missing: { baseline: 0, candidate: 0 },
    unmatched: 0,
    differentPrompt: 0,
    estimate: {
      kind: "estimated",
      ...tangoInterval({ gained, lost, pairs, confidence: 0.9 }),
      method: "Tango score 90 %",
    },
    mcnemar: { exact, midP },
    subjectRobustStandardError: 0.008 + lost / 2000,
    gainedItems: ids(task, 1000, gained),
    lostItems: ids(task, 0, lost),
  };
}

/** A mean that fell by `loss` of itself, give or take. */
export function pairedMean(pairs: number, baselineMean: number, loss: number): PairedMean {
  const difference = -loss * baselineMean;
  const width = 0.008 + Math.abs(loss) / 6;
  return {
    pairs,
    unpaired: 0,
    changed: Math.min(pairs, Math.round(pairs * (0.05 + 2 * Math.abs(loss)))),
    baselineMean,
    candidateMean: baselineMean + difference,
    estimate: {
      kind: "estimated",
      difference,
      lower: difference - width,
      upper: difference + width * 0.8,
      method: "betting 90 %",
    },
    beside: {
      t: { lower: difference - width * 0.6, upper: difference + width * 0.6 },
      bootstrapBca: { lower: difference - width * 0.65, upper: difference + width * 0.55 },
    },
  };
}

export function nothingPaired(reason: string): PairedMean {
  return {
    pairs: 0,
    unpaired: 0,
    changed: 0,
    baselineMean: 0,
    candidateMean: 0,
    estimate: { kind: "unavailable", reason },
  };
}

export function comparison(
  baseline: string,
  tasks: readonly TaskComparison[],
  parts: Pick<VariantComparison, "accuracy" | "metrics" | "keyMetricAverage" | "changedAnswers" | "comparedAnswers">,
): VariantComparison {
  return { baseline, sameWeights: false, tasks, ...parts };
}

function ids(task: string, from: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${task}-${from + index}`);
}
