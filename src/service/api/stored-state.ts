import { hasEnded, type RunStatus } from "../../domain/run-status.ts";
import { makePlan, type Plan } from "../../plan/plan.ts";
import { ProgressIndex } from "../../plan/progress-index.ts";
import { Damage } from "../../store/damage.ts";
import { listRun } from "../../store/listed-run.ts";
import type { RunManifest } from "../../store/manifest.ts";
import { readLines } from "../../store/read-lines.ts";
import { type Run, START } from "../../store/run-store.ts";
import type { RunState, VariantProgress } from "./run-service.ts";

/** Where a run stands by what is stored of it. `signal` ends the reading of a long journal. */
export async function readStoredState(run: Run, manifest: RunManifest, signal: AbortSignal): Promise<RunState> {
  const plan = makePlan(manifest.spec);
  const card = listRun(run.id, JSON.stringify(manifest), await run.read("verdicts.json"));
  const status: RunStatus = card.status === "unknown" ? "failed" : card.status;
  const complete = status === "completed";
  const damage = new Damage();
  const progress = complete ? undefined : await readProgress(run, plan, damage, signal);
  const variants = variantProgress(plan, (variant, answers) => progress?.count(variant) ?? answers);
  const damaged = [...damage.describe(run), ...(card.damaged ?? [])];
  return {
    id: run.id,
    status,
    phase: hasEnded(status) ? "ended" : status === "running" ? "running" : "queued",
    answers: plan.answers,
    done: variants.reduce((sum, each) => sum + each.done, 0),
    variants,
    ...(card.failure === undefined ? {} : { failure: card.failure }),
    ...(damaged.length === 0 ? {} : { damaged }),
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

async function readProgress(run: Run, plan: Plan, damage: Damage, signal: AbortSignal): Promise<ProgressIndex> {
  const done = new ProgressIndex(plan);
  for await (const { line } of readLines(run, "records", START, { onDamage: damage.add, signal })) {
    if (line.type === "answer") done.add(line);
  }
  return done;
}
