import { countZeros, isStep, LcsBits } from "./lcs-bits.ts";
import type { RougeText } from "./rouge-tokenize.ts";

/** Rows are kept whole up to this many words of memory; beyond, only every √m-th and those between are computed again. */
const MAX_STORED_WORDS = 1 << 18;

/**
 * Tokens matched at summary level (Lin 2004, §3.2, as rouge_score computes it): for every line of the reference the
 * union of its longest common subsequences with all lines of the candidate; a matched token counts only as often as it
 * occurs in both texts. Which of several longest subsequences is taken matters for the union, so ties are resolved as
 * the reference implementation does. Time is proportional to the product of the lengths over 31, and to the number of
 * pairs of different lines that share a token; memory grows with length · √length.
 */
export function unionLcsHits(reference: RougeText, candidate: RougeText, vocabularySize: number): number {
  const inUnion = new Uint8Array(reference.tokens.length);
  const bits = new LcsBits(vocabularySize);
  const referenceLines = linesByToken(reference, vocabularySize);
  const seenLines = new Set<string>();
  let start = 0;
  for (const end of candidate.lineEnds) {
    // A repeated line adds nothing to a union; degenerate answers repeat lines.
    const key = candidate.tokens.slice(start, end).join(" ");
    if (!seenLines.has(key)) {
      seenLines.add(key);
      bits.load(candidate.tokens, start, end);
      for (const line of referenceLines.sharedWith(candidate.tokens, start, end)) {
        const from = line === 0 ? 0 : (reference.lineEnds[line - 1] ?? 0);
        const to = reference.lineEnds[line] ?? 0;
        markLcs({ bits, a: reference.tokens, from, to, b: candidate.tokens, start, end }, inUnion);
      }
      bits.unload(candidate.tokens, start, end);
    }
    start = end;
  }
  return countClipped(reference.tokens, candidate.tokens, inUnion, vocabularySize);
}

interface Pair {
  readonly bits: LcsBits;
  readonly a: readonly number[];
  readonly from: number;
  readonly to: number;
  readonly b: readonly number[];
  readonly start: number;
  readonly end: number;
}

/**
 * Marks the positions of a[from … to) in the longest common subsequence with b[start … end) that backtracking from the
 * end finds: a match is taken, otherwise it goes left in b where that keeps more than going up in a, else up.
 */
function markLcs(pair: Pair, marks: Uint8Array): void {
  const { bits, a, from, to, b, start, end } = pair;
  const rows = to - from;
  const words = bits.words;
  const blockRows = rows * words <= MAX_STORED_WORDS ? rows : Math.ceil(Math.sqrt(rows));
  const checkpoints = checkpointRows(pair, blockRows);
  const block = new Int32Array((blockRows + 1) * words);

  let j = end - start;
  let length = -1;
  for (let index = checkpoints.length - 1; index >= 0 && j > 0 && length !== 0; index -= 1) {
    const base = index * blockRows;
    const top = Math.min(rows, base + blockRows);
    fillBlock(pair, checkpoints[index], base, top, block);
    // L[i][j] for the row i and position j where backtracking stands.
    if (length < 0) length = countZeros(block, (top - base) * words, j);
    let i = top;
    while (i > base && j > 0 && length > 0) {
      if (a[from + i - 1] === b[start + j - 1]) {
        marks[from + i - 1] = 1;
        i -= 1;
        j -= 1;
        length -= 1;
        continue;
      }
      const up = countZeros(block, (i - 1 - base) * words, j);
      const left = isStep(block, (i - base) * words, j) ? length - 1 : length;
      if (left > up) {
        j -= 1;
        length = left;
      } else {
        i -= 1;
        length = up;
      }
    }
  }
}

/** Rows 0, k, 2k, … of the table, the first of every block of k rows. */
function checkpointRows({ bits, a, from, to }: Pair, blockRows: number): Int32Array[] {
  const row = new Int32Array(bits.words);
  bits.clearRow(row);
  const checkpoints = [row.slice()];
  const lastBase = Math.floor((to - from - 1) / blockRows) * blockRows;
  for (let i = 1; i <= lastBase; i += 1) {
    bits.advance(row, a[from + i - 1] ?? 0);
    if (i % blockRows === 0) checkpoints.push(row.slice());
  }
  return checkpoints;
}

/** Writes rows base … top into the block, from the checkpoint at base. */
function fillBlock(
  { bits, a, from }: Pair,
  checkpoint: Int32Array | undefined,
  base: number,
  top: number,
  block: Int32Array,
): void {
  if (checkpoint === undefined) return;
  const row = checkpoint.slice();
  block.set(row, 0);
  for (let i = base + 1; i <= top; i += 1) {
    bits.advance(row, a[from + i - 1] ?? 0);
    block.set(row, (i - base) * bits.words);
  }
}

/** Which lines of a text a token occurs in. */
function linesByToken(text: RougeText, vocabularySize: number) {
  const linesOf: (number[] | undefined)[] = new Array(vocabularySize);
  let position = 0;
  text.lineEnds.forEach((end, line) => {
    for (; position < end; position += 1) {
      const token = text.tokens[position] ?? 0;
      const lines = linesOf[token];
      if (lines === undefined) linesOf[token] = [line];
      else if (lines.at(-1) !== line) lines.push(line);
    }
  });
  const lastMark = new Int32Array(text.lineEnds.length);
  let mark = 0;
  return {
    /** Lines that share at least one token with tokens[start … end). */
    sharedWith(tokens: readonly number[], start: number, end: number): number[] {
      mark += 1;
      const shared: number[] = [];
      for (let index = start; index < end; index += 1) {
        for (const line of linesOf[tokens[index] ?? 0] ?? []) {
          if (lastMark[line] === mark) continue;
          lastMark[line] = mark;
          shared.push(line);
        }
      }
      return shared;
    },
  };
}

/** Marked tokens, each at most as often as the candidate has it. (A marked token occurs in the reference by itself.) */
function countClipped(
  reference: readonly number[],
  candidate: readonly number[],
  marks: Uint8Array,
  vocabularySize: number,
): number {
  const left = new Int32Array(vocabularySize);
  for (const token of candidate) left[token] = (left[token] ?? 0) + 1;
  let hits = 0;
  reference.forEach((token, index) => {
    if (marks[index] !== 1 || (left[token] ?? 0) === 0) return;
    left[token] = (left[token] ?? 0) - 1;
    hits += 1;
  });
  return hits;
}
