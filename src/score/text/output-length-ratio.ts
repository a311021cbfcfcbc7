/**
 * The shorter length divided by the longer, in code points, in [0, 1]; 1 for equal lengths, two empty texts included,
 * and 0 when only one is empty. White space counts; an unpaired surrogate counts one.
 */
export function outputLengthRatio(candidate: string, reference: string): number {
  const [a, b] = [codePoints(candidate), codePoints(reference)];
  return a === b ? 1 : Math.min(a, b) / Math.max(a, b);
}

function codePoints(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; count += 1) index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
  return count;
}
