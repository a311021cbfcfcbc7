import type { MarkCounts } from "../analyze/worst-case.ts";
import type { DecidingLevel } from "../domain/deciding-level.ts";
import { plain } from "../domain/write-number.ts";
import { boundedMeanInterval } from "../stats/bounded-mean.ts";
import { mean } from "../stats/descriptive.ts";
import type { Interval } from "../stats/interval.ts";
import { wilsonInterval } from "../stats/wilson.ts";
import { boundsAgainst, type Finding, ROUNDING } from "./finding.ts";
import { howMany, itemsToDecideMean, itemsToDecideShare } from "./items-to-decide.ts";

export interface Minimum {
  /** In [0, 1]. */
  readonly atLeast: number;
  readonly basis: "interval" | "point";
}

/** Judges a share of right answers by Wilson's interval, or by the point estimate. */
export function judgeShare({ correct, trials }: MarkCounts, minimum: Minimum, level: DecidingLevel): Finding {
  const estimate = correct / trials;
  const found = { n: trials, estimate, detail: `${plain(correct, 0)} right of n = ${plain(trials, 0)}` };
  return judge(found, minimum, () => ({
    method: `Wilson ${level.label}`,
    interval: wilsonInterval({ successes: correct, trials, confidence: level.confidence }),
    needed: () => itemsToDecideShare(trials, estimate, minimum.atLeast, level),
  }));
}

/**
 * Judges the unweighted mean of the means of one or several metrics, each over its own items, by the betting interval or by the point
 * estimate. Several metrics: each bound is taken at a share of α, so that all hold together.
 */
export function judgeMeans(columns: readonly (readonly number[])[], minimum: Minimum, level: DecidingLevel): Finding {
  const n = Math.max(...columns.map((values) => values.length));
  const [only = []] = columns;
  const several = columns.length > 1;
  const detail = `${several ? `mean of ${columns.length} metrics, ` : ""}n = ${plain(n, 0)}`;
  return judge({ n, estimate: mean(columns.map(mean)), detail }, minimum, () => {
    const confidence = 1 - (2 * level.alpha) / columns.length;
    const intervals = columns.map((values) => boundedMeanInterval(values, { lower: 0, upper: 1, confidence }));
    const { atLeast } = minimum;
    return {
      method: several ? `betting ${level.label} (Bonferroni over ${columns.length} metrics)` : `betting ${level.label}`,
      interval: { lower: mean(intervals.map((each) => each.lower)), upper: mean(intervals.map((each) => each.upper)) },
      needed: () =>
        several
          ? undefined
          : itemsToDecideMean(
              only.map((value) => value - atLeast),
              { lower: -atLeast, upper: 1 - atLeast },
              level,
            ),
    };
  });
}

function judge(
  { n, estimate, detail }: { readonly n: number; readonly estimate: number; readonly detail: string },
  { atLeast, basis }: Minimum,
  estimateInterval: () => {
    readonly method: string;
    readonly interval: Interval;
    readonly needed: () => number | undefined;
  },
): Finding {
  const numbers = { n, estimate, threshold: atLeast, unit: "score" } as const;
  if (basis === "point") {
    return {
      ...numbers,
      outcome: estimate >= atLeast - ROUNDING ? "pass" : "fail",
      basis: "point estimate",
      explanation: `point estimate ${plain(estimate)}: ${detail}`,
    };
  }
  const { method, interval, needed } = estimateInterval();
  const outcome = boundsAgainst(interval, atLeast);
  const itemsNeeded = outcome === "inconclusive" ? needed() : undefined;
  const more = outcome === "inconclusive" ? `; ${howMany(itemsNeeded)}` : "";
  return {
    ...numbers,
    outcome,
    basis: "interval",
    method,
    ...interval,
    explanation: `${plain(estimate)}, ${method} interval [${plain(interval.lower)}, ${plain(interval.upper)}]: ${detail}${more}`,
    ...(itemsNeeded === undefined ? {} : { itemsNeeded }),
  };
}
