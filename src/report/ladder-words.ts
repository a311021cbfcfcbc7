import { decimal } from "../domain/write-number.ts";
import { candidatesOf, type ModelView, type VariantView } from "./model-view.ts";

/**
 * What walking down the ladder left out, in sentences: each quantization that passes by itself below the step where the walk ended, and how often
 * such a pass is luck. None where everything that passes was reached.
 */
export function ladderSentences(model: ModelView): readonly string[] {
  const ladder = candidatesOf(model);
  const end = ladder.findIndex((variant) => variant.verdict?.verdict !== "pass");
  const stop = ladder[end];
  if (stop === undefined) return [];
  const missed = ladder.slice(end + 1).filter((variant) => variant.verdict?.verdict === "pass");
  if (missed.length === 0) return [];
  const why = `${named(stop)} ${stop.verdict?.verdict === "fail" ? "fails" : "is inconclusive"}`;
  return [...missed.map((variant) => `${named(variant)} passes by itself; not reached, because ${why}.`), LUCK];
}

/** 1 − (1 − 0.0455)⁴: docs/statistics.md counts 4.55 % false passes at 485 items, 3 pp and 5 % flips. */
const LUCK =
  "Each verdict stands for itself: of four variants that truly lose the whole margin, one run in six shows at least one pass by luck.";

function named({ label, bitsPerWeight }: VariantView): string {
  return `${label} (${decimal(bitsPerWeight, 1)} bits)`;
}
