import { countZeros, isStep, LcsBits } from "./lcs-bits.ts";
import type { RougeText } from "./rouge-tokenize.ts";

/** Rows are kept whole up to this many words of memory; beyond, only every √m-th and those between are computed again. */
const MAX_STORED_WORDS = 1 << 18;

/**
 * Tokens matched at summary level (Lin 2004, §3.2, as rouge_score computes it): for every line of the reference the
 * union of its longest common subsequences with all lines of the candidate; a matched token counts only as often as it
 * occurs in both texts. Which of several longest subsequences is taken matters for the union, so ties are resolved as
 * the reference implementation does. At most the product of the lengths over 31 in time, usually far less: a pair of
 * lines is skipped when it can't add to the union. Memory grows with length · √length.
 */
export function unionLcsHits(reference: RougeText, candidate: RougeText, vocabularySize: number): number {
  const inUnion = new Uint8Array(reference.tokens.length);
  const bits = new LcsBits(vocabularySize);
  const open = openLines(reference, inUnion, vocabularySize);
  const mark = lcsMarker(bits, reference.tokens, inUnion);
  const seenLines = new Set<string>();
  let start = 0;
  for (const end of candidate.lineEnds) {
    // A repeated line adds nothing to a union; degenerate answers repeat lines.
    const key = candidate.tokens.slice(start, end).join(" ");
    if (!seenLines.has(key)) {
      seenLines.add(key);
      bits.load(candidate.tokens, start, end);
      for (const line of open(candidate.tokens, start, end)) {
        const from = line === 0 ? 0 : (reference.lineEnds[line - 1] ?? 0);
        mark(from, reference.lineEnds[line] ?? 0, candidate.tokens, start, end);
      }
      bits.unload(candidate.tokens, start, end);
    }
    start = end;
  }
  return countClipped(reference.tokens, candidate.tokens, inUnion, vocabularySize);
}

/**
 * Returns a function that marks the positions of a[from … to) in the longest common subsequence with b[start … end),
 * which is loaded in `bits`. Backtracking from the end takes a match, otherwise goes left in b where that keeps more
 * than going up in a, else up.
 */
function lcsMarker(bits: LcsBits, a: readonly number[], marks: Uint8Array) {
  let row = new Int32Array(0);
  let block = new Int32Array(0);
  return (from: number, to: number, b: readonly number[], start: number, end: number): void => {
    const rows = to - from;
    const words = bits.words;
    const blockRows = rows * words <= MAX_STORED_WORDS ? rows : Math.ceil(Math.sqrt(rows));
    if (row.length < words) row = new Int32Array(words);
    if (block.length < (blockRows + 1) * words) block = new Int32Array((blockRows + 1) * words);

    const checkpoints = saveCheckpoints(from, rows, blockRows);
    let j = end - start;
    let length = -1;
    for (let index = checkpoints.length; index >= 0 && j > 0 && length !== 0; index -= 1) {
      const base = index * blockRows;
      const top = Math.min(rows, base + blockRows);
      fillBlock(from, base, top, checkpoints[index - 1]);
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
  };

  /** Rows k, 2k, … of the table, the first of every block of k rows but the first one. */
  function saveCheckpoints(from: number, rows: number, blockRows: number): Int32Array[] {
    const checkpoints: Int32Array[] = [];
    const lastBase = Math.floor((rows - 1) / blockRows) * blockRows;
    bits.clearRow(row);
    for (let i = 1; i <= lastBase; i += 1) {
      bits.advance(row, a[from + i - 1] ?? 0);
      if (i % blockRows === 0) checkpoints.push(row.slice(0, bits.words));
    }
    return checkpoints;
  }

  /** Writes rows base … top into the block. */
  function fillBlock(from: number, base: number, top: number, checkpoint: Int32Array | undefined): void {
    const words = bits.words;
    if (checkpoint === undefined) bits.clearRow(row);
    else row.set(checkpoint);
    for (let i = base; ; i += 1) {
      const offset = (i - base) * words;
      for (let word = 0; word < words; word += 1) block[offset + word] = row[word] ?? 0;
      if (i === top) return;
      bits.advance(row, a[from + i] ?? 0);
    }
  }
}

/**
 * Returns a function that lists the reference's lines to which tokens[start … end) may add a mark: those where one of
 * these tokens stands unmarked. Positions are dropped from a token's list once they are marked.
 */
function openLines(reference: RougeText, marks: Uint8Array, vocabularySize: number) {
  const lineOf = new Int32Array(reference.tokens.length);
  const positionsOf: (number[] | undefined)[] = new Array(vocabularySize);
  let position = 0;
  reference.lineEnds.forEach((end, line) => {
    for (; position < end; position += 1) {
      const token = reference.tokens[position] ?? 0;
      lineOf[position] = line;
      const positions = positionsOf[token];
      if (positions === undefined) positionsOf[token] = [position];
      else positions.push(position);
    }
  });
  const lineRound = new Int32Array(reference.lineEnds.length);
  const tokenRound = new Int32Array(vocabularySize);
  let round = 0;
  return (tokens: readonly number[], start: number, end: number): number[] => {
    round += 1;
    const lines: number[] = [];
    for (let index = start; index < end; index += 1) {
      const token = tokens[index] ?? 0;
      const positions = positionsOf[token];
      if (positions === undefined || tokenRound[token] === round) continue;
      tokenRound[token] = round;
      let kept = 0;
      for (const candidate of positions) {
        if (marks[candidate] === 1) continue;
        positions[kept] = candidate;
        kept += 1;
        const line = lineOf[candidate] ?? 0;
        if (lineRound[line] === round) continue;
        lineRound[line] = round;
        lines.push(line);
      }
      positions.length = kept;
    }
    return lines;
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
