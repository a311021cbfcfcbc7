import { isNearRandom } from "../analyze/near-random.ts";
import { type MissingItems, markCountsAssuming } from "../analyze/worst-case.ts";
import { plain } from "../domain/write-number.ts";
import { wilsonInterval } from "../stats/wilson.ts";
import { type Evidence, tasksOf } from "./evidence.ts";
import { type Finding, notMeasured, withMissing } from "./finding.ts";
import type { RuleOf } from "./policy-schema.ts";
import { checkScopes, selectChoices } from "./scope.ts";
import type { CheckedRule } from "./verdict.ts";

/** `not-near-random`: at every multiple-choice task the lower end of Wilson's 95 % interval must be above the accuracy of guessing. */
export function checkNearRandom(rule: RuleOf<"not-near-random">, evidence: Evidence): readonly CheckedRule[] {
  const { scores, facts, variant } = evidence;
  const describe = (label: string) => ({ rule: `${label}: better than guessing`, type: rule.type, metric: "accuracy" });
  return checkScopes(selectChoices({ over: "each-task" }, tasksOf(scores)), describe, ({ label }) => {
    const task = scores.get(label);
    const summary = variant.tasks.find((each) => each.task === label);
    if (task === undefined || summary?.type !== "multiple-choice" || summary.accuracy.kind === "unscored")
      return notMeasured(`no item of ${label} was answered`);
    const judge = (missing: MissingItems): Finding => {
      const counts = markCountsAssuming(task, missing);
      // Of the answered items; of all items where the missing ones count too.
      const chance = missing === "left-out" ? summary.chance : (facts.get(label)?.chance ?? summary.chance);
      return judgeAgainstChance(counts.correct, counts.trials, chance);
    };
    return withMissing(judge, task.task.items - summary.scored);
  });
}

function judgeAgainstChance(correct: number, trials: number, chance: number): Finding {
  const { lower, upper } = wilsonInterval({ successes: correct, trials, confidence: 0.95 });
  const estimate = correct / trials;
  return {
    outcome: isNearRandom({ correct, trials, chance }) ? "fail" : "pass",
    basis: "interval",
    method: "Wilson 95 %",
    n: trials,
    estimate,
    lower,
    upper,
    threshold: chance,
    unit: "score",
    explanation: `${plain(estimate)}, Wilson 95 % interval [${plain(lower)}, ${plain(upper)}], guessing ${plain(chance)}: ${plain(correct, 0)} right of n = ${plain(trials, 0)}`,
  };
}
