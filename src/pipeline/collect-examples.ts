import type { PairedTask } from "../analyze/compare.ts";
import { type Flip, findFlips } from "../analyze/flips.ts";
import { openTaskItems } from "../dataset/task-items.ts";
import type { BackendAnswer } from "../domain/answer.ts";
import { describeFlip, type FlipSides, severity, worstFirst } from "../report/flip-example.ts";
import type { FlipExample } from "../report/report-data.ts";
import type { Run } from "../store/run-store.ts";
import { keyOf, readAnswers } from "./read-answers.ts";

/** Two variants whose flips are wanted; they may come from different runs. */
export interface FlipSource {
  readonly model: string;
  readonly baseline: { readonly run: Run; readonly variant: string };
  readonly candidate: { readonly run: Run; readonly variant: string };
  readonly pairs: readonly PairedTask[];
}

/** Flips of one task and variant that are looked at to find the worst; more than this makes no better report. */
const CONSIDERED = 200;

/**
 * The worst flips of each task and variant, with question and both answers, read from the journals in one pass each. Lost answers come
 * first, those that moved furthest against the right choice in front.
 */
export async function collectExamples(
  sources: readonly FlipSource[],
  { perTask, signal }: { readonly perTask: number; readonly signal: AbortSignal },
): Promise<readonly FlipExample[]> {
  const wanted = sources.map((source) => ({ source, flips: capPerTask(findFlips(source.pairs)) }));
  const keys = new Map<Run, Set<string>>();
  for (const { source, flips } of wanted) {
    for (const flip of flips) {
      addTo(keys, source.baseline.run, keyOf(source.baseline.variant, flip.task, flip.baselineIndex));
      addTo(keys, source.candidate.run, keyOf(source.candidate.variant, flip.task, flip.candidateIndex));
    }
  }
  const answers = new Map<Run, ReadonlyMap<string, BackendAnswer>>();
  for (const [run, set] of keys) answers.set(run, await readAnswers(run, set, signal));

  const examples: FlipExample[] = [];
  for (const { source, flips } of wanted) {
    for (const { task } of source.pairs) {
      const ofTask = flips.filter((flip) => flip.task === task.name);
      // Of imported answers only the marks are known to be right: their questions lie in the tool's own files.
      if (ofTask.length === 0 || task.imported !== undefined) continue;
      const items = await openTaskItems(task, signal);
      try {
        const described: { readonly flip: Flip; readonly severity: number; readonly example: FlipExample }[] = [];
        for (const flip of ofTask) {
          const baselineAnswer = answers
            .get(source.baseline.run)
            ?.get(keyOf(source.baseline.variant, flip.task, flip.baselineIndex));
          const candidateAnswer = answers
            .get(source.candidate.run)
            ?.get(keyOf(source.candidate.variant, flip.task, flip.candidateIndex));
          if (baselineAnswer === undefined || candidateAnswer === undefined) continue;
          const sides: FlipSides = { item: await items.item(flip.baselineIndex), baselineAnswer, candidateAnswer };
          const head = {
            model: source.model,
            variant: source.candidate.variant,
            baseline: source.baseline.variant,
            task: flip.task,
            kind: flip.kind,
          };
          described.push({ flip, severity: severity(sides), example: describeFlip(head, sides) });
        }
        described.sort(worstFirst);
        examples.push(...described.slice(0, perTask).map(({ example }) => example));
      } finally {
        await items.close();
      }
    }
  }
  return examples;
}

function capPerTask(flips: readonly Flip[]): readonly Flip[] {
  const counts = new Map<string, number>();
  return flips.filter((flip) => {
    const count = (counts.get(flip.task) ?? 0) + 1;
    counts.set(flip.task, count);
    return count <= CONSIDERED;
  });
}

function addTo(map: Map<Run, Set<string>>, run: Run, key: string): void {
  const set = map.get(run);
  if (set === undefined) map.set(run, new Set([key]));
  else set.add(key);
}
