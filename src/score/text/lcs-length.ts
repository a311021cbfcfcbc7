import { countZeros, LcsBits } from "./lcs-bits.ts";

/**
 * Length of the longest common subsequence of two token sequences, ids below `vocabularySize`. Bit-parallel: at most
 * a.length · ⌈b.length / 31⌉ word operations, far fewer when tokens are rare in b; memory linear in both.
 */
export function lcsLength(a: readonly number[], b: readonly number[], vocabularySize: number): number {
  // What both begin and end with is in some longest common subsequence; near-equal answers are mostly that.
  let start = 0;
  let aEnd = a.length;
  let bEnd = b.length;
  while (start < aEnd && start < bEnd && a[start] === b[start]) start += 1;
  while (aEnd > start && bEnd > start && a[aEnd - 1] === b[bEnd - 1]) {
    aEnd -= 1;
    bEnd -= 1;
  }
  const same = start + (a.length - aEnd);
  if (aEnd === start || bEnd === start) return same;

  const bits = new LcsBits(vocabularySize);
  bits.load(b, start, bEnd);
  const row = new Int32Array(bits.words);
  bits.clearRow(row);
  for (let index = start; index < aEnd; index += 1) bits.advance(row, a[index] ?? 0);
  return same + countZeros(row, 0, bEnd - start);
}
