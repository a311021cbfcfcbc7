/**
 * How often the accuracy gate passes a variant whose true loss equals the margin, when every flip is a loss: exactly, over all outcomes. The
 * same question was put to another gate; docs/deciding.md has both.
 *
 *     npx tsx bench/beside-other-gates.ts
 */
import { fileURLToPath } from "node:url";
import { pairedDecisions } from "./calibration/accuracy.ts";
import { markdownTable, percent } from "./calibration/markdown.ts";

export const CELLS = [
  { margin: 0.01, pairs: 50 },
  { margin: 0.01, pairs: 100 },
  { margin: 0.01, pairs: 485 },
  { margin: 0.03, pairs: 50 },
  { margin: 0.03, pairs: 100 },
] as const;

/** Probability of a pass at a true loss of the margin, all flips losses. */
export function falsePass({ margin, pairs }: { readonly margin: number; readonly pairs: number }): number {
  return pairedDecisions({ pairs, discordance: margin, difference: -margin, margin }).pass;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rows = CELLS.map((cell) => [percent(cell.margin, 0), String(cell.pairs), percent(falsePass(cell), 1)]);
  process.stdout.write(`${markdownTable(["margin", "items", "passes a true loss of the margin"], rows)}\n`);
}
