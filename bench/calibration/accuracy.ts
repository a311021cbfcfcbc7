import { newcombeInterval } from "../../src/stats/newcombe.ts";
import { tangoInterval } from "../../src/stats/tango.ts";
import { binomialOutcomes } from "./binomial.ts";

/** How often a gate on the 90 % interval decides what, at one true difference. */
export interface Decisions {
  readonly pass: number;
  readonly fail: number;
  readonly inconclusive: number;
  readonly coverage: number;
}

interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

export const CONFIDENCE = 0.9;

/** Adds up what an interval decides, weighed by the probability of the counts that gave it. */
function tally(margin: number, difference: number) {
  let [pass, fail, coverage, mass] = [0, 0, 0, 0];
  return {
    add({ lower, upper }: Bounds, probability: number): void {
      mass += probability;
      if (lower > -margin) pass += probability;
      if (upper < -margin) fail += probability;
      // An end that equals the truth belongs to the interval; the two are computed differently.
      if (lower <= difference + 1e-12 && difference - 1e-12 <= upper) coverage += probability;
    },
    decisions(): Decisions {
      if (Math.abs(mass - 1) > 1e-10) throw new Error(`the enumerated outcomes weigh ${mass}, not 1`);
      return { pass, fail, inconclusive: Math.max(0, 1 - pass - fail), coverage };
    },
  };
}

/** Tango intervals of one number of pairs, computed once for all cells of the grid. */
export function tangoTable(pairs: number): (gained: number, lost: number) => Bounds {
  const known = new Map<number, Bounds>();
  return (gained, lost) => {
    const key = gained * (pairs + 1) + lost;
    let interval = known.get(key);
    if (!interval) {
      interval = tangoInterval({ gained, lost, pairs, confidence: CONFIDENCE });
      known.set(key, interval);
    }
    return interval;
  };
}

/**
 * Paired: every pair of counts (gained, lost) of a trinomial with the given share of discordant items and true
 * difference, with its exact probability. Needs discordance ≥ |difference|.
 */
export function pairedDecisions(
  options: { pairs: number; discordance: number; difference: number; margin: number },
  intervalOf = tangoTable(options.pairs),
): Decisions {
  const { pairs, discordance, difference, margin } = options;
  const gain = (discordance + difference) / 2;
  const loss = (discordance - difference) / 2;
  const sum = tally(margin, difference);
  const gains = binomialOutcomes(pairs, gain);
  for (const [above, gainProbability] of gains.probabilities.entries()) {
    const gained = gains.first + above;
    const losses = binomialOutcomes(pairs - gained, loss / (1 - gain));
    for (const [more, lossProbability] of losses.probabilities.entries()) {
      const probability = gainProbability * lossProbability;
      if (probability > 1e-20) sum.add(intervalOf(gained, losses.first + more), probability);
    }
  }
  return sum.decisions();
}

/** Unpaired: two samples of different items, compared by Newcombe's interval, with exact probabilities. */
export function unpairedDecisions(options: {
  items: number;
  accuracy: number;
  difference: number;
  margin: number;
}): Decisions {
  const { items, accuracy, difference, margin } = options;
  const sum = tally(margin, difference);
  const baseline = binomialOutcomes(items, accuracy);
  const candidate = binomialOutcomes(items, accuracy + difference);
  for (const [more, candidateProbability] of candidate.probabilities.entries()) {
    for (const [above, baselineProbability] of baseline.probabilities.entries()) {
      const probability = candidateProbability * baselineProbability;
      if (probability <= 1e-20) continue;
      const interval = newcombeInterval({
        successes1: candidate.first + more,
        trials1: items,
        successes2: baseline.first + above,
        trials2: items,
        confidence: CONFIDENCE,
      });
      sum.add(interval, probability);
    }
  }
  return sum.decisions();
}
