import type { OwnValue } from "../analyze/worst-case.ts";
import { type DecidingLevel, splitLevel } from "../domain/deciding-level.ts";
import { plain } from "../domain/write-number.ts";
import { mean } from "../stats/descriptive.ts";
import { boundsAgainst, type Finding, ROUNDING } from "./finding.ts";
import { outlookOn } from "./items-to-decide.ts";
import { type HeldShare, holdMean, holdShare } from "./share-interval.ts";

export interface Minimum {
  /** In [0, 1]. */
  readonly atLeast: number;
  readonly basis: "interval" | "point";
}

/** Judges a share of right answers (1; wrong ones are 0) by Wilson's interval, over groups by betting, or by the point estimate. */
export function judgeShare(marks: readonly OwnValue[], minimum: Minimum, level: DecidingLevel): Finding {
  const n = marks.length;
  const correct = marks.filter(({ value }) => value === 1).length;
  const found = { n, estimate: correct / n, detail: `${plain(correct, 0)} right of n = ${plain(n, 0)}` };
  return judge(found, minimum, () => holdShare(marks, minimum.atLeast, level));
}

/**
 * Judges the unweighted mean of the means of one or several metrics, each over its own items, by the betting interval or by the point
 * estimate. Several metrics: each bound is taken at a share of α, so that all hold together.
 */
export function judgeMeans(columns: readonly (readonly OwnValue[])[], minimum: Minimum, level: DecidingLevel): Finding {
  const n = Math.max(...columns.map((values) => values.length));
  const several = columns.length > 1;
  const detail = `${several ? `mean of ${columns.length} metrics, ` : ""}n = ${plain(n, 0)}`;
  const estimate = mean(columns.map((values) => mean(values.map(({ value }) => value))));
  return judge({ n, estimate, detail }, minimum, () => {
    const held = columns.map((values) => holdMean(values, minimum.atLeast, splitLevel(level, columns.length)));
    const intervals = held.map(({ interval }) => interval);
    return {
      method: several
        ? `betting ${level.label} (Bonferroni over ${columns.length} metrics)`
        : (held[0]?.method ?? "none"),
      interval: { lower: mean(intervals.map((each) => each.lower)), upper: mean(intervals.map((each) => each.upper)) },
      needed: () => (several ? undefined : held[0]?.needed()),
    };
  });
}

function judge(
  { n, estimate, detail }: { readonly n: number; readonly estimate: number; readonly detail: string },
  { atLeast, basis }: Minimum,
  hold: () => HeldShare,
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
  const { method, interval, needed } = hold();
  const outcome = boundsAgainst(interval, atLeast);
  return {
    ...numbers,
    outcome,
    basis: "interval",
    method,
    ...interval,
    explanation: `${plain(estimate)}, ${method} interval [${plain(interval.lower)}, ${plain(interval.upper)}]: ${detail}`,
    ...(outcome === "inconclusive" ? outlookOn(needed()) : {}),
  };
}
