/** How much a token counts in precision or recall. */
export type TokenWeight = (id: number) => number;

/** Every token weighs 1, except the special tokens around a text: these weigh 0, but other tokens may match them. */
export function equalWeights(specialIds: readonly number[]): TokenWeight {
  const special = new Set(specialIds);
  return (id) => (special.has(id) ? 0 : 1);
}

/**
 * Counts in how many references each token occurs, reference by reference.
 * Inverse document frequency is ln((N + 1) / (df + 1)): 0 for a token that is in every reference (as the special tokens are),
 * ln(N + 1) for one that is in none. Zhang et al. (2020), section 3; smoothing as in the reference implementation.
 */
export class DocumentFrequencies {
  readonly #counts = new Map<number, number>();
  #documents = 0;

  get documents(): number {
    return this.#documents;
  }

  /** Adds one reference, as its token ids. */
  add(ids: ArrayLike<number>): void {
    this.#documents += 1;
    for (const id of new Set(Array.from(ids))) this.#counts.set(id, (this.#counts.get(id) ?? 0) + 1);
  }

  /** The inverse document frequency of a token, by the references added so far. */
  readonly weight: TokenWeight = (id) => Math.log((this.#documents + 1) / ((this.#counts.get(id) ?? 0) + 1));
}
