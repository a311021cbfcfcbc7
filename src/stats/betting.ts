import { seededRandom } from "./random.ts";

/**
 * Testing a mean by betting (Waudby-Smith & Ramdas 2024, "Estimating means of bounded random variables by betting"):
 * values lie in [0, 1], the null hypothesis is a mean of at most m, and a player stakes capital on each value being
 * larger than m. Under the null hypothesis capital can't be expected to grow, whatever the stakes, as long as each is
 * set before its value is seen; by Markov's inequality it reaches 1/α with probability α at most, for any number of
 * values and any distribution.
 */

/** Values on the unit scale, each row in an order of its own. */
export type Orders = readonly Float64Array[];

/** With 8, the exactly counted error of the fixed permutations comes near α; with 16 it stays below 0.9 α. */
const ORDERS = 16;
/** Share of the largest stake that can't ruin the player outright. Near 1, because few items allow only large stakes. */
const LARGEST_STAKE = 0.98;
/** The player stops at this multiple of 1/α, so that half the orders suffice to refute. */
const OVERSHOOT = 2;
/** The variance that is assumed before any value, the largest on the unit scale, and its weight in values. */
const PRIOR_VARIANCE = 0.25;
const PRIOR_WEIGHT = 0.1;
/** Cells of the unit scale, times √n: narrow beside the standard error of a mean. */
const CELLS = 32;

/**
 * Betting needs an order, and the result must not depend on the items' order: the values are sorted, then shuffled by
 * seeded permutations, and the capitals of all orders are averaged. Values in an order drawn independently of them are
 * as good as in the order they came in, and an average of capitals is a capital. The guarantee is over permutations as
 * well as values; that these ones are no lucky draw is counted exactly in the tests.
 */
export function seededOrders(units: Float64Array): Orders {
  const sorted = units.slice().sort();
  const rng = seededRandom(0);
  return Array.from({ length: ORDERS }, () => {
    const order = sorted.slice();
    for (let last = order.length - 1; last > 0; last--) {
      const other = Math.floor(rng() * (last + 1));
      const swapped = order[last] ?? 0;
      order[last] = order[other] ?? 0;
      order[other] = swapped;
    }
    return order;
  });
}

/**
 * Final capital, under the null hypothesis of the mean `nullMean`, of a player who starts with 1, plays as if the mean
 * were `mean` ≥ `nullMean`, and wants `goal` by the last value. The stake aims at what is still missing in the values
 * that remain, √(2 ln(goal/capital) / (remaining · variance)): predictable plug-in bets with the target recalculated
 * (Voráček & Orabona 2025, "STaR-Bets"), which need fewer values than a constant aim. Having reached the goal the player
 * stops. Falls with `nullMean`.
 */
function finalCapital(values: Float64Array, mean: number, goal: number, nullMean: number): number {
  const largest = LARGEST_STAKE / mean;
  let missing = Math.log(goal);
  let capital = 1;
  let squares = PRIOR_VARIANCE * PRIOR_WEIGHT;
  let weight = PRIOR_WEIGHT;
  for (let index = 0; index < values.length && missing > 0; index++) {
    const value = values[index] ?? 0;
    const aimed = Math.sqrt((2 * missing * weight) / ((values.length - index) * squares));
    const stake = Math.min(aimed, largest);
    const distance = value - mean;
    const growth = stake * distance;
    // ln(1 + growth); where growth is small its series is right to 1e-5 of it, and much faster.
    missing -=
      growth * growth < 0.0025 ? growth * (1 - growth * (1 / 2 - growth * (1 / 3 - growth / 4))) : Math.log(1 + growth);
    capital *= 1 + stake * (value - nullMean);
    squares += distance * distance;
    weight += 1;
  }
  return capital;
}

/**
 * Is a mean of at most `nullMean`, in (0, `mean`], refuted at level `alpha` by players who play against `mean`: does
 * their average capital reach 1/α?
 */
function refutes(orders: Orders, mean: number, alpha: number, nullMean = mean): boolean {
  const needed = orders.length / alpha;
  let total = 0;
  for (const order of orders) {
    total += finalCapital(order, mean, OVERSHOOT / alpha, nullMean);
    if (total >= needed) return true;
  }
  return false;
}

/**
 * The same question to players whose stakes are constant shares, geometrically spaced, of the largest. Their capital
 * falls with the mean, so that every smaller mean is refuted too.
 */
function constantStakesRefute(values: Float64Array, mean: number, alpha: number): boolean {
  const shares: number[] = [];
  for (let share = LARGEST_STAKE; share * Math.sqrt(values.length) > 1 || shares.length === 0; share /= 2) {
    shares.push(share);
  }
  const target = Math.log(shares.length / alpha);
  return shares.some((share) => {
    let log = 0;
    let capital = 1;
    for (const value of values) {
      capital *= 1 - share + (share / mean) * value;
      if (capital > 1e200 || capital < 1e-200) {
        log += Math.log(capital);
        capital = 1;
      }
    }
    return log + Math.log(capital) >= target;
  });
}

/** Share of α that the constant stakes may spend. */
const CONSTANT_STAKES_SHARE = 0.05;

/** The last of the whole numbers from `first` to `last` that holds, where those that hold come first. */
function lastWhere(first: number, last: number, holds: (index: number) => boolean): number {
  let [holding, failing] = [first - 1, last + 1];
  while (failing - holding > 1) {
    const middle = Math.floor((holding + failing) / 2);
    if (holds(middle)) holding = middle;
    else failing = middle;
  }
  return holding;
}

/**
 * Lower confidence bound of the mean at level `alpha`, in [0, 1): every mean below it is refuted. Capital that chases a
 * goal need not fall with the mean, so the means are divided into cells, fixed before the values are seen, with one way
 * of playing in each, that of the cell's upper end; within a cell capital does fall. The search climbs from cell to cell
 * and stops inside the first that isn't refuted as a whole. It starts where constant stakes, on a share of α of their
 * own, refute everything below.
 */
export function lowerBound(orders: Orders, alpha: number): number {
  const [anyOrder = new Float64Array(1)] = orders;
  const cells = Math.ceil(CELLS * Math.sqrt(anyOrder.length));
  const level = alpha * (1 - CONSTANT_STAKES_SHARE);
  let cell = lastWhere(1, cells - 1, (index) =>
    constantStakesRefute(anyOrder, index / cells, alpha * CONSTANT_STAKES_SHARE),
  );
  while (cell + 1 < cells && refutes(orders, (cell + 1) / cells, level)) cell += 1;
  if (cell + 1 === cells) return cell / cells;
  const fine = 64;
  const upper = (cell + 1) / cells;
  const part = lastWhere(1, fine - 1, (index) => refutes(orders, upper, level, (cell + index / fine) / cells));
  return (cell + part / fine) / cells;
}
