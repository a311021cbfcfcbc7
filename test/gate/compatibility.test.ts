import { describe, expect, it } from "vitest";
import type { Summary } from "../../src/analyze/summary.ts";
import type { Quantization } from "../../src/domain/quantization.ts";
import { compatibilityMatrix } from "../../src/gate/compatibility.ts";
import { MODEL, type SyntheticTask, syntheticRun } from "./synthetic-run.ts";

const MMLU: SyntheticTask = { name: "mmlu", type: "multiple-choice", benchmark: "mmlu", items: 100 };
const TEXTS: SyntheticTask = { name: "texts", type: "generation", kind: "qa", items: 10 };

interface Measured {
  readonly right?: number;
  readonly composite?: number;
}

/** A run with so many of 100 MMLU items right and such a composite, by quantization; the first is the baseline. */
function summaryOf(tasks: readonly SyntheticTask[], variants: Partial<Record<Quantization, Measured>>): Summary {
  const measured = Object.entries(variants) as [Quantization, Measured][];
  return syntheticRun(
    tasks,
    measured.map(([quantization, { right = 0, composite = 0 }]) => ({
      quantization,
      choice: (_, index) => (index < right ? "right" : "incorrect"),
      text: () => composite,
    })),
  ).summary;
}

function outcomes(...summaries: readonly Summary[]): Record<string, string> {
  return Object.fromEntries(compatibilityMatrix(summaries).cells.map((cell) => [cell.quantization, cell.outcome]));
}

describe("compatibilityMatrix", () => {
  it("passes on the composite or on MMLU near Q8_0, fails below both and beyond 9 pp", () => {
    expect(
      outcomes(
        summaryOf([MMLU, TEXTS], {
          FP16: { right: 71, composite: 0.3 },
          Q8_0: { right: 70, composite: 0.3 },
          Q6_K: { right: 65, composite: 0.3 },
          Q5_K_M: { right: 64, composite: 0.3 },
          Q4_K_M: { right: 61, composite: 0.5 },
          Q3_K_S: { right: 60, composite: 0.9 },
          Q2_K: { right: 62, composite: 0.49 },
        }),
      ),
    ).toEqual({
      FP16: "PASS",
      Q8_0: "PASS",
      Q6_K: "PASS",
      Q5_K_M: "FAIL",
      Q4_K_M: "PASS",
      Q3_K_S: "FAIL",
      Q2_K: "FAIL",
    });
  });

  it("says unknown where too little was measured, and why", () => {
    const { cells } = compatibilityMatrix([
      summaryOf([TEXTS], { FP16: { composite: 0.6 }, Q4_K_M: { composite: 0.4 } }),
    ]);
    expect(cells).toMatchObject([
      { quantization: "FP16", outcome: "PASS", composite: expect.closeTo(0.6, 12) },
      { quantization: "Q4_K_M", outcome: "unknown", reason: "composite 0.4; MMLU not compared with Q8_0" },
    ]);
    expect(outcomes(summaryOf([MMLU], { FP16: { right: 70 }, Q4_K_M: { right: 40 } }))).toEqual({
      FP16: "unknown",
      Q4_K_M: "unknown",
    });
    expect(outcomes(summaryOf([MMLU], { Q8_0: { right: 70 }, Q4_K_M: { right: 63 }, Q2_K: { right: 40 } }))).toEqual({
      Q8_0: "PASS",
      Q4_K_M: "unknown",
      Q2_K: "FAIL",
    });
  });

  it("puts several runs together: Q8_0 of another run serves, the worst of a cell counts", () => {
    const first = summaryOf([MMLU], { Q8_0: { right: 70 }, Q4_K_M: { right: 68 } });
    const second = summaryOf([MMLU], { FP16: { right: 71 }, Q3_K_S: { right: 50 }, Q4_K_M: { right: 55 } });
    expect(outcomes(first, second)).toEqual({ Q8_0: "PASS", FP16: "PASS", Q3_K_S: "FAIL", Q4_K_M: "FAIL" });
    expect(outcomes(second)).toMatchObject({ Q3_K_S: "unknown" });
    const matrix = compatibilityMatrix([first, second]);
    expect(matrix.models).toEqual([MODEL]);
    expect(matrix.quantizations).toEqual(["FP16", "Q8_0", "Q4_K_M", "Q3_K_S"]);
  });

  it("doesn't compare across protocols", () => {
    const letters = summaryOf([MMLU], { Q8_0: { right: 70 } });
    const continuations = summaryOf([{ ...MMLU, protocol: "continuation-logprob" } as SyntheticTask], {
      Q4_K_M: { right: 30 },
    });
    expect(outcomes(letters, continuations)).toMatchObject({ Q4_K_M: "unknown" });
  });
});
