/**
 * Mean of a quantity over kinds of requests by their shares, which must sum to 1 (within 1e-9): tokens, dollars, seconds. Throws RangeError
 * for lists of unlike length or shares that don't sum to 1.
 */
export function expectedPerRequest(shares: readonly number[], values: readonly number[]): number {
  if (shares.length !== values.length || shares.length === 0) {
    throw new RangeError(`each share needs a value; got ${shares.length} shares and ${values.length} values`);
  }
  const sum = shares.reduce((total, share) => total + share, 0);
  if (!(Math.abs(sum - 1) <= 1e-9) || shares.some((share) => share < 0)) {
    throw new RangeError(`shares must be at least 0 and sum to 1; got ${shares.join(", ")}`);
  }
  return shares.reduce((total, share, index) => total + share * (values[index] ?? 0), 0);
}

/** A small model that is asked first, and a large one that is asked again where the small one failed. Costs in USD a request, rates in [0, 1]. */
export interface TierRoute {
  readonly smallUsd: number;
  readonly largeUsd: number;
  /** Share of requests that the small model fails, and whose failure is noticed. */
  readonly smallFailureRate: number;
  readonly largeSuccessRate: number;
}

/** What the two tiers come to together, beside the large model alone. */
export interface TierOutcome {
  /** Small always, large where the small one failed: C_small + f · C_large. */
  readonly usdPerRequest: number;
  /** 1 − f + f · p_large. */
  readonly successRate: number;
  readonly usdPerSuccess: number;
  readonly largeAloneUsdPerSuccess: number;
  /** Failure rate of the small model from which on the large one alone is cheaper a request: 1 − C_small / C_large; below 0 it always is. */
  readonly breakEvenFailureRate: number;
}

/**
 * Cost of routing by failure: N.4 and AV.4 of the study's appendices. A success rate of 0 makes the price of a success infinite. Throws
 * RangeError for costs that are not above 0 or rates outside [0, 1].
 */
export function routeTiers({ smallUsd, largeUsd, smallFailureRate, largeSuccessRate }: TierRoute): TierOutcome {
  for (const [name, value] of Object.entries({ smallUsd, largeUsd })) {
    if (!(value > 0 && Number.isFinite(value))) throw new RangeError(`${name} must be a number above 0; got ${value}`);
  }
  for (const [name, value] of Object.entries({ smallFailureRate, largeSuccessRate })) {
    if (!(value >= 0 && value <= 1)) throw new RangeError(`${name} must lie in [0, 1]; got ${value}`);
  }
  const usdPerRequest = smallUsd + smallFailureRate * largeUsd;
  const successRate = 1 - smallFailureRate + smallFailureRate * largeSuccessRate;
  return {
    usdPerRequest,
    successRate,
    usdPerSuccess: usdPerRequest / successRate,
    largeAloneUsdPerSuccess: largeUsd / largeSuccessRate,
    breakEvenFailureRate: 1 - smallUsd / largeUsd,
  };
}
