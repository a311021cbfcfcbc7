import { bettingSide, pOfSide } from "../analyze/betting-side.ts";
import { clusterLabels } from "../analyze/group-of.ts";
import { differenceOf, type PairedMark } from "../analyze/paired-accuracy.ts";
import type { DecidingLevel } from "../domain/deciding-level.ts";
import type { Outcome } from "../domain/outcome.ts";
import { tangoEquivalence, tangoInterval, tangoNonInferiority } from "../stats/tango.ts";
import { boundsAgainst } from "./finding.ts";
import { type Needed, neededObservations, pairsToDecide } from "./items-to-decide.ts";

export type MarginGoal = "non-inferiority" | "equivalence";

/** A difference of two shares on the same items, held against a margin. All in proportions, candidate − baseline. */
export interface PairedMargin {
  readonly outcome: Outcome;
  readonly difference: number;
  readonly lower: number;
  readonly upper: number;
  readonly method: string;
  /** One-sided. */
  readonly p: number;
  readonly gained: number;
  readonly lost: number;
  readonly pairs: number;
  /** What would decide an inconclusive outcome, if the rest is like these; `undefined`: no practical number. */
  readonly needed: () => Needed | undefined;
}

interface Against {
  readonly goal: MarginGoal;
  /** A proportion. */
  readonly margin: number;
  readonly level: DecidingLevel;
}

/** Tango's score interval on the pairs; where items share groups the betting interval over the groups' totals. Needs at least one pair. */
export function holdAgainst(marks: readonly PairedMark[], against: Against): PairedMargin {
  const differences = marks.map(differenceOf);
  const gained = differences.filter((value) => value > 0).length;
  const lost = differences.filter((value) => value < 0).length;
  const counts = { gained, lost, pairs: marks.length, difference: (gained - lost) / marks.length };
  const groups = marks.map((mark) => mark.group);
  return clusterLabels(groups) === undefined
    ? overPairs(counts, against)
    : overGroups(differences, groups, counts, against);
}

type Counts = Pick<PairedMargin, "gained" | "lost" | "pairs" | "difference">;

function overPairs(counts: Counts, { goal, margin, level }: Against): PairedMargin {
  const { lower, upper } = tangoInterval({ ...counts, confidence: level.confidence });
  const { p } = (goal === "equivalence" ? tangoEquivalence : tangoNonInferiority)({ ...counts, margin });
  const discordance = (counts.gained + counts.lost) / counts.pairs;
  return {
    ...counts,
    outcome: againstMargin({ lower, upper }, margin, goal),
    lower,
    upper,
    method: `Tango score ${level.label}`,
    p,
    needed: () => {
      const items = pairsToDecide({ ...counts, discordance, margin, goal, level });
      return items === undefined ? undefined : { items };
    },
  };
}

/** Differences moved by the margin have a mean above 0 when less than the margin is lost, also where the groups' sizes are chance. */
function overGroups(
  differences: readonly number[],
  groups: readonly (string | undefined)[],
  counts: Counts,
  { goal, margin, level }: Against,
): PairedMargin {
  const side = (values: readonly number[]) =>
    bettingSide(values, groups, { lower: margin - 1, upper: margin + 1 }, level);
  const loss = side(differences.map((value) => value + margin));
  const gain = goal === "equivalence" ? side(differences.map((value) => margin - value)) : undefined;
  const sides = gain === undefined ? [loss] : [loss, gain];
  const lower = Math.max(-1, loss.interval.lower - margin);
  const upper = Math.min(1, gain === undefined ? loss.interval.upper - margin : margin - gain.interval.lower);
  return {
    ...counts,
    outcome: againstMargin({ lower, upper }, margin, goal),
    lower,
    upper,
    method: `betting over groups ${level.label}`,
    p: Math.max(...sides.map((each) => pOfSide(each, "greater"))),
    needed: () =>
      neededObservations(
        sides.map((each) => ({ ...each, unchanged: margin })),
        level,
      ),
  };
}

/** An interval of a change against a margin: on one side for non-inferiority, on both for equivalence. */
function againstMargin(
  { lower, upper }: { readonly lower: number; readonly upper: number },
  margin: number,
  goal: MarginGoal,
): Outcome {
  const loss = boundsAgainst({ lower, upper }, -margin);
  if (goal === "non-inferiority" || loss !== "pass") return loss;
  if (upper <= margin) return "pass";
  return lower > margin ? "fail" : "inconclusive";
}
