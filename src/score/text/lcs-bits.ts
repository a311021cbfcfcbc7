/** 31 so that an addition of two words and a carry stays within 32 bits. */
const WORD_BITS = 31;
const ALL_ONES = 0x7fffffff;

/**
 * One side of a longest common subsequence as bit masks: for every token, in which words of a bit vector over the
 * positions of this side it occurs. Only words with an occurrence are stored, so memory is linear in the tokens.
 *
 * Row i of the dynamic-programming table L is a bit vector: the bit of position j is 0 where L[i][j] − L[i][j−1] = 1
 * and 1 where it is 0 (Crochemore et al. 2001, "A fast and practical bit-vector algorithm for the longest common
 * subsequence problem"; Hyyrö 2004). Row 0 is all ones.
 */
export class LcsBits {
  /** Words of a row. */
  words = 0;
  /** By token: its first entry, or 0. */
  readonly #heads: Int32Array;
  /** By entry (entry 0 is unused): word index, occurrence mask in that word, next entry of the token or 0. */
  #entryWords = new Int32Array(0);
  #masks = new Int32Array(0);
  #nexts = new Int32Array(0);

  /** Tokens are ids below `vocabularySize`. */
  constructor(vocabularySize: number) {
    this.#heads = new Int32Array(vocabularySize);
  }

  /** Takes the tokens from `start` to `end` as this side; undo it with `unload` before loading others. */
  load(tokens: readonly number[], start: number, end: number): void {
    const length = end - start;
    this.words = Math.ceil(length / WORD_BITS);
    if (length >= this.#masks.length) {
      this.#entryWords = new Int32Array(length + 1);
      this.#masks = new Int32Array(length + 1);
      this.#nexts = new Int32Array(length + 1);
    }
    const [heads, entryWords, masks, nexts] = [this.#heads, this.#entryWords, this.#masks, this.#nexts];
    let entries = 0;
    let word = this.words - 1;
    let bit = (length - 1) % WORD_BITS;
    // From the back, so that every token's entries are linked from the first word to the last.
    for (let position = end - 1; position >= start; position -= 1) {
      const token = tokens[position] ?? 0;
      const head = heads[token] ?? 0;
      if (head !== 0 && entryWords[head] === word) {
        masks[head] = (masks[head] ?? 0) | (1 << bit);
      } else {
        entries += 1;
        entryWords[entries] = word;
        masks[entries] = 1 << bit;
        nexts[entries] = head;
        heads[token] = entries;
      }
      bit -= 1;
      if (bit < 0) {
        bit = WORD_BITS - 1;
        word -= 1;
      }
    }
  }

  unload(tokens: readonly number[], start: number, end: number): void {
    for (let position = start; position < end; position += 1) this.#heads[tokens[position] ?? 0] = 0;
  }

  /** Writes row 0. */
  clearRow(row: Int32Array): void {
    row.fill(ALL_ONES, 0, this.words);
  }

  /**
   * Turns row i − 1 into row i, where `token` is the i-th of the other side: row ← (row + (row & M)) | (row & ¬M) with M
   * the token's mask. Words without an occurrence change only while a carry runs through them.
   */
  advance(row: Int32Array, token: number): void {
    const [entryWords, masks, nexts, words] = [this.#entryWords, this.#masks, this.#nexts, this.words];
    let carry = 0;
    let word = 0;
    for (let entry = this.#heads[token] ?? 0; entry !== 0; entry = nexts[entry] ?? 0) {
      const next = entryWords[entry] ?? 0;
      while (carry !== 0 && word < next) {
        carry = addCarry(row, word);
        word += 1;
      }
      const before = row[next] ?? 0;
      const mask = masks[entry] ?? 0;
      const sum = (before + (before & mask) + carry) | 0;
      row[next] = (sum & ALL_ONES) | (before & ~mask);
      carry = sum >>> WORD_BITS;
      word = next + 1;
    }
    while (carry !== 0 && word < words) {
      carry = addCarry(row, word);
      word += 1;
    }
  }
}

/** Adds a carry of 1 to a word without occurrences and returns the carry out. */
function addCarry(row: Int32Array, word: number): number {
  const before = row[word] ?? 0;
  const sum = (before + 1) | 0;
  row[word] = (sum & ALL_ONES) | before;
  return sum >>> WORD_BITS;
}

/** L[i][j]: zero bits among the first `positions` of the row that starts at `offset`. */
export function countZeros(rows: Int32Array, offset: number, positions: number): number {
  const words = Math.floor(positions / WORD_BITS);
  let zeros = positions;
  for (let word = 0; word < words; word += 1) zeros -= ones(rows[offset + word] ?? 0);
  const rest = positions - words * WORD_BITS;
  return rest === 0 ? zeros : zeros - ones((rows[offset + words] ?? 0) & ((1 << rest) - 1));
}

/** L[i][j] − L[i][j−1] for position j, counted from 1. */
export function isStep(rows: Int32Array, offset: number, position: number): boolean {
  const word = Math.floor((position - 1) / WORD_BITS);
  return (((rows[offset + word] ?? 0) >>> (position - 1 - word * WORD_BITS)) & 1) === 0;
}

function ones(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
