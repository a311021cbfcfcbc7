import { costPerSuccess } from "../perform/cost.ts";
import type { Candidate } from "./candidate.ts";

/** What one step to more bits buys, by point estimates of one kind of quality. */
export interface UpgradeStep {
  readonly from: string;
  readonly to: string;
  /** Quality gained, percentage points; negative: lost. */
  readonly gainedPp: number;
  /** Memory that it takes more, GB of 10⁹ bytes. */
  readonly moreGb: number;
  /** USD per million tokens more; absent where a price is missing or the boundaries differ. */
  readonly moreUsdPer1M?: number;
  /** Points per GB and per dollar; absent where nothing is paid for them. */
  readonly ppPerGb?: number;
  readonly ppPerUsd?: number;
}

/** Quality against cost among what is proven: Z.2 and BE.4 of the phase 1.5 appendix. */
export interface Worth {
  /** Fewest bytes, least $ per million tokens, most tokens per second; absent where nothing that is proven has the figure. */
  readonly smallest?: string;
  readonly cheapest?: string;
  readonly fastest?: string;
  readonly steps: readonly UpgradeStep[];
  /** Price of a right answer, in USD, with Wilson's interval of the success rate carried through. */
  readonly perSuccess: readonly {
    readonly candidate: string;
    readonly usd: number;
    readonly lower: number;
    readonly upper: number;
  }[];
}

const label = ({ quantization, backend }: Candidate): string => `${quantization} on ${backend}`;

/** Bytes of the weights' file, or of all that serving takes. */
function bytesOf({ memory, proven }: Candidate): number | undefined {
  return memory?.totalBytes ?? proven?.fileBytes;
}

/** The candidate with the least of a figure, among those that have it. */
function leastBy(
  candidates: readonly Candidate[],
  figure: (candidate: Candidate) => number | undefined,
): string | undefined {
  const known = candidates.filter((candidate) => figure(candidate) !== undefined);
  const [first, ...others] = known;
  if (first === undefined) return undefined;
  return label(others.reduce((best, each) => ((figure(each) ?? 0) < (figure(best) ?? 0) ? each : best), first));
}

/** Throws nothing: what is not known is left out. `requestTokens` are those of one request, prompt and answer. */
export function worthOf(candidates: readonly Candidate[], requestTokens: number): Worth {
  const proven = candidates
    .filter(({ proven }) => proven?.verdict === "pass" || proven?.verdict === "reference")
    .sort((a, b) => a.bitsPerWeight - b.bitsPerWeight);
  // Rates and prices of one boundary only: the first one that there is.
  const boundary = proven.find(({ speed }) => speed !== undefined)?.speed?.boundary;
  const timed = proven.filter(({ speed }) => speed?.boundary === boundary);
  const smallest = leastBy(proven, bytesOf);
  const cheapest = leastBy(timed, ({ usdPer1M }) => usdPer1M);
  const fastest = leastBy(timed, ({ speed }) => (speed === undefined ? undefined : -speed.tokensPerSecond));
  return {
    ...(smallest === undefined ? {} : { smallest }),
    ...(cheapest === undefined ? {} : { cheapest }),
    ...(fastest === undefined ? {} : { fastest }),
    steps: proven.slice(1).flatMap((to, index) => {
      const from = proven[index];
      return from === undefined ? [] : step(from, to);
    }),
    perSuccess: proven.flatMap((candidate) => {
      const { quality, usdPer1M } = candidate;
      if (quality?.kind !== "accuracy" || usdPer1M === undefined) return [];
      const rate = { rate: quality.value, lower: quality.lower, upper: quality.upper };
      return [{ candidate: label(candidate), ...costPerSuccess((usdPer1M * requestTokens) / 1e6, rate) }];
    }),
  };
}

function step(from: Candidate, to: Candidate): readonly UpgradeStep[] {
  const [less, more] = [bytesOf(from), bytesOf(to)];
  if (from.quality === undefined || from.quality.kind !== to.quality?.kind || less === undefined || more === undefined)
    return [];
  const gainedPp = 100 * (to.quality.value - from.quality.value);
  const moreGb = (more - less) / 1e9;
  const comparable = from.speed !== undefined && from.speed.boundary === to.speed?.boundary;
  const moreUsdPer1M =
    comparable && from.usdPer1M !== undefined && to.usdPer1M !== undefined ? to.usdPer1M - from.usdPer1M : undefined;
  return [
    {
      from: label(from),
      to: label(to),
      gainedPp,
      moreGb,
      ...(moreUsdPer1M === undefined ? {} : { moreUsdPer1M }),
      ...(moreGb > 0 ? { ppPerGb: gainedPp / moreGb } : {}),
      ...(moreUsdPer1M !== undefined && moreUsdPer1M > 0 ? { ppPerUsd: gainedPp / moreUsdPer1M } : {}),
    },
  ];
}
