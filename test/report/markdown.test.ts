import { describe, expect, it } from "vitest";
import { renderMarkdown } from "../../src/report/markdown.ts";
import { MODEL, sampleData } from "./sample-data.ts";

const markdown = renderMarkdown(sampleData());

describe("the Markdown report", () => {
  it("tells the decision first and has the sections of the HTML file", () => {
    expect(markdown.match(/^##? .*/gm)).toEqual([
      "# QuantGate report: ladder",
      "## Decision",
      `## ${MODEL}`,
      "## How this run was made",
    ]);
    expect(markdown).toContain("> **✓ Smallest quantization that passes: Q5_K_M**");
    expect(markdown).toContain("| Q8_0 | ✓ pass | all 5 checked rules pass | negligible<br>");
  });

  it("draws the plots in characters", () => {
    expect(markdown).toMatch(/^Q4_K_M {2}[·┊│├─●┤]{41} {2}−1\.3 pp \[−3\.9, \+1\.1\]$/m);
    expect(markdown).toMatch(/^FP16 {4}[·┊├─●┤]{41} {2}77\.0 % \[71\.9, 81\.4\]$/m);
  });

  it("keeps both answers of an example side by side, lines and indentation included", () => {
    expect(markdown).toContain("| scores less: functions / code-031 | FP16 | Q2_K |");
    expect(markdown).toContain("| def apply(n):<br>&nbsp;&nbsp;&nbsp;&nbsp;return min(n) |");
    expect(markdown).toContain("| ✓ FP16 | ✗ Q2_K |");
  });

  it("separates blocks by blank lines and closes what it folds", () => {
    expect(markdown.match(/\n{3,}/)).toBeNull();
    expect(markdown.match(/<details>/g)?.length).toBe(markdown.match(/<\/details>/g)?.length);
    expect(markdown.endsWith("\n")).toBe(true);
  });

  it("never shows a missing number as one", () => {
    expect(markdown.match(/\b(NaN|null|undefined|Infinity)\b|\[object/g)).toBeNull();
  });
});
