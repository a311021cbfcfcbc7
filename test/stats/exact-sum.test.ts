import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ExactSum } from "../../src/stats/exact-sum.ts";

function sumOf(values: readonly number[]): number {
  const sum = new ExactSum();
  for (const value of values) sum.add(value);
  return sum.value();
}

const EXPONENT_BITS = 52n;

/** A double as a whole number of 2^-1074, the smallest step there is. */
function inSmallestSteps(value: number): bigint {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const raw = bits.getBigUint64(0);
  const exponent = (raw >> EXPONENT_BITS) & 0x7ffn;
  const fraction = raw & ((1n << EXPONENT_BITS) - 1n);
  const size = exponent === 0n ? fraction : (fraction | (1n << EXPONENT_BITS)) << (exponent - 1n);
  return raw >> 63n === 1n ? -size : size;
}

describe("an exact sum", () => {
  it("of nothing is 0", () => expect(sumOf([])).toBe(0));

  it.each<[string, number[], number]>([
    // Python: math.fsum
    ["tenths", Array.from({ length: 10 }, () => 0.1), 1],
    ["what cancels", [1e100, 1, -1e100], 1],
    ["what lies below the last digit", [1e16, 1, 1e-16], 10000000000000002],
    ["a half that is exactly one", [2 ** 53, 1], 2 ** 53],
    ["a half with something below it", [2 ** 53, 1, 2 ** -60], 2 ** 53 + 2],
    ["a half with something against it", [2 ** 53, -1, -(2 ** -60)], 2 ** 53 - 1],
    ["the smallest steps", [5e-324, 5e-324, -1, 1], 1e-323],
  ])("of %s is right to the last bit", (_, values, expected) => {
    expect(sumOf(values)).toBe(expected);
    expect(sumOf(values.toReversed())).toBe(expected);
  });

  it("is the nearest double to the true sum, in any order", () => {
    const value = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e100, max: 1e100 });
    fc.assert(
      fc.property(fc.array(value, { maxLength: 40 }), fc.infiniteStream(fc.double({ noNaN: true })), (values, keys) => {
        const found = sumOf(values);
        const shuffled = values
          .map((each) => ({ each, key: keys.next().value }))
          .sort((a, b) => a.key - b.key)
          .map(({ each }) => each);
        expect(sumOf(shuffled)).toBe(found);
        const truth = values.reduce((sum, each) => sum + inSmallestSteps(each), 0n);
        const distance = (candidate: number): bigint => {
          const difference = inSmallestSteps(candidate) - truth;
          return difference < 0n ? -difference : difference;
        };
        const step = Math.max(Math.abs(found) * 2 ** -53, 5e-324);
        for (const neighbour of [found + step, found - step])
          expect(distance(neighbour) >= distance(found), `${neighbour} is nearer than ${found}`).toBe(true);
      }),
    );
  });

  it("takes nothing but finite numbers", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) expect(() => sumOf([value])).toThrow(RangeError);
  });
});
