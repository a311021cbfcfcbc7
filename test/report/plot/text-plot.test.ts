import { describe, expect, it } from "vitest";
import type { IntervalPlot, PlotMark } from "../../../src/report/document.ts";
import { textPlot } from "../../../src/report/plot/text-plot.ts";

function plotOf(...marks: readonly PlotMark[]): IntervalPlot {
  return {
    layout: "rows",
    title: "t",
    caption: "c",
    unit: "pp",
    domain: { lower: -10, upper: 10 },
    lines: [
      { at: 0, label: "FP16", role: "baseline" },
      { at: -5, label: "margin −5.0 pp", role: "margin" },
    ],
    marks,
  };
}

describe("textPlot", () => {
  it("draws an interval with its point, the lines and the numbers", () => {
    const lines = textPlot(plotOf({ label: "Q8_0", value: { point: 1, lower: -1, upper: 3 } })).split("\n");
    expect(lines).toEqual([
      "│ FP16   ┊ margin −5.0 pp",
      "Q8_0  ··········┊·······├───●───┤··············  +1.0 pp [−1.0, +3.0]",
      `      −10${" ".repeat(32)}+10 pp`,
    ]);
  });

  it("points to what lies beyond the edge", () => {
    const [, row] = textPlot(plotOf({ label: "Q2_K", value: { point: -30, lower: -35, upper: -25 } })).split("\n");
    expect(row).toMatch(/^Q2_K {2}◂·{9}┊·{9}│·{20} {2}−30\.0 pp \[−35\.0, −25\.0\]$/);
    const [, crossing] = textPlot(plotOf({ label: "x", value: { point: 8, lower: 6, upper: 14 } })).split("\n");
    expect(crossing).toContain("├───●───▸");
  });

  it("says why there is no number", () => {
    const [, row] = textPlot(plotOf({ label: "Q2_K", value: { unavailable: "not scored" } })).split("\n");
    expect(row).toMatch(/not scored$/);
    expect(row).not.toContain("●");
  });
});
