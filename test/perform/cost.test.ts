import { describe, expect, it } from "vitest";
import {
  blendedUsdPer1M,
  breakEvenSuccessRate,
  costPerSuccess,
  fleetFor,
  secondsPerRequest,
  usdPer1M,
} from "../../src/perform/cost.ts";

describe("usdPer1M", () => {
  // TR133 SS8 and SS12, as published: price per hour, tokens per second, USD per million.
  it.each([
    [0.035, 95.9, 0.101],
    [0.035, 398.5, 0.0244],
    [0.035, 100, 0.0972],
    [0.035, 10, 0.972],
    [0.035, 50, 0.1944],
    [0.046, 280, 0.0456],
    [1.006, 139.7, 2.0],
  ])("%f USD an hour at %f tokens/s is %f", (dollarsPerHour, tokensPerSecond, expected) => {
    expect(usdPer1M({ dollarsPerHour, tokensPerSecond })).toBeCloseTo(expected, expected > 1 ? 2 : 3);
  });
  it("refuses a rate of nothing: no timed answer has no price", () => {
    for (const tokensPerSecond of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => usdPer1M({ dollarsPerHour: 1, tokensPerSecond })).toThrow(RangeError);
    expect(() => usdPer1M({ dollarsPerHour: -1, tokensPerSecond: 1 })).toThrow(/dollarsPerHour/);
  });
});

describe("a request", () => {
  // TR123 11.1: 256 prompt and 128 completion tokens.
  it.each([
    [396.4, 33_862, 0.3305],
    [134.5, 12_585, 0.972],
    [47.7, 3618, 2.7542],
  ])("at %f decode and %f prompt tokens/s takes %f s", (decodeTokensPerSecond, promptTokensPerSecond, expected) => {
    const rates = { decodeTokensPerSecond, promptTokensPerSecond };
    expect(secondsPerRequest({ promptTokens: 256, completionTokens: 128 }, rates)).toBeCloseTo(expected, 3);
  });
  it("has a blended price: two thirds prompt, one third decode", () => {
    // Seed Q.1: 100 million tokens at 0.046 USD an hour cost 1.677 USD (printed 1.70).
    const rates = { promptTokensPerSecond: 5000, decodeTokensPerSecond: 280 };
    const usd = blendedUsdPer1M({ promptTokens: 67, completionTokens: 33 }, rates, 0.046);
    expect(100 * usd).toBeCloseTo(1.677, 3);
  });
  it("without tokens has no price", () => {
    const rates = { promptTokensPerSecond: 1, decodeTokensPerSecond: 1 };
    expect(() => blendedUsdPer1M({ promptTokens: 0, completionTokens: 0 }, rates, 1)).toThrow(RangeError);
  });
});

describe("costPerSuccess", () => {
  it("carries the interval of the success rate through, ends swapped", () => {
    expect(costPerSuccess(0.5, { rate: 0.5, lower: 0.25, upper: 1 })).toEqual({
      usd: 1,
      lower: 0.5,
      upper: 2,
    });
  });
  it("is infinite where nothing succeeds", () => {
    expect(costPerSuccess(0.5, { rate: 0, lower: 0, upper: 0.25 })).toEqual({
      usd: Number.POSITIVE_INFINITY,
      lower: 2,
      upper: Number.POSITIVE_INFINITY,
    });
  });
  it("refuses a rate outside of its bounds", () => {
    expect(() => costPerSuccess(1, { rate: 0.3, lower: 0.4, upper: 0.5 })).toThrow(RangeError);
    expect(() => costPerSuccess(1, { rate: 0.3, lower: 0.2, upper: 1.5 })).toThrow(RangeError);
  });
});

describe("breakEvenSuccessRate", () => {
  it("is the ratio of costs times the cheaper one's rate", () => {
    // Phase 1.5, 7.4: a model of 6.093 USD must succeed 3.05 times as often as one of 2.00.
    const rate = breakEvenSuccessRate({ usdPerRequest: 6.093, cheaperUsdPerRequest: 2, cheaperSuccessRate: 0.3 });
    expect(rate / 0.3).toBeCloseTo(3.0465, 4);
  });
});

describe("fleetFor", () => {
  it("gives a small load one worker and its share", () => {
    // Phase 1.5, V.1: 100 million tokens a month are 38.6 tokens/s, 0.19 of a worker of 200.
    const fleet = fleetFor({ tokensPerMonth: 1e8 }, { tokensPerSecond: 200, dollarsPerHour: 0.035 });
    expect(fleet.meanTokensPerSecond).toBeCloseTo(38.58, 2);
    expect(fleet.load).toBeCloseTo(0.193, 3);
    expect(fleet.workers).toBe(1);
    expect(fleet.usdPerMonth).toBeCloseTo(25.2, 9); // TR133 SS12: 0.035 × 720
  });
  it("plans for the burst", () => {
    // V.2: a billion tokens a month, 100 tokens/s a worker, five times the mean at the peak: 20 workers.
    const load = { tokensPerMonth: 1e9, burst: 5 };
    expect(fleetFor(load, { tokensPerSecond: 100, dollarsPerHour: 1 })).toMatchObject({ workers: 20 });
    expect(fleetFor({ tokensPerMonth: 1e9 }, { tokensPerSecond: 100, dollarsPerHour: 1 }).load).toBeCloseTo(3.858, 3);
  });
  it("needs a worker for no load, too, and refuses a burst below 1", () => {
    const worker = { tokensPerSecond: 100, dollarsPerHour: 1 };
    expect(fleetFor({ tokensPerMonth: 0 }, worker).workers).toBe(1);
    expect(() => fleetFor({ tokensPerMonth: 1, burst: 0.5 }, worker)).toThrow(/burst/);
    expect(() => fleetFor({ tokensPerMonth: -1 }, worker)).toThrow(/tokensPerMonth/);
  });
});
