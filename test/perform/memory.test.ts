import { describe, expect, it } from "vitest";
import { headroom, kvCacheBytes, memoryEstimate } from "../../src/perform/memory.ts";

const MIB = 2 ** 20;
/** Qwen2.5-1.5B: 28 layers, 12 query and 2 key-value heads of 128, 1,543,714,304 parameters. */
const qwen = { layers: 28, heads: 12, kvHeads: 2, headDim: 128, weightsBytes: 2 * 1_543_714_304 };

describe("kvCacheBytes", () => {
  it("is what the study prints for Qwen2.5-1.5B at 8,192 tokens: 234.9 MB", () => {
    expect(kvCacheBytes(qwen, { contextTokens: 8192 })).toBe(234_881_024);
  });
  it("grows with sequences at once and shrinks with a quantized cache", () => {
    const one = kvCacheBytes(qwen, { contextTokens: 1024 });
    expect(kvCacheBytes(qwen, { contextTokens: 1024, parallel: 4 })).toBe(4 * one);
    expect(kvCacheBytes(qwen, { contextTokens: 1024, cacheType: "q8_0" })).toBe((one * 34) / 64);
  });
  it.each(["layers", "kvHeads", "headDim"])("refuses no %s", (name) => {
    expect(() => kvCacheBytes({ ...qwen, [name]: 0 }, { contextTokens: 1 })).toThrow(name);
  });
});

describe("memoryEstimate", () => {
  // TR127 6.2, measured: peak MiB of one prefill of the whole context, Qwen2.5-1.5B at FP16.
  it("of eager attention is near a published peak: 10,654 MiB at 8,192 tokens", () => {
    const estimate = memoryEstimate(qwen, { contextTokens: 8192, attention: "eager" });
    expect(Math.abs(estimate.totalBytes / MIB / 10_654 - 1)).toBeLessThan(0.03);
    expect(estimate.totalBytes).toBe(
      estimate.weightsBytes + estimate.kvBytes + estimate.overheadBytes + estimate.scoresBytes,
    );
  });
  it("of flash attention has no scores and says that nothing checks it", () => {
    const estimate = memoryEstimate(qwen, { contextTokens: 8192, attention: "flash" });
    expect(estimate.scoresBytes).toBe(0);
    expect(estimate.error).toMatch(/nothing published/);
  });
});

describe("headroom", () => {
  it.each<[number, string]>([
    [85, "fits"],
    [85.01, "warning"],
    [90, "warning"],
    [90.01, "full"],
    [120, "full"],
  ])("%f of 100 bytes: %s", (needed, state) => {
    expect(headroom(needed, 100)).toEqual({ used: needed / 100, state });
  });
});
