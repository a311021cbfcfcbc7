import { matchRuns } from "../../src/analyze/match-runs.ts";
import { compareRuns, type RunComparison } from "../../src/analyze/regression.ts";
import type { RunEvidence } from "../../src/gate/evaluate.ts";
import { type SyntheticTask, type SyntheticVariant, syntheticRun } from "../gate/synthetic-run.ts";

export const QUIZ = { name: "quiz", type: "multiple-choice", items: 200 } as const satisfies SyntheticTask;
export const TEXTS = { name: "texts", type: "generation", kind: "qa", items: 100 } as const satisfies SyntheticTask;

type Variants = readonly SyntheticVariant[];

/** A comparison of two made-up runs by the margins of the default policy. */
export function compared(
  reference: RunEvidence,
  newer: RunEvidence,
  { unpaired = false }: { readonly unpaired?: boolean } = {},
): RunComparison {
  const { pairs } = matchRuns(reference.manifest.spec, newer.manifest.spec);
  return compareRuns(reference, newer, pairs, { margins: { accuracyPp: 3, generationPercent: 3 }, unpaired });
}

export function comparedVariants(
  reference: Variants,
  newer: Variants,
  tasks = [QUIZ, TEXTS] as readonly SyntheticTask[],
) {
  return compared(syntheticRun(tasks, reference), syntheticRun(tasks, newer));
}
