/** The outcomes of a binomial count that matter: their first value and the probability of each, 1 together. */
export interface BinomialOutcomes {
  readonly first: number;
  readonly probabilities: readonly number[];
}

/** Outcomes less likely than this against the likeliest are left out; together they weigh less than 1e-13. */
const NEGLIGIBLE = 1e-17;

/** Binomial probabilities by recurrence from the mode outwards, normalised, so that no logarithm of n! is needed. */
export function binomialOutcomes(trials: number, p: number): BinomialOutcomes {
  if (p <= 0 || trials === 0) return { first: 0, probabilities: [1] };
  if (p >= 1) return { first: trials, probabilities: [1] };
  const odds = p / (1 - p);
  const mode = Math.min(trials, Math.floor((trials + 1) * p));
  const below: number[] = [];
  for (let k = mode, weight = 1; k > 0; k--) {
    weight *= k / (trials - k + 1) / odds;
    if (weight < NEGLIGIBLE) break;
    below.push(weight);
  }
  const above: number[] = [];
  for (let k = mode, weight = 1; k < trials; k++) {
    weight *= ((trials - k) / (k + 1)) * odds;
    if (weight < NEGLIGIBLE) break;
    above.push(weight);
  }
  const weights = [...below.reverse(), 1, ...above];
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return { first: mode - below.length, probabilities: weights.map((weight) => weight / total) };
}
