import { bootstrapInterval } from "../../src/stats/bootstrap.ts";
import { boundedMeanInterval } from "../../src/stats/bounded-mean.ts";
import type { Interval } from "../../src/stats/interval.ts";
import type { RandomGenerator } from "../../src/stats/random.ts";
import { tInterval } from "../../src/stats/t-interval.ts";
import { CONFIDENCE } from "./accuracy.ts";

/** Relative to the baseline's mean. */
export const MARGIN = 0.03;
/** Baseline scores are uniform here: mean 0.6, and a score and a third still lies in [0, 1]. */
const BASELINE = { lowest: 0.45, highest: 0.75 };
const BASELINE_MEAN = (BASELINE.lowest + BASELINE.highest) / 2;
const NOISE = 0.05;
const DRAWS = 1000;

export type Losses = "small" | "large";

export interface Population {
  /** Share of items whose score changes at all. */
  readonly changed: number;
  /** `small`: every changed item moves by the same loss, give or take 0.05; `large`: to 0, or up by a third. */
  readonly losses: Losses;
  /** True loss relative to the baseline's mean. */
  readonly loss: number;
}

/** Can so few changed items lose so much, with every score in [0, 1]? */
export function isPossible({ changed, losses, loss }: Population): boolean {
  return losses === "small"
    ? (loss / changed) * BASELINE_MEAN + NOISE <= BASELINE.lowest
    : collapseShare(changed, loss) <= 1;
}

/** A share s of collapses and 1 − s of gains by a third changes the mean of the changed by (1 − s)/3 − s, here −loss/changed. */
function collapseShare(changed: number, loss: number): number {
  return 1 / 4 + (3 / 4) * (loss / changed);
}

function candidateScore(baseline: number, { changed, losses, loss }: Population, rng: RandomGenerator): number {
  if (rng() >= changed) return baseline;
  if (losses === "small") return baseline - (loss / changed) * BASELINE_MEAN + NOISE * (2 * rng() - 1);
  return rng() < collapseShare(changed, loss) ? 0 : (4 / 3) * baseline;
}

/** What the gate looks at: candidate − (1 − margin) · baseline, whose true mean is (margin − loss) · baseline mean. */
function sample(items: number, population: Population, rng: RandomGenerator): number[] {
  return Array.from({ length: items }, () => {
    const baseline = BASELINE.lowest + (BASELINE.highest - BASELINE.lowest) * rng();
    return candidateScore(baseline, population, rng) - (1 - MARGIN) * baseline;
  });
}

/** The deciding interval and the two that are shown beside it. */
export type Method = "betting" | "t" | "bca";
export const METHODS: readonly Method[] = ["betting", "t", "bca"];

const INTERVALS: Record<Method, (values: readonly number[], rng: RandomGenerator) => Interval> = {
  betting: (values) => boundedMeanInterval(values, { lower: MARGIN - 1, upper: 1, confidence: CONFIDENCE }),
  t: (values) => tInterval(values, { confidence: CONFIDENCE }),
  bca: (values, rng) => bootstrapInterval(values, { draws: DRAWS, rng, method: "bca", confidence: CONFIDENCE }),
};

export interface Rates {
  readonly coverage: number;
  readonly pass: number;
  readonly fail: number;
}

/** How often each 90 % interval covers the truth, and what a gate on it decides, over `runs` simulated samples. */
export function generationRates(
  items: number,
  population: Population,
  runs: number,
  rng: RandomGenerator,
): Record<Method, Rates> {
  const truth = (MARGIN - population.loss) * BASELINE_MEAN;
  const tallies = { betting: newTally(), t: newTally(), bca: newTally() };
  for (let run = 0; run < runs; run++) {
    const values = sample(items, population, rng);
    for (const method of METHODS) {
      const { lower, upper } = INTERVALS[method](values, rng);
      const tally = tallies[method];
      // Equal values leave no width to t and bootstrap: rounding must not decide whether they cover.
      if (lower <= truth + 1e-12 && truth - 1e-12 <= upper) tally.coverage += 1;
      if (lower > 0) tally.pass += 1;
      if (upper < 0) tally.fail += 1;
    }
  }
  const share = ({ coverage, pass, fail }: Rates): Rates => ({
    coverage: coverage / runs,
    pass: pass / runs,
    fail: fail / runs,
  });
  return { betting: share(tallies.betting), t: share(tallies.t), bca: share(tallies.bca) };
}

const newTally = () => ({ coverage: 0, pass: 0, fail: 0 });
