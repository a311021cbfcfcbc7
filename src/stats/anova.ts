import { mean, median } from "./descriptive.ts";
import { fSurvival } from "./distributions.ts";
import { requireValues } from "./preconditions.ts";

export interface FTest {
  readonly f: number;
  readonly df1: number;
  readonly df2: number;
  readonly p: number;
}

/**
 * One-way analysis of variance: test that all groups have the same mean. Fisher (1925). A large p is no evidence of
 * equivalence. No variance within groups: p is 1 for equal means (f = 0), else 0 (f = Infinity). Throws RangeError with
 * fewer than two groups, an empty group, or only one value in every group.
 */
export function oneWayAnova(groups: readonly (readonly number[])[]): FTest {
  if (groups.length < 2) throw new RangeError(`groups must hold at least 2 groups; got ${groups.length}`);
  for (const [index, group] of groups.entries()) requireValues(`groups[${index}]`, group, 1);
  const grandMean = mean(groups.flat());
  let count = 0;
  let between = 0;
  let within = 0;
  for (const group of groups) {
    const groupMean = mean(group);
    count += group.length;
    between += group.length * (groupMean - grandMean) ** 2;
    for (const value of group) within += (value - groupMean) ** 2;
  }
  const df1 = groups.length - 1;
  const df2 = count - groups.length;
  if (df2 === 0) throw new RangeError("at least one group must hold 2 values");
  // Identical values have exactly no spread, whatever the rounding of the grand mean.
  const first = groups[0]?.[0];
  const f = groups.every((group) => group.every((value) => value === first)) ? 0 : between / df1 / (within / df2);
  return { f, df1, df2, p: fSurvival(f, df1, df2) };
}

/**
 * Test that all groups have the same spread: one-way analysis of variance of the distances from each group's median.
 * Brown & Forsythe (1974), "Robust tests for the equality of variances". Degenerate cases and errors as `oneWayAnova`.
 */
export function brownForsythe(groups: readonly (readonly number[])[]): FTest {
  for (const [index, group] of groups.entries()) requireValues(`groups[${index}]`, group, 1);
  return oneWayAnova(
    groups.map((group) => {
      const centre = median(group);
      return group.map((value) => Math.abs(value - centre));
    }),
  );
}
