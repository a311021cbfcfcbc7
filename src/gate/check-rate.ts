import type { Outcome as ItemOutcome, TaskScores } from "../analyze/task-scores.ts";
import { plain } from "../domain/write-number.ts";
import { type Evidence, tasksOf } from "./evidence.ts";
import { type Finding, notMeasured, ROUNDING, withMissing } from "./finding.ts";
import type { RATES, RuleOf } from "./policy-schema.ts";
import { checkScopes, selectTasks } from "./scope.ts";
import type { CheckedRule } from "./verdict.ts";
import { listed } from "./wording.ts";

/** How items ended that a rate counts. */
export const COUNTED_AS: Readonly<Record<(typeof RATES)[number], readonly ItemOutcome[]>> = {
  unparsed: ["unparsed"],
  empty: ["empty", "generated-empty"],
  truncated: ["truncated", "generated-truncated"],
  errored: ["errored", "absent"],
  missing: ["errored", "absent", "letter-not-in-top-k"],
};

/**
 * `max-rate`: how many items ended in one of the given ways. Of the answered items where all the ways are the model's doing, else of all items.
 * These are counts of this run, so no interval is needed.
 */
export function checkRate(rule: RuleOf<"max-rate">, { scores, level }: Evidence): readonly CheckedRule[] {
  const { type, of, percent } = rule;
  const selection = { ...selectTasks(rule, tasksOf(scores)), mayBeEmpty: false };
  const describe = (where: string) => ({
    rule: `${where}: at most ${plain(percent)} % of the items ${listed(of, "or")}`,
    type,
  });
  const counted = new Set(of.flatMap((rate) => COUNTED_AS[rate]));
  return checkScopes(selection, { rule: {}, level }, describe, (scope) => {
    const columns = scope.tasks.flatMap((task) => scores.get(task.name) ?? []);
    const flawed = sum(columns, (task) => countOf(task, [...counted]));
    const items = sum(columns, ({ task }) => task.items);
    const missing = sum(columns, (task) => countOf(task, COUNTED_AS.missing));
    const ofAll = COUNTED_AS.missing.some((outcome) => counted.has(outcome));
    const trials = ofAll ? items : items - missing;
    if (items === missing) return notMeasured(`no item of ${scope.label} was answered`);
    const unknown = sum(columns, (task) =>
      countOf(
        task,
        COUNTED_AS.missing.filter((outcome) => !counted.has(outcome)),
      ),
    );
    return withMissing(
      (assumption) =>
        assumption === "left-out"
          ? judgeCount(flawed, trials, percent)
          : judgeCount(flawed + unknown, ofAll ? items : trials + unknown, percent),
      unknown,
    );
  });
}

function judgeCount(flawed: number, trials: number, percent: number): Finding {
  const estimate = (100 * flawed) / trials;
  return {
    outcome: estimate <= percent + ROUNDING ? "pass" : "fail",
    basis: "count",
    n: trials,
    estimate,
    threshold: percent,
    unit: "% of items",
    explanation: `${plain(flawed, 0)} of n = ${plain(trials, 0)} items (${plain(estimate, 1)} %)`,
  };
}

function countOf(task: TaskScores, outcomes: readonly ItemOutcome[]): number {
  return outcomes.reduce((total, outcome) => total + task.count(outcome), 0);
}

function sum(tasks: readonly TaskScores[], count: (task: TaskScores) => number): number {
  return tasks.reduce((total, task) => total + count(task), 0);
}
