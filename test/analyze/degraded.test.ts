import { describe, expect, it } from "vitest";
import { findDegradation } from "../../src/analyze/degraded.ts";
import type { Summary } from "../../src/analyze/summary.ts";

function summaryWith(errored: number, noise?: { readonly compared: number; readonly changedAnswers: number }): Summary {
  const variant = (id: string, lost: number) => ({
    variant: id,
    tasks: [{ items: 200, missing: { errored: lost, absent: 0 } }],
  });
  return {
    models: [
      {
        model: "m",
        baseline: { variant: "m/FP16@b", reason: "" },
        variants: [variant("m/FP16@b", 0), variant("m/Q4_K_M@b", errored)],
        ...(noise === undefined ? {} : { noise: { graded: 0, flips: 0, deterministic: false, ...noise } }),
      },
    ],
  } as unknown as Summary;
}

describe("findDegradation", () => {
  it("finds nothing in a run whose items were answered", () => {
    expect(findDegradation(summaryWith(2))).toEqual([]);
  });

  it("names the variant of which more than one item in a hundred was not answered", () => {
    expect(findDegradation(summaryWith(3))).toEqual([
      { variant: "m/Q4_K_M@b", reason: "m/Q4_K_M@b: 3 of 200 items were not answered" },
    ]);
  });

  it("tells a server that throttles from other errors, at the same share of items", () => {
    const refused = (overloaded: number) => new Map([["m/Q4_K_M@b", { builds: ["one"], overloaded }]]);
    expect(findDegradation(summaryWith(2), refused(2))).toEqual([]);
    expect(findDegradation(summaryWith(3), refused(3))).toEqual([
      { variant: "m/Q4_K_M@b", reason: "m/Q4_K_M@b: the server throttled, and refused 3 of 200 items" },
    ]);
    expect(findDegradation(summaryWith(9), refused(3)).map(({ reason }) => reason)).toEqual([
      "m/Q4_K_M@b: 9 of 200 items were not answered",
      "m/Q4_K_M@b: the server throttled, and refused 3 of 200 items",
    ]);
  });

  it("names the variant whose build changed on the way", () => {
    const builds = (...names: readonly string[]) => new Map([["m/Q4_K_M@b", { builds: names, overloaded: 0 }]]);
    expect(findDegradation(summaryWith(0), builds("b1"))).toEqual([]);
    expect(findDegradation(summaryWith(0), builds("b1", "b2"))).toEqual([
      { variant: "m/Q4_K_M@b", reason: "m/Q4_K_M@b: the build changed while it was asked (b1; b2)" },
    ]);
  });

  it("names the baseline that changed more than one answer in twenty", () => {
    expect(findDegradation(summaryWith(0, { compared: 100, changedAnswers: 5 }))).toEqual([]);
    expect(findDegradation(summaryWith(0, { compared: 100, changedAnswers: 6 }))).toMatchObject([
      { variant: "m/FP16@b" },
    ]);
  });
});
