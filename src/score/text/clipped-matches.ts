const FREE = -1;

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
  prepare(references, maxOrder, vocabularySize);
  // grams[i] is the id of the n-gram that starts at token i; for n = 1 that is the token's own id.
  const referenceGrams = references.map((reference) => reference.slice());
  const candidateGrams = candidate.slice();
  const matches: number[] = [];
  for (let order = 1; order <= maxOrder; order += 1) {
    for (let index = 0; index < references.length; index += 1) {
      const reference = references[index] ?? [];
      const grams = referenceGrams[index] ?? [];
      if (order > 1) insertAll(reference, grams, order, vocabularySize);
      allow(grams, reference.length - order + 1, references.length > 1);
    }
    if (order > 1) findAll(candidate, candidateGrams, order, vocabularySize);
    matches.push(takeMatches(candidateGrams, candidate.length - order + 1));
  }
  return matches;
}

/**
 * Scratch memory, kept between calls because allocating it costs more than scoring a short answer. Everything in it is
 * written before it is read within one call of `clippedMatches`, which is synchronous.
 */
const scratch = {
  /** Hash table of the references' n-grams, open addressing: their two parts. */
  lefts: new Int32Array(1024),
  rights: new Int32Array(1024),
  slots: 1024,
  /** By n-gram id (a token's id, or vocabularySize + slot): how often the candidate may still match it. */
  allowed: new Int32Array(2048),
  /** By n-gram id: how often it was seen in the reference at hand. */
  seen: new Int32Array(2048),
};

function prepare(references: readonly (readonly number[])[], maxOrder: number, vocabularySize: number): void {
  let pairs = 0;
  for (const reference of references) pairs += reference.length * (maxOrder - 1);
  let slots = 16;
  while (slots < 2 * pairs) slots *= 2;
  if (slots > scratch.lefts.length) {
    scratch.lefts = new Int32Array(slots);
    scratch.rights = new Int32Array(slots);
  }
  scratch.slots = slots;
  scratch.lefts.fill(FREE, 0, slots);
  const ids = vocabularySize + slots;
  if (ids > scratch.allowed.length) {
    scratch.allowed = new Int32Array(ids);
    scratch.seen = new Int32Array(ids);
  } else {
    scratch.allowed.fill(0, 0, ids);
    scratch.seen.fill(0, 0, ids);
  }
}

/** Advances a reference's (n − 1)-grams to n-grams, giving new ones an id. */
function insertAll(tokens: readonly number[], grams: number[], order: number, vocabularySize: number): void {
  const { lefts, rights } = scratch;
  const mask = scratch.slots - 1;
  for (let start = 0; start + order <= tokens.length; start += 1) {
    const left = grams[start] ?? 0;
    const right = tokens[start + order - 1] ?? 0;
    let slot = hash(left, right) & mask;
    while (lefts[slot] !== FREE && (lefts[slot] !== left || rights[slot] !== right)) slot = (slot + 1) & mask;
    lefts[slot] = left;
    rights[slot] = right;
    grams[start] = vocabularySize + slot;
  }
}

/** Advances the candidate's (n − 1)-grams to n-grams; what no reference has becomes FREE, and so do longer n-grams of it. */
function findAll(tokens: readonly number[], grams: number[], order: number, vocabularySize: number): void {
  const { lefts, rights } = scratch;
  const mask = scratch.slots - 1;
  for (let start = 0; start + order <= tokens.length; start += 1) {
    const left = grams[start] ?? FREE;
    if (left === FREE) continue;
    const right = tokens[start + order - 1] ?? 0;
    let slot = hash(left, right) & mask;
    while (lefts[slot] !== FREE && (lefts[slot] !== left || rights[slot] !== right)) slot = (slot + 1) & mask;
    grams[start] = lefts[slot] === FREE ? FREE : vocabularySize + slot;
  }
}

/** Allows every n-gram as often as a reference has it; over several references, the largest count of one. */
function allow(grams: readonly number[], count: number, several: boolean): void {
  const { allowed, seen } = scratch;
  for (let start = 0; start < count; start += 1) {
    const gram = grams[start] ?? 0;
    const times = (seen[gram] ?? 0) + 1;
    seen[gram] = times;
    if (times > (allowed[gram] ?? 0)) allowed[gram] = times;
  }
  if (several) for (let start = 0; start < count; start += 1) seen[grams[start] ?? 0] = 0;
}

function takeMatches(grams: readonly number[], count: number): number {
  const { allowed } = scratch;
  let matched = 0;
  for (let start = 0; start < count; start += 1) {
    const gram = grams[start] ?? FREE;
    if (gram === FREE) continue;
    const left = allowed[gram] ?? 0;
    if (left === 0) continue;
    allowed[gram] = left - 1;
    matched += 1;
  }
  return matched;
}

function hash(left: number, right: number): number {
  const mixed = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
