import picocolors from "picocolors";
import type { CompatibilityCell, CompatibilityMatrix } from "../gate/compatibility.ts";
import type { ReportDocument, Tone } from "./document.ts";
import { escapeTerminal } from "./escape.ts";
import { plural } from "./format.ts";
import { renderMarkdownDocument } from "./markdown.ts";
import { plainTable } from "./plain-table.ts";
import { wrap } from "./wrap.ts";

const CAPTION =
  "PASS: composite of at least 0.50, or MMLU within 5 pp of Q8_0. FAIL: more than 9 pp of accuracy, pooled over MMLU and ARC, lost to Q8_0, or neither. Point estimates: a first look, no gate.";
const TONES: Readonly<Record<CompatibilityCell["outcome"], Tone>> = {
  PASS: "pass",
  FAIL: "fail",
  unknown: "inconclusive",
};

/** One row per model, one column per quantization; below it the reason of each cell. */
export function renderCompatibility(
  matrix: CompatibilityMatrix,
  { columns, color }: { readonly columns: number; readonly color: boolean },
): string {
  const colors = picocolors.createColors(color);
  const paint = { PASS: colors.green, FAIL: colors.red, unknown: colors.yellow };
  const table = plainTable({
    head: ["model", ...matrix.quantizations],
  });
  for (const model of matrix.models) {
    const cells = matrix.quantizations.map((quantization) => {
      const cell = cellOf(matrix, model, quantization);
      return cell === undefined ? "" : paint[cell.outcome](cell.outcome);
    });
    table.push([escapeTerminal(model), ...cells]);
  }
  const lines = table.toString().split("\n");
  return [
    ...lines.map((line) => line.trimEnd()),
    "",
    ...matrix.cells.map((cell) =>
      wrap(escapeTerminal(`${cell.model}/${cell.quantization}: ${cell.outcome}: ${cell.reason}`), columns, {
        hanging: 2,
      }),
    ),
    "",
    colors.dim(wrap(CAPTION, columns)),
  ].join("\n");
}

/** The same as GitHub-flavoured Markdown. */
export function renderCompatibilityMarkdown(matrix: CompatibilityMatrix): string {
  const columns = ["model", ...matrix.quantizations].map((title) => ({ title, align: "left" as const }));
  const document: ReportDocument = {
    title: "Compatibility of models and quantizations",
    subtitle: `${plural(matrix.models.length, "model")}, ${plural(matrix.quantizations.length, "quantization")}`,
    warnings: [],
    sections: [
      {
        id: "matrix",
        title: "Matrix",
        blocks: [
          {
            kind: "table",
            caption: CAPTION,
            narrow: "scroll",
            columns,
            rows: matrix.models.map((model) => [
              model,
              ...matrix.quantizations.map((quantization) => {
                const cell = cellOf(matrix, model, quantization);
                return cell === undefined ? "" : { text: cell.outcome, tone: TONES[cell.outcome], note: cell.reason };
              }),
            ]),
          },
        ],
      },
    ],
  };
  return renderMarkdownDocument(document);
}

function cellOf(matrix: CompatibilityMatrix, model: string, quantization: string): CompatibilityCell | undefined {
  return matrix.cells.find((cell) => cell.model === model && cell.quantization === quantization);
}
