import { findDatasets } from "../compose.ts";
import { decidingLevel } from "../domain/deciding-level.ts";
import { readEnv } from "../env.ts";
import { planPower } from "../gate/plan-power.ts";
import { loadPolicy } from "../gate/policies.ts";
import { assertListsChoices } from "../pipeline/inspect-tasks.ts";
import { makePlan } from "../plan/plan.ts";
import { type RunPlan, renderRunPlan } from "../report/plan-table.ts";
import { loadSpec } from "../spec/load.ts";
import { interruptSignal } from "./interrupt.ts";

interface PlanOptions {
  readonly policy?: readonly string[];
  readonly json?: boolean;
}

/** `quantgate plan`: what a run would ask and what it could decide. Nothing is run, no backend is asked. */
export async function plan(specPath: string, options: PlanOptions): Promise<void> {
  const spec = await loadSpec(specPath, findDatasets(readEnv(process.env)));
  const policy = await loadPolicy(options.policy ?? spec.policy);
  const signal = interruptSignal();
  for (const task of spec.tasks) await assertListsChoices(task, signal);
  const { units, answers } = makePlan(spec);
  const found: RunPlan = {
    schema: 1,
    name: spec.name,
    policy: policy.name,
    variants: spec.models.flatMap((model) => model.variants.map(({ id }) => id)),
    answers,
    tasks: spec.tasks.map((task) => ({
      task: task.name,
      type: task.type,
      items: task.items,
      answers: units.filter((unit) => unit.task.name === task.name).reduce((sum, unit) => sum + unit.to - unit.from, 0),
    })),
    power: planPower(spec.tasks, policy, decidingLevel(spec.looks ?? 1)),
  };
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
    return;
  }
  const color = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
  process.stdout.write(`${renderRunPlan(found, { columns: process.stdout.columns ?? 80, color })}\n`);
}
