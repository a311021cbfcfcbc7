import { requireFinite } from "./preconditions.ts";

/**
 * A sum that doesn't depend on the order of its addends: what is added is kept without any rounding, and `value` rounds once, to the nearest
 * double. Shewchuk (1997), adaptive precision floating-point arithmetic; final rounding as in Python's `math.fsum`. Memory: a few words,
 * however many numbers are added. The sum of nothing is 0. `add` throws RangeError for what isn't a finite number.
 */
export class ExactSum {
  /** Numbers that don't overlap, smallest first; together they are the sum. */
  #partials: number[] = [];

  add(value: number): void {
    requireFinite("an addend", value);
    let carried = value;
    const partials: number[] = [];
    for (const partial of this.#partials) {
      const [high, low] = twoSum(carried, partial);
      if (low !== 0) partials.push(low);
      carried = high;
    }
    if (carried !== 0) partials.push(carried);
    this.#partials = partials;
  }

  /** The sum, rounded to the nearest double, ties to even. */
  value(): number {
    const partials = this.#partials;
    let at = partials.length - 1;
    let sum = partials[at] ?? 0;
    let rest = 0;
    while (at > 0 && rest === 0) {
      at -= 1;
      [sum, rest] = twoSum(sum, partials[at] ?? 0);
    }
    // A half was rounded to even without a look at what comes below it.
    const below = partials[at - 1] ?? 0;
    if (Math.sign(rest) * Math.sign(below) > 0) {
      const twice = rest * 2;
      if (sum + twice - sum === twice) return sum + twice;
    }
    return sum;
  }
}

/** The rounded sum of two numbers and what rounding cut off; together exactly their sum. Knuth's TwoSum. */
function twoSum(left: number, right: number): readonly [high: number, low: number] {
  const high = left + right;
  const shadow = high - left;
  return [high, left - (high - shadow) + (right - shadow)];
}
