import { describe, expect, it } from "vitest";
import { goodnessOf, leastSquares2 } from "../../src/recommend/goodness.ts";
import { etaOf, predictEta, rankedLaws } from "../../src/recommend/scaling-law.ts";
import { vramLaws } from "../../src/recommend/vram-law.ts";

describe("goodnessOf", () => {
  it("is perfect where predictions are", () => {
    const pairs = [1, 2, 4].map((value) => ({ measured: value, predicted: value }));
    expect(goodnessOf(pairs)).toEqual({ n: 3, r2: 1, rmse: 0, mapePercent: 0 });
  });
  it("has an R² of 0 where the mean is predicted, and below where less is known", () => {
    expect(goodnessOf([1, 3].map((measured) => ({ measured, predicted: 2 }))).r2).toBe(0);
    expect(goodnessOf([1, 3].map((measured) => ({ measured, predicted: 4 - measured }))).r2).toBe(-3);
  });
  it("refuses no pairs and measurements of 0", () => {
    expect(() => goodnessOf([])).toThrow(RangeError);
    expect(() => goodnessOf([{ measured: 0, predicted: 1 }])).toThrow(RangeError);
  });
});

describe("leastSquares2", () => {
  it("finds a line through its points", () => {
    const [intercept, slope] = leastSquares2([1, 2, 5].map((x) => ({ y: 3 + 2 * x, x: [1, x] as const })));
    expect(intercept).toBeCloseTo(3, 10);
    expect(slope).toBeCloseTo(2, 10);
  });
  it("refuses columns that say the same", () => {
    expect(() =>
      leastSquares2([
        { y: 1, x: [1, 2] },
        { y: 2, x: [1, 2] },
      ]),
    ).toThrow(RangeError);
  });
});

describe("scaling with users", () => {
  it("of one user is 1 by every law", () => {
    for (const law of ["serialized", "amdahl", "power"] as const)
      expect(etaOf(law, 0.9, 1)).toBeCloseTo(law === "serialized" ? 0.9 : 1, 12);
    expect(() => etaOf("power", 1, 0)).toThrow(RangeError);
  });
  it("on Ollama follows min(1, k/N): better than Amdahl's on models that were left out", () => {
    const [best, ...others] = rankedLaws("ollama");
    expect(best?.law).toBe("serialized");
    // reference/planner/fits.json: R² 0.9998 on TR129 alone; both reports together leave 0.98.
    expect(best?.inSample.r2).toBeGreaterThan(0.97);
    const amdahl = others.find(({ law }) => law === "amdahl");
    expect(amdahl?.leftOut.rmse).toBeGreaterThan(best?.leftOut.rmse ?? 1);
  });
  it.each(["vllm", "tgi"] as const)("on %s follows a power law better than a queue of one server", (backend) => {
    const laws = rankedLaws(backend);
    const place = (law: string) => laws.findIndex((ranked) => ranked.law === law);
    expect(place("power")).toBeLessThan(place("serialized"));
  });
  it("takes the measured cell where there is one, and says so", () => {
    // TR130 9: vLLM, llama3.2-1b, 8 users.
    expect(predictEta("vllm", "Llama-3.2-1B", 8)).toMatchObject({ kind: "measured", eta: 0.464 });
    expect(predictEta("vllm", "llama3.2-1b", 6)).toMatchObject({ kind: "fitted" });
  });
  it("tells the error on unseen models with each fitted figure", () => {
    const { leftOutErrorPercent } = predictEta("ollama", "some-other-model", 5);
    expect(leftOutErrorPercent).toBeGreaterThan(1);
    expect(leftOutErrorPercent).toBeLessThan(20);
  });
});

describe("memory under eager attention", () => {
  const [ours, study] = vramLaws();
  it("is W + KV + 0.156 GiB + 9.38 B · heads · n², as fitted elsewhere by least squares", () => {
    // reference/planner/fits.json, NumPy: 0.156 GiB, 9.383 B, R² 0.9998 in sample, 0.9995 with a model left out.
    expect(ours?.inSample.n).toBe(17);
    expect(ours?.overheadGib).toBeCloseTo(0.156, 3);
    expect(ours?.slope).toBeCloseTo(9.383, 3);
    expect(ours?.inSample.r2).toBeCloseTo(0.9998, 4);
    expect(ours?.leftOut.r2).toBeCloseTo(0.9995, 4);
    expect(ours?.leftOut.mapePercent).toBeCloseTo(2.09, 1);
  });
  it("is met worse by the study's form, most of all on a model it has not seen", () => {
    // fits.json: 0.9721 in sample and 0.9175 left out for the form with an intercept.
    expect(study?.inSample.r2).toBeCloseTo(0.9721, 3);
    expect(study?.leftOut.r2).toBeCloseTo(0.9175, 3);
  });
});
