import { describe, expect, it } from "vitest";
import { decimal, plain, signed } from "../../src/domain/write-number.ts";

describe("a number", () => {
  it("has as many decimals as asked, or at most so many", () => {
    expect([decimal(3, 2), decimal(-1234.56, 1)]).toEqual(["3.00", "−1,234.6"]);
    expect([plain(3), plain(0.45), plain(-1.25), plain(0.12345), plain(1234.56, 0)]).toEqual([
      "3",
      "0.45",
      "−1.25",
      "0.123",
      "1,235",
    ]);
  });

  it("has a plus where its sign matters, and none where it rounds to zero", () => {
    expect([0.7, -2.1, 0.04, -0.04, -0].map((value) => signed(value, 1))).toEqual([
      "+0.7",
      "−2.1",
      "0.0",
      "0.0",
      "0.0",
    ]);
    expect(plain(-0.0001)).toBe("0");
  });

  it("that isn't finite is not available", () => {
    for (const write of [decimal, plain, signed])
      for (const value of [Number.NaN, Number.NEGATIVE_INFINITY]) expect(write(value, 1)).toBe("not available");
  });
});
