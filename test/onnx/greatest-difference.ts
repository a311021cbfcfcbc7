/** The greatest absolute difference between two equally long rows of numbers; NaN where one isn't a number. */
export function greatestDifference(left: ArrayLike<number>, right: ArrayLike<number>): number {
  if (left.length !== right.length) throw new RangeError(`${left.length} numbers against ${right.length}`);
  if (left.length === 0) throw new RangeError("nothing to compare");
  return Math.max(...Array.from(left, (value, index) => Math.abs(value - (right[index] ?? Number.NaN))));
}
