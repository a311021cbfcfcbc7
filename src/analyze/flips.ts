import { keyMetricOf, type PairedTask } from "./compare.ts";

/** An item whose answer got better or worse, by its positions on both sides. */
export interface Flip {
  readonly task: string;
  readonly item: string;
  readonly baselineIndex: number;
  readonly candidateIndex: number;
  readonly kind: "lost" | "gained" | "worse";
  /** For generated answers: by how much the mean of the item's scores fell. 1 for a lost answer, −1 for a gained one. */
  readonly loss: number;
}

/** Items that flipped, and generated answers that score less; the largest losses of each task first. */
export function findFlips(pairs: readonly PairedTask[]): readonly Flip[] {
  return pairs.flatMap((pair) => (pair.task.type === "multiple-choice" ? gradedFlips(pair) : worseTexts(pair)));
}

function gradedFlips({ task, baseline, candidate, alignment }: PairedTask): readonly Flip[] {
  const flips: Flip[] = [];
  for (const [left, right] of alignment.pairs) {
    const [before, after] = [baseline.mark(left), candidate.mark(right)];
    if (before === after || before === "missing" || after === "missing") continue;
    const kind = before === "right" ? "lost" : "gained";
    flips.push({
      task: task.name,
      item: baseline.items.ids[left] ?? String(left),
      baselineIndex: left,
      candidateIndex: right,
      kind,
      loss: kind === "lost" ? 1 : -1,
    });
  }
  return flips.sort((a, b) => b.loss - a.loss || a.baselineIndex - b.baselineIndex);
}

function worseTexts({ task, baseline, candidate, alignment }: PairedTask): readonly Flip[] {
  const flips: Flip[] = [];
  for (const [left, right] of alignment.pairs) {
    if (baseline.answerHash(left) === candidate.answerHash(right)) continue;
    const [before, after] = [overall(baseline, left), overall(candidate, right)];
    if (before === undefined || after === undefined || after >= before) continue;
    flips.push({
      task: task.name,
      item: baseline.items.ids[left] ?? String(left),
      baselineIndex: left,
      candidateIndex: right,
      kind: "worse",
      loss: before - after,
    });
  }
  return flips.sort((a, b) => b.loss - a.loss || a.baselineIndex - b.baselineIndex);
}

/** The item's key metric average, or the mean of what scores it has where that can't be had. */
function overall(scores: PairedTask["baseline"], index: number): number | undefined {
  const key = keyMetricOf(scores, index);
  if (key !== undefined) return key;
  const values = scores.metrics().flatMap((metric) => scores.value(metric, index) ?? []);
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}
