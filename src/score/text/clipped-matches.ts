const FREE = -1;
const INITIAL_SLOTS = 1024;

/**
 * Scratch memory, kept between calls because allocating it costs more than scoring a short answer. Everything in it is
 * written before it is read within one call of `clippedMatches`, which is synchronous.
 */
let lefts = new Int32Array(INITIAL_SLOTS);
let rights = new Int32Array(INITIAL_SLOTS);
let slotCount = INITIAL_SLOTS;
/** By n-gram id: how often the candidate may still match it, and how often it was seen in the reference at hand. */
let allowed = new Int32Array(2 * INITIAL_SLOTS);
let seen = new Int32Array(2 * INITIAL_SLOTS);

/**
 * For each order n = 1 … maxOrder, how many n-grams of the candidate are matched: Σ over distinct n-grams of
 * min(count in candidate, largest count in any one reference), the clipping of BLEU (Papineni et al. 2002, §2.1) and,
 * with one reference, the overlap of ROUGE-N. Tokens are ids below `vocabularySize`.
 *
 * An n-gram is the pair (id of its first n − 1 tokens, last token) in a hash table, so that time and memory are linear
 * in the number of tokens whatever n is.
 */
export function clippedMatches(
  candidate: readonly number[],
  references: readonly (readonly number[])[],
  maxOrder: number,
  vocabularySize: number,
): number[] {
  let referenceTokens = 0;
  for (const reference of references) referenceTokens += reference.length;
  prepare(vocabularySize, maxOrder > 1 ? referenceTokens * (maxOrder - 1) : 0);

  // grams[i] is the id of the n-gram that starts at token i; for n = 1 that is the token's own id.
  const referenceGrams = references.map((reference) => reference.slice());
  const candidateGrams = candidate.slice();
  const matches: number[] = [];
  for (let order = 1; order <= maxOrder; order += 1) {
    for (let index = 0; index < references.length; index += 1) {
      const reference = references[index] ?? [];
      const grams = referenceGrams[index] ?? [];
      const count = reference.length - order + 1;
      for (let start = 0; start < count; start += 1) {
        let gram = grams[start] ?? 0;
        if (order > 1) {
          gram = vocabularySize + insert(gram, reference[start + order - 1] ?? 0);
          grams[start] = gram;
        }
        const times = (seen[gram] ?? 0) + 1;
        seen[gram] = times;
        if (times > (allowed[gram] ?? 0)) allowed[gram] = times;
      }
      for (let start = 0; start < count; start += 1) seen[grams[start] ?? 0] = 0;
    }
    matches.push(matchCandidate(candidate, candidateGrams, order, vocabularySize));
  }
  return matches;
}

/** Advances the candidate's n-grams to this order and counts the matched ones. An n-gram of no reference has no id. */
function matchCandidate(candidate: readonly number[], grams: number[], order: number, vocabularySize: number): number {
  let matched = 0;
  const count = candidate.length - order + 1;
  for (let start = 0; start < count; start += 1) {
    let gram = grams[start] ?? FREE;
    if (gram === FREE) continue;
    if (order > 1) {
      const slot = find(gram, candidate[start + order - 1] ?? 0);
      gram = slot === FREE ? FREE : vocabularySize + slot;
      grams[start] = gram;
      if (gram === FREE) continue;
    }
    const left = allowed[gram] ?? 0;
    if (left > 0) {
      allowed[gram] = left - 1;
      matched += 1;
    }
  }
  return matched;
}

function prepare(vocabularySize: number, pairs: number): void {
  slotCount = 16;
  while (slotCount < 2 * pairs) slotCount *= 2;
  if (slotCount > lefts.length) {
    lefts = new Int32Array(slotCount);
    rights = new Int32Array(slotCount);
  }
  lefts.fill(FREE, 0, slotCount);
  const ids = vocabularySize + slotCount;
  if (ids > allowed.length) {
    allowed = new Int32Array(ids);
    seen = new Int32Array(ids);
  } else {
    allowed.fill(0, 0, ids);
    seen.fill(0, 0, ids);
  }
}

function slotOf(left: number, right: number): number {
  const mixed = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
  return (mixed ^ (mixed >>> 15)) & (slotCount - 1);
}

/** Slot of the pair, inserted if it is new. */
function insert(left: number, right: number): number {
  let slot = slotOf(left, right);
  while (lefts[slot] !== FREE) {
    if (lefts[slot] === left && rights[slot] === right) return slot;
    slot = (slot + 1) & (slotCount - 1);
  }
  lefts[slot] = left;
  rights[slot] = right;
  return slot;
}

/** Slot of the pair, or FREE. */
function find(left: number, right: number): number {
  let slot = slotOf(left, right);
  while (lefts[slot] !== FREE) {
    if (lefts[slot] === left && rights[slot] === right) return slot;
    slot = (slot + 1) & (slotCount - 1);
  }
  return FREE;
}
