import { pairedDifferences } from "./descriptive.ts";
import { normalSurvival } from "./distributions.ts";
import { requirePairs } from "./preconditions.ts";

/** Up to here the null distribution of the observed ranks, ties and all, is enumerated. */
const EXACT_PAIRS = 13;
/** Up to here, when no difference is 0, the null distribution of untied ranks is enumerated. */
const EXACT_PAIRS_WITHOUT_ZEROS = 50;

export interface WilcoxonTest {
  /** Sum of the ranks of the positive differences. */
  readonly rankSum: number;
  readonly p: number;
  readonly method: "exact" | "normal";
}

/** Twice the average rank (a whole number) of each absolute difference, zeros dropped, and the sizes of the ties. */
function doubledRanks(differences: readonly number[]) {
  const ascending = differences.filter((value) => value !== 0).sort((a, b) => Math.abs(a) - Math.abs(b));
  const ranks: { doubledRank: number; positive: boolean }[] = [];
  const ties: number[] = [];
  for (let start = 0; start < ascending.length; ) {
    const size = Math.abs(ascending[start] ?? 0);
    let end = start;
    while (end < ascending.length && Math.abs(ascending[end] ?? 0) === size) end += 1;
    for (const value of ascending.slice(start, end)) {
      ranks.push({ doubledRank: start + end + 1, positive: value > 0 });
    }
    ties.push(end - start);
    start = end;
  }
  return { ranks, ties };
}

/** Two-sided p-value over all assignments of signs to the ranks, counted by dynamic programming. */
function exactP(doubled: readonly number[], observed: number): number {
  const total = doubled.reduce((sum, rank) => sum + rank, 0);
  const probability = new Float64Array(total + 1);
  probability[0] = 1;
  let reached = 0;
  for (const rank of doubled) {
    reached += rank;
    for (let sum = reached; sum >= 0; sum--) {
      probability[sum] = ((probability[sum] ?? 0) + (sum >= rank ? (probability[sum - rank] ?? 0) : 0)) / 2;
    }
  }
  let tail = 0;
  for (let sum = 0; sum <= Math.min(observed, total - observed); sum++) tail += probability[sum] ?? 0;
  return Math.min(1, 2 * tail);
}

/**
 * Wilcoxon's signed-rank test, two-sided: are the differences candidate − baseline symmetric about 0? Zero differences
 * are dropped, ties get average ranks. Wilcoxon (1945). Exact up to 13 pairs; up to 50 pairs without zeros the null
 * distribution of untied ranks, as SciPy has it, which is exact but for ties; beyond, the normal approximation with tie
 * correction and without continuity correction. No difference at all: p is 1. Throws RangeError when the samples differ in length, are empty, or hold a value that
 * isn't finite.
 */
export function wilcoxonSignedRank(baseline: readonly number[], candidate: readonly number[]): WilcoxonTest {
  requirePairs(baseline, candidate, 1);
  const { ranks, ties } = doubledRanks(pairedDifferences(baseline, candidate));
  const n = ranks.length;
  const doubledSum = ranks.reduce((sum, { doubledRank, positive }) => sum + (positive ? doubledRank : 0), 0);
  const rankSum = doubledSum / 2;
  if (n === 0) return { rankSum, p: 1, method: "exact" };

  const ownRanks = baseline.length <= EXACT_PAIRS;
  if (ownRanks || (n === baseline.length && n <= EXACT_PAIRS_WITHOUT_ZEROS)) {
    const doubled = ranks.map(({ doubledRank }, index) => (ownRanks ? doubledRank : 2 * (index + 1)));
    return { rankSum, p: exactP(doubled, doubledSum), method: "exact" };
  }
  const tieCorrection = ties.reduce((sum, size) => sum + (size ** 3 - size), 0);
  const standardError = Math.sqrt((n * (n + 1) * (2 * n + 1) - tieCorrection / 2) / 24);
  const z = (rankSum - (n * (n + 1)) / 4) / standardError;
  return { rankSum, p: 2 * normalSurvival(Math.abs(z)), method: "normal" };
}
