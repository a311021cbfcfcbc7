/** Cosine of the angle between two vectors of equal length, in [-1, 1]; 0 when one of them has no length. Double precision. */
export function cosine(left: ArrayLike<number>, right: ArrayLike<number>): number {
  if (left.length !== right.length) throw new RangeError(`vectors of ${left.length} and ${right.length} numbers`);
  let product = 0;
  let leftSquares = 0;
  let rightSquares = 0;
  for (let index = 0; index < left.length; index++) {
    const a = left[index] ?? 0;
    const b = right[index] ?? 0;
    product += a * b;
    leftSquares += a * a;
    rightSquares += b * b;
  }
  if (leftSquares === 0 || rightSquares === 0) return 0;
  return Math.min(1, Math.max(-1, product / Math.sqrt(leftSquares * rightSquares)));
}
