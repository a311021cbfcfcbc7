import { describe, expect, it } from "vitest";
import type { Candidate } from "../../src/recommend/candidate.ts";
import { worthOf } from "../../src/recommend/worth.ts";

const candidate = (
  quantization: string,
  {
    bits,
    accuracy,
    gb,
    usd,
    rate,
    verdict = "pass",
    boundary = "wall",
  }: {
    bits: number;
    accuracy: number;
    gb: number;
    usd?: number;
    rate?: number;
    verdict?: string;
    boundary?: string;
  },
): Candidate =>
  ({
    quantization,
    backend: "ollama",
    bitsPerWeight: bits,
    proven: { verdict, fileBytes: gb * 1e9 },
    quality: { kind: "accuracy", value: accuracy, lower: accuracy - 0.25, upper: 1, source: "own" },
    ...(usd === undefined ? {} : { usdPer1M: usd }),
    ...(rate === undefined ? {} : { speed: { tokensPerSecond: rate, boundary } }),
    rejections: [],
    notes: [],
  }) as unknown as Candidate;

const Q4 = candidate("Q4_K_M", { bits: 4.85, accuracy: 0.5, gb: 1, usd: 2, rate: 100 });
const Q8 = candidate("Q8_0", { bits: 8.5, accuracy: 0.52, gb: 2, usd: 4, rate: 60 });
const FP16 = candidate("FP16", { bits: 16, accuracy: 0.521, gb: 4, usd: 8, rate: 30, verdict: "reference" });

describe("worthOf", () => {
  it("names the smallest, cheapest and fastest of what is proven", () => {
    const failed = candidate("Q2_K", { bits: 3, accuracy: 0.2, gb: 0.5, usd: 1, rate: 200, verdict: "fail" });
    expect(worthOf([FP16, Q8, Q4, failed], 500)).toMatchObject({
      smallest: "Q4_K_M on ollama",
      cheapest: "Q4_K_M on ollama",
      fastest: "Q4_K_M on ollama",
    });
  });
  it("shows diminishing returns: points per GB and per dollar", () => {
    const { steps } = worthOf([FP16, Q8, Q4], 500);
    expect(steps.map(({ from, to }) => `${from} → ${to}`)).toEqual([
      "Q4_K_M on ollama → Q8_0 on ollama",
      "Q8_0 on ollama → FP16 on ollama",
    ]);
    expect(steps[0]?.ppPerGb).toBeCloseTo(2, 9);
    expect(steps[0]?.ppPerUsd).toBeCloseTo(1, 9);
    expect(steps[1]?.ppPerGb).toBeCloseTo(0.05, 9);
  });
  it("prices a right answer, with its interval", () => {
    const { perSuccess } = worthOf([Q4], 500);
    expect(perSuccess).toEqual([{ candidate: "Q4_K_M on ollama", usd: 0.002, lower: 0.001, upper: 0.004 }]);
  });
  it("never subtracts prices of different boundaries", () => {
    const native = candidate("Q8_0", { bits: 8.5, accuracy: 0.52, gb: 2, usd: 4, rate: 60, boundary: "native" });
    expect(worthOf([Q4, native], 500).steps[0]).not.toHaveProperty("moreUsdPer1M");
    expect(worthOf([Q4, native], 500)).toMatchObject({ fastest: "Q4_K_M on ollama" });
  });
  it("of nothing proven has nothing", () => {
    expect(worthOf([], 500)).toEqual({ steps: [], perSuccess: [] });
  });
});
