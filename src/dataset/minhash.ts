/** Bins of a sketch; its estimate of a similarity is off by about 1/√bins at most. */
const BINS = 128;
const BANDS = 16;
const ROWS = BINS / BANDS;
/** Characters of a shingle: long enough that common endings don't make texts alike, right for scripts without spaces too. */
const SHINGLE = 5;
/** Texts compared per band: bounds the work however many texts share a beginning. */
const MOST_COMPARED = 32;
const EMPTY = 0xffffffff;

/** A fixed-size summary of a text's shingles, in which equal places are as frequent as shared shingles. */
export type Sketch = Uint32Array;

/**
 * MinHash of a text's 5-character shingles: one hash a shingle, the least of each of 128 bins, empty bins filled from others by a fixed
 * walk. Li, Owen & Zhang (2012), "One Permutation Hashing"; Shrivastava (2017), "Optimal Densification". Linear in the text's length.
 */
export function sketchOf(text: string): Sketch {
  const sketch = new Uint32Array(BINS).fill(EMPTY);
  const last = Math.max(0, text.length - SHINGLE);
  for (let start = 0; start <= last; start += 1) {
    let hash = 0x811c9dc5;
    for (let at = start; at < Math.min(start + SHINGLE, text.length); at += 1)
      hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    const mixed = mix(hash);
    const bin = mixed % BINS;
    const value = mix(mixed ^ 0x9e3779b9);
    if (value < (sketch[bin] ?? 0)) sketch[bin] = value;
  }
  return densified(sketch);
}

/** Estimated Jaccard similarity of two texts' shingles, in [0, 1]. */
export function similarity(a: Sketch, b: Sketch): number {
  let equal = 0;
  for (let bin = 0; bin < BINS; bin += 1) if (a[bin] === b[bin]) equal += 1;
  return equal / BINS;
}

/**
 * Finds texts that nearly repeat an earlier one, by locality-sensitive hashing: 16 bands of 8 bins, of which near-duplicates share one with a
 * probability of 0.95 (similarity 0.8) to 0.9999 (0.9). Linear in the number of texts.
 */
export class NearDuplicateIndex<T> {
  readonly #threshold: number;
  readonly #buckets = new Map<string, { readonly value: T; readonly sketch: Sketch }[]>();

  /** `threshold`: similarity from which two texts are near-duplicates. */
  constructor(threshold: number) {
    this.#threshold = threshold;
  }

  /** What was remembered with the most similar earlier text; `undefined` when none is similar enough. */
  find(sketch: Sketch): T | undefined {
    let best: T | undefined;
    let bestSimilarity = this.#threshold;
    for (const key of bandsOf(sketch)) {
      for (const { value, sketch: other } of this.#buckets.get(key) ?? []) {
        const found = similarity(sketch, other);
        if (found > bestSimilarity || (best === undefined && found === bestSimilarity)) {
          best = value;
          bestSimilarity = found;
        }
      }
    }
    return best;
  }

  add(sketch: Sketch, value: T): void {
    for (const key of bandsOf(sketch)) {
      const bucket = this.#buckets.get(key);
      if (bucket === undefined) this.#buckets.set(key, [{ value, sketch }]);
      else if (bucket.length < MOST_COMPARED) bucket.push({ value, sketch });
    }
  }
}

function* bandsOf(sketch: Sketch): Generator<string> {
  for (let band = 0; band < BANDS; band += 1)
    yield `${band}:${sketch.subarray(band * ROWS, (band + 1) * ROWS).join(",")}`;
}

function densified(sketch: Sketch): Sketch {
  if (!sketch.includes(EMPTY)) return sketch;
  const filled = Uint32Array.from(sketch);
  for (let bin = 0; bin < BINS; bin += 1) {
    let from = bin;
    // The same walk for every text, so that equal texts stay equal; it ends, since some bin is filled.
    for (let step = 1; sketch[from] === EMPTY; step += 1) from = mix(Math.imul(bin + 1, 0x85ebca6b) + step) % BINS;
    filled[bin] = sketch[from] ?? EMPTY;
  }
  return filled;
}

/** Finalizer of MurmurHash3: every bit of the input moves every bit of the output. */
function mix(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
