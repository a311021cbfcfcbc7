import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Summary } from "../../src/analyze/summary.ts";
import type { Quantization } from "../../src/domain/quantization.ts";
import { compatibilityMatrix, publishedMatrix } from "../../src/gate/compatibility.ts";
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

  it("pools MMLU with ARC, within one protocol: a loss on ARC alone can fail what MMLU would pass", () => {
    const arc: SyntheticTask = { name: "arc", type: "multiple-choice", benchmark: "arc-challenge", items: 100 };
    const run = (right: (task: string) => number) =>
      syntheticRun(
        [MMLU, arc],
        [
          { quantization: "Q8_0", choice: (_, index) => (index < 80 ? "right" : "incorrect") },
          { quantization: "Q4_K_M", choice: (task, index) => (index < right(task) ? "right" : "incorrect") },
        ],
      ).summary;
    const { cells } = compatibilityMatrix([run((task) => (task === "arc" ? 56 : 78))]);
    expect(cells[1]).toMatchObject({
      outcome: "FAIL",
      pooledLossPp: expect.closeTo(13, 9),
      mmluLossPp: expect.closeTo(2, 9),
    });
    expect(cells[1]?.reason).toContain("MMLU + ARC −13.0 pp against Q8_0, more than 9 pp lost");
    // Exactly 9 pp lost over both is not more than 9.
    expect(outcomes(run((task) => (task === "arc" ? 66 : 76)))).toEqual({ Q8_0: "PASS", Q4_K_M: "PASS" });
    expect(outcomes(run((task) => (task === "arc" ? 65 : 76)))).toEqual({ Q8_0: "PASS", Q4_K_M: "FAIL" });
  });

  it("fails a composite below 0.50 whose MMLU is unknown, and says unknown only where nothing compares", () => {
    const { cells } = compatibilityMatrix([
      summaryOf([TEXTS], { FP16: { composite: 0.6 }, Q4_K_M: { composite: 0.4 } }),
    ]);
    expect(cells).toMatchObject([
      { quantization: "FP16", outcome: "PASS", composite: expect.closeTo(0.6, 12) },
      { quantization: "Q4_K_M", outcome: "FAIL", reason: "composite 0.4 is below 0.5; MMLU not compared" },
    ]);
    expect(outcomes(summaryOf([MMLU], { Q8_0: { right: 70 }, Q4_K_M: { right: 63 }, Q2_K: { right: 40 } }))).toEqual({
      Q8_0: "PASS",
      Q4_K_M: "FAIL",
      Q2_K: "FAIL",
    });
  });

  it("holds a model without Q8_0 against its baseline, and says so", () => {
    const { cells } = compatibilityMatrix([summaryOf([MMLU], { FP16: { right: 70 }, Q4_K_M: { right: 40 } })]);
    expect(cells).toMatchObject([
      { quantization: "FP16", outcome: "PASS" },
      { quantization: "Q4_K_M", outcome: "FAIL", reason: expect.stringContaining("against FP16, for want of Q8_0") },
    ]);
  });

  it("decides by what was asked where that isn't MMLU", () => {
    const own: SyntheticTask = { name: "own-quiz", type: "multiple-choice", items: 100 };
    const variants = { Q8_0: { right: 70 }, Q6_K: { right: 66 }, Q4_K_M: { right: 63 }, Q2_K: { right: 60 } } as const;
    const { cells } = compatibilityMatrix([summaryOf([own], variants)]);
    expect(cells.map(({ outcome }) => outcome)).toEqual(["PASS", "PASS", "FAIL", "FAIL"]);
    expect(cells[1]?.reason).toBe("own-quiz −4.0 pp against Q8_0; MMLU not compared");
  });

  it("puts several runs together: Q8_0 of another run serves, the worst of a cell counts", () => {
    const first = summaryOf([MMLU], { Q8_0: { right: 70 }, Q4_K_M: { right: 68 } });
    const second = summaryOf([MMLU], { FP16: { right: 71 }, Q3_K_S: { right: 50 }, Q4_K_M: { right: 55 } });
    expect(outcomes(first, second)).toEqual({ Q8_0: "PASS", FP16: "PASS", Q3_K_S: "FAIL", Q4_K_M: "FAIL" });
    const matrix = compatibilityMatrix([first, second]);
    expect(matrix.models).toEqual([MODEL]);
    expect(matrix.quantizations).toEqual(["FP16", "Q8_0", "Q4_K_M", "Q3_K_S"]);
    expect(matrix.cells.find(({ quantization }) => quantization === "Q3_K_S")?.mmluLossPp).toBeCloseTo(20, 9);
  });

  it("doesn't compare across protocols", () => {
    const letters = summaryOf([MMLU], { Q8_0: { right: 70 } });
    const continuations = summaryOf([{ ...MMLU, protocol: "continuation-logprob" } as SyntheticTask], {
      Q4_K_M: { right: 30 },
    });
    expect(outcomes(letters, continuations)).toMatchObject({ Q4_K_M: "unknown" });
  });
});

describe("the published matrix", () => {
  interface GoldenCell {
    readonly model: string;
    readonly quantization: string;
    readonly expected: string;
    readonly pooledLossPp: number;
    readonly mmluLossPp: number;
  }
  // The study's phase 2 appendices, P.3, as printed.
  const golden = JSON.parse(readFileSync(new URL("../golden/matrix.json", import.meta.url), "utf8")) as {
    readonly cells: readonly GoldenCell[];
  };
  const { cells } = publishedMatrix();

  it("has a cell for each of the 30 that were printed", () => {
    expect(golden.cells).toHaveLength(30);
    expect(new Set(golden.cells.map(({ model, quantization }) => `${model} ${quantization}`)).size).toBe(30);
  });

  it.each(golden.cells)("$model $quantization is $expected", (printed) => {
    const cell = cells.find(
      ({ model, quantization }) => model === printed.model && quantization === printed.quantization,
    );
    expect(cell?.outcome, cell?.reason).toBe(printed.expected);
    expect(cell?.pooledLossPp).toBeCloseTo(printed.pooledLossPp, 2);
    expect(Math.abs((cell?.mmluLossPp ?? Number.NaN) - printed.mmluLossPp)).toBeLessThan(0.1);
  });
});
