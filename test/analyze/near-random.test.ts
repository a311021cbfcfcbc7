import { describe, expect, it } from "vitest";
import { isNearRandom } from "../../src/analyze/near-random.ts";

describe("isNearRandom", () => {
  it("holds while the lower end of Wilson's 95 % interval isn't above chance", () => {
    // Lower ends by Wilson (1927), eq. 2: 0.2278 of 31 in 100, 0.2636 of 35.
    expect(isNearRandom({ correct: 31, trials: 100, chance: 0.25 })).toBe(true);
    expect(isNearRandom({ correct: 35, trials: 100, chance: 0.25 })).toBe(false);
  });

  it("includes what is below chance, also when it is surely below", () => {
    expect(isNearRandom({ correct: 0, trials: 1000, chance: 0.25 })).toBe(true);
    expect(isNearRandom({ correct: 100, trials: 1000, chance: 0.25 })).toBe(true);
  });

  it("measures against the items' own number of choices", () => {
    expect(isNearRandom({ correct: 40, trials: 100, chance: 0.25 })).toBe(false);
    expect(isNearRandom({ correct: 40, trials: 100, chance: 0.5 })).toBe(true);
  });

  it("refuses to judge no items", () => {
    expect(() => isNearRandom({ correct: 0, trials: 0, chance: 0.25 })).toThrow(RangeError);
  });
});
