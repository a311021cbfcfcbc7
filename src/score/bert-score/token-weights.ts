/** How much a token counts in precision or recall. */
export type TokenWeight = (id: number) => number;

/** Every token weighs 1, except the special tokens around a text: these weigh 0, but other tokens may match them. */
export function equalWeights(specialIds: readonly number[]): TokenWeight {
  const special = new Set(specialIds);
  return (id) => (special.has(id) ? 0 : 1);
}

/**
 * Inverse document frequency over the references: ln((N + 1) / (df + 1)), with df the number of references that contain the token.
 * A token that is in every reference (as the special tokens are) weighs 0, one that is in none ln(N + 1).
 * Zhang et al. (2020), section 3; smoothing as in the reference implementation. `documents` are the references' token ids.
 */
export function inverseDocumentFrequency(documents: readonly ArrayLike<number>[]): TokenWeight {
  const counts = new Map<number, number>();
  for (const document of documents)
    for (const id of new Set(Array.from(document))) counts.set(id, (counts.get(id) ?? 0) + 1);
  const total = documents.length;
  return (id) => Math.log((total + 1) / ((counts.get(id) ?? 0) + 1));
}
