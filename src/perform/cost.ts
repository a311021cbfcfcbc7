/**
 * What answers cost on a machine that is paid by the hour. Every function takes rates of one boundary only: a native decode rate and a
 * wall-clock rate give different prices, and which one it was is the caller's to say.
 */

/** Seconds of a month of 30 days, over which a monthly load is spread. */
const SECONDS_PER_MONTH = 2_592_000;
const HOURS_PER_MONTH = SECONDS_PER_MONTH / 3600;

function requireAbove0(name: string, value: number): void {
  if (!(value > 0 && Number.isFinite(value))) throw new RangeError(`${name} must be a number above 0; got ${value}`);
}

function requireAtLeast0(name: string, value: number): void {
  if (!(value >= 0 && Number.isFinite(value)))
    throw new RangeError(`${name} must be a number of at least 0; got ${value}`);
}

export interface HourlyRate {
  /** Tokens per second, > 0. */
  readonly tokensPerSecond: number;
  /** Price of the machine in USD per hour, ≥ 0. */
  readonly dollarsPerHour: number;
}

/** USD per million tokens: 10⁶ / rate / 3600 × price. Throws RangeError for a rate that is not above 0 or a negative price. */
export function usdPer1M({ tokensPerSecond, dollarsPerHour }: HourlyRate): number {
  requireAbove0("tokensPerSecond", tokensPerSecond);
  requireAtLeast0("dollarsPerHour", dollarsPerHour);
  return (1e6 / tokensPerSecond / 3600) * dollarsPerHour;
}

/** Tokens of one request, both ≥ 0. */
export interface RequestTokens {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** Rates of the two phases in tokens per second, > 0. */
export interface PhaseRates {
  readonly promptTokensPerSecond: number;
  readonly decodeTokensPerSecond: number;
}

/** Seconds of a request on an idle machine: prompt tokens / prompt rate + completion tokens / decode rate. Throws RangeError as its parts do. */
export function secondsPerRequest({ promptTokens, completionTokens }: RequestTokens, rates: PhaseRates): number {
  requireAtLeast0("promptTokens", promptTokens);
  requireAtLeast0("completionTokens", completionTokens);
  requireAbove0("promptTokensPerSecond", rates.promptTokensPerSecond);
  requireAbove0("decodeTokensPerSecond", rates.decodeTokensPerSecond);
  return promptTokens / rates.promptTokensPerSecond + completionTokens / rates.decodeTokensPerSecond;
}

/**
 * USD per million tokens of a mix: the prompt's price and the decoding's, weighted by their tokens. Throws RangeError when there are no
 * tokens at all, or as its parts do.
 */
export function blendedUsdPer1M(tokens: RequestTokens, rates: PhaseRates, dollarsPerHour: number): number {
  requireAtLeast0("dollarsPerHour", dollarsPerHour);
  const all = tokens.promptTokens + tokens.completionTokens;
  requireAbove0("promptTokens + completionTokens", all);
  return (secondsPerRequest(tokens, rates) / all / 3600) * 1e6 * dollarsPerHour;
}

/** A cost per success with the interval that the success rate's interval carries to it, in USD. `upper` is Infinity where no success is certain. */
export interface CostPerSuccess {
  readonly usd: number;
  readonly lower: number;
  readonly upper: number;
}

/**
 * Cost of one successful answer, cost / p, in USD: what is paid for failures is paid for the successes too. The bounds of p go through:
 * the price is known, the rate is estimated. p = 0 gives Infinity, as no money buys a success then. Throws RangeError for a p outside
 * [0, 1] or bounds that don't hold it.
 */
export function costPerSuccess(
  usdPerRequest: number,
  success: { readonly rate: number; readonly lower: number; readonly upper: number },
): CostPerSuccess {
  requireAtLeast0("usdPerRequest", usdPerRequest);
  const { rate, lower, upper } = success;
  if (!(lower >= 0 && lower <= rate && rate <= upper && upper <= 1)) {
    throw new RangeError(`the success rate must lie within its bounds in [0, 1]; got ${lower} ≤ ${rate} ≤ ${upper}`);
  }
  const over = (share: number): number => (share === 0 ? Number.POSITIVE_INFINITY : usdPerRequest / share);
  return { usd: over(rate), lower: over(upper), upper: over(lower) };
}

/**
 * Success rate above which the dearer variant is the cheaper one per success: p ≥ p_cheap · C_dear / C_cheap. Above 1 it can't be reached.
 * Throws RangeError for costs that are not above 0 or a rate outside [0, 1].
 */
export function breakEvenSuccessRate(options: {
  readonly usdPerRequest: number;
  readonly cheaperUsdPerRequest: number;
  readonly cheaperSuccessRate: number;
}): number {
  requireAbove0("usdPerRequest", options.usdPerRequest);
  requireAbove0("cheaperUsdPerRequest", options.cheaperUsdPerRequest);
  const rate = options.cheaperSuccessRate;
  if (!(rate >= 0 && rate <= 1)) throw new RangeError(`cheaperSuccessRate must lie in [0, 1]; got ${rate}`);
  return (rate * options.usdPerRequest) / options.cheaperUsdPerRequest;
}

/** What a monthly load needs. */
export interface Fleet {
  /** Tokens per second of the mean load. */
  readonly meanTokensPerSecond: number;
  /** Mean load over one worker's rate; a share of a worker where below 1. */
  readonly load: number;
  /** Workers for the peak, at least 1. */
  readonly workers: number;
  /** Workers paid all month (720 hours), in USD. */
  readonly usdPerMonth: number;
}

/**
 * Workers for a monthly load: max(1, ⌈tokens per month / 2,592,000 × burst / rate⌉), each paid for 720 hours a month. `burst` is the peak
 * over the mean, ≥ 1. Throws RangeError for a rate that is not above 0, a negative load or price, or a burst below 1.
 */
export function fleetFor(
  load: { readonly tokensPerMonth: number; readonly burst?: number },
  { tokensPerSecond, dollarsPerHour }: HourlyRate,
): Fleet {
  const burst = load.burst ?? 1;
  requireAtLeast0("tokensPerMonth", load.tokensPerMonth);
  requireAbove0("tokensPerSecond", tokensPerSecond);
  requireAtLeast0("dollarsPerHour", dollarsPerHour);
  if (!(burst >= 1 && Number.isFinite(burst)))
    throw new RangeError(`burst must be a number of at least 1; got ${burst}`);
  const meanTokensPerSecond = load.tokensPerMonth / SECONDS_PER_MONTH;
  const workers = Math.max(1, Math.ceil((meanTokensPerSecond * burst) / tokensPerSecond));
  return {
    meanTokensPerSecond,
    load: meanTokensPerSecond / tokensPerSecond,
    workers,
    usdPerMonth: workers * HOURS_PER_MONTH * dollarsPerHour,
  };
}
