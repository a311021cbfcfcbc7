import { hasEnded, type RunStatus } from "../../domain/run-status.ts";
import type { RunManifest } from "../../pipeline/manifest.ts";
import { makePlan, type Plan } from "../../plan/plan.ts";
import { ProgressIndex } from "../../plan/progress-index.ts";
import { cardOf } from "../../store/run-card.ts";
import { type Run, START } from "../../store/run-store.ts";
import type { RunState, VariantProgress } from "./run-service.ts";

/** Where a run stands by what is stored of it. `signal` ends the reading of a long journal. */
export async function readStoredState(run: Run, manifest: RunManifest, signal: AbortSignal): Promise<RunState> {
  const plan = makePlan(manifest.spec, { unitItems: 100 });
  const card = cardOf(run.id, JSON.stringify(manifest), await run.read("verdicts.json"));
  const status: RunStatus = card.status === "unknown" ? "failed" : card.status;
  const complete = status === "completed";
  const progress = complete ? undefined : await readProgress(run, plan, signal);
  const variants = variantProgress(plan, (variant, answers) => progress?.count(variant) ?? answers);
  return {
    id: run.id,
    status,
    phase: hasEnded(status) ? "ended" : status === "running" ? "running" : "queued",
    answers: plan.answers,
    done: variants.reduce((sum, each) => sum + each.done, 0),
    variants,
    ...(card.failure === undefined ? {} : { failure: card.failure }),
    ...(card.overall === undefined || !hasEnded(status) ? {} : { overall: card.overall }),
    ...(card.exitCode === undefined || !hasEnded(status) ? {} : { exitCode: card.exitCode }),
  };
}

/** Answers of each variant, in the order of the plan. */
export function variantProgress(
  plan: Plan,
  doneOf: (variant: string, answers: number) => number,
): readonly VariantProgress[] {
  const answers = new Map<string, number>();
  for (const { variant, from, to } of plan.units) answers.set(variant.id, (answers.get(variant.id) ?? 0) + to - from);
  return [...answers].map(([variant, count]) => ({ variant, answers: count, done: doneOf(variant, count) }));
}

async function readProgress(run: Run, plan: Plan, signal: AbortSignal): Promise<ProgressIndex> {
  const done = new ProgressIndex(plan);
  for await (const { text } of run.lines("records", START, signal)) {
    const record = JSON.parse(text) as { readonly type: string };
    if (record.type === "answer") done.add(record as Parameters<ProgressIndex["add"]>[0] & { readonly type: string });
  }
  return done;
}
