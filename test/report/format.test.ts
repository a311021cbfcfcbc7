import { describe, expect, it } from "vitest";
import { decimal, signed } from "../../src/domain/write-number.ts";
import {
  bytes,
  count,
  countRange,
  duration,
  interval,
  percent,
  percentagePoints,
  plural,
  pValue,
  quantity,
  quantityNumber,
  relativeChange,
  score,
} from "../../src/report/format.ts";

describe("numbers", () => {
  it("writes signs, thousands and units", () => {
    expect(decimal(-1234.56, 1)).toBe("−1,234.6");
    expect(signed(0.3, 1)).toBe("+0.3");
    expect(count(14_042)).toBe("14,042");
    expect(percent(0.7243)).toBe("72.4 %");
    expect(percentagePoints(-0.012)).toBe("−1.2 pp");
    expect(relativeChange(0.031)).toBe("+3.1 %");
    expect(score(0.8125)).toBe("0.813");
    expect(interval({ lower: -3, upper: 0.6 }, (value) => signed(value, 1))).toBe("[−3.0, +0.6]");
    expect(plural(1, "item")).toBe("1 item");
    expect(plural(2, "item")).toBe("2 items");
  });

  it("gives no sign to what rounds to zero", () => {
    expect(signed(-0.04, 1)).toBe("0.0");
    expect(signed(0.04, 1)).toBe("0.0");
    expect(decimal(-0, 0)).toBe("0");
  });

  it("never writes NaN or Infinity", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      for (const write of [count, percent, percentagePoints, relativeChange, score, bytes, duration]) {
        expect(write(value)).toBe("not available");
      }
      expect(signed(value, 1)).toBe("not available");
      expect(pValue(value)).toBe("p not available");
      expect(quantity(value, "pp")).toBe("not available");
    }
  });

  it("writes p-values with their limits", () => {
    expect(pValue(0.0123)).toBe("p = 0.012");
    expect(pValue(0.0004)).toBe("p < 0.001");
    expect(pValue(1)).toBe("p > 0.999");
  });

  it("writes sizes and durations in fitting units", () => {
    expect(bytes(512)).toBe("512 B");
    expect(bytes(5_282_496)).toBe("5.28 MB");
    expect(bytes(0)).toBe("0 B");
    expect(duration(90)).toBe("90 ms");
    expect(duration(1_440)).toBe("1.4 s");
    expect(duration(125_000)).toBe("2 min 5 s");
  });

  it("writes a rule's numbers in the rule's unit", () => {
    expect(quantity(-1.25, "pp")).toBe("−1.3 pp");
    expect(quantity(-3, "% of baseline")).toBe("−3.0 %");
    expect(quantity(4.7, "% of items")).toBe("4.7 %");
    expect(quantity(0.5, "score")).toBe("0.500");
    expect(quantity(12, undefined)).toBe("12");
    expect(quantityNumber(-1.25, "pp")).toBe("−1.3");
  });

  it("writes ranges of counts", () => {
    expect(countRange([300, 300])).toBe("300");
    expect(countRange([298, 300])).toBe("298–300");
    expect(countRange([])).toBe("0");
  });
});
