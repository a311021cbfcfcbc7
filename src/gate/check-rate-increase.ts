import type { PairedTask } from "../analyze/compare.ts";
import { groupOf } from "../analyze/group-of.ts";
import type { PairedMark } from "../analyze/paired-accuracy.ts";
import type { Outcome as ItemOutcome, TaskScores } from "../analyze/task-scores.ts";
import type { MissingItems } from "../analyze/worst-case.ts";
import type { DecidingLevel } from "../domain/deciding-level.ts";
import { plain, signed } from "../domain/write-number.ts";
import { COUNTED_AS } from "./check-rate.ts";
import { countMissing, type Evidence, pairsOf, tasksOfBoth } from "./evidence.ts";
import { answer, type Finding, notMeasured, ROUNDING } from "./finding.ts";
import { outlookOn } from "./items-to-decide.ts";
import { nothingToLose } from "./nothing-to-lose.ts";
import { holdAgainst } from "./paired-margin.ts";
import type { RuleOf } from "./policy-schema.ts";
import { checkScopes, selectTasks } from "./scope.ts";
import type { CheckedRule } from "./verdict.ts";
import { listed } from "./wording.ts";

/**
 * `max-rate-increase`: how much more often answers are of no use (unparsed, empty, cut) than the baseline's to the same items. What the
 * baseline does too is no fault of a quantization.
 */
export function checkRateIncrease(
  rule: RuleOf<"max-rate-increase">,
  { comparison, scores, level }: Evidence,
): readonly CheckedRule[] {
  if (comparison === undefined) return [];
  const { type, of, pp } = rule;
  const { baseline, sameWeights } = comparison;
  const what = listed(of, "or");
  const describe = (where: string) => ({
    rule: `${where}: ${what} not more often than ${baseline} by more than ${plain(pp)} pp`,
    type,
  });
  const flaws = new Set(of.flatMap((rate) => COUNTED_AS[rate]));
  return checkScopes(selectTasks(rule, tasksOfBoth(scores, comparison)), { rule, level }, describe, (scope, at) => {
    const { pairs, problem } = pairsOf(scope.tasks, comparison);
    if (problem !== undefined) return notMeasured(problem);
    const marks = (missing: MissingItems) => pairs.flatMap((pair) => usefulMarks(pair, flaws, missing));
    const unanswered = pairs.find((pair) => usefulMarks(pair, flaws, "left-out").length === 0);
    if (unanswered !== undefined) return notMeasured(`no item of ${unanswered.task.name} was answered on both sides`);
    return answer(rule, {
      judge: (missing) => judgeIncrease(marks(missing), rule, baseline, at),
      missing: countMissing(marks),
      sameWeights,
      seen: `rise above ${plain(pp)} pp`,
    });
  });
}

/** An increase of the flawed is a loss of the useful; numbers are told of the flawed. */
function judgeIncrease(
  marks: readonly PairedMark[],
  { pp, basis, of }: RuleOf<"max-rate-increase">,
  baseline: string,
  level: DecidingLevel,
): Finding {
  const found = holdAgainst(marks, { goal: "non-inferiority", margin: pp / 100, level });
  const flawed = (side: "baseline" | "candidate") => marks.filter((mark) => mark[side] === "wrong").length;
  const [before, after, n] = [flawed("baseline"), flawed("candidate"), marks.length];
  const estimate = (100 * (after - before)) / n;
  const numbers = { n, estimate, threshold: pp, unit: "pp" } as const;
  const counts = `${plain(before, 0)} → ${plain(after, 0)} of n = ${plain(n, 0)}`;
  const [lower, upper] = [-100 * found.upper, -100 * found.lower];
  const finding: Finding =
    basis === "point"
      ? {
          ...numbers,
          outcome: estimate <= pp + ROUNDING ? "pass" : "fail",
          basis: "point estimate",
          explanation: `point estimate ${signed(estimate, 1)} pp: ${counts}`,
        }
      : {
          ...numbers,
          outcome: found.outcome,
          basis: "interval",
          method: found.method,
          lower,
          upper,
          p: found.p,
          explanation: `${signed(estimate, 1)} pp, ${found.method} interval [${signed(lower, 1)}, ${signed(upper, 1)}] pp: ${counts}`,
          ...(found.outcome === "inconclusive" ? outlookOn(found.needed()) : {}),
        };
  const useful = n - before;
  return nothingToLose(finding, {
    baseline,
    score: useful / n,
    detail: `${plain(useful, 0)} of ${plain(n, 0)} answers that aren't ${listed(of, "or")}`,
    floor: 0,
    margin: pp / 100,
    marginWords: `${plain(pp)} pp`,
  });
}

/** Pairs of answers, "right" where there is none of the flaws. Without an assumption those that both sides answered. */
function usefulMarks(
  { baseline, candidate, alignment }: PairedTask,
  flaws: ReadonlySet<ItemOutcome>,
  missing: MissingItems,
): readonly PairedMark[] {
  const markOf = (scores: TaskScores, index: number): PairedMark["baseline"] => {
    const outcome = scores.outcome(index);
    if (COUNTED_AS.missing.includes(outcome)) return "missing";
    return flaws.has(outcome) ? "wrong" : "right";
  };
  return alignment.pairs.flatMap(([left, right]) => {
    const [before, after] = [markOf(baseline, left), markOf(candidate, right)];
    const known = baseline.outcome(left) !== "absent" || candidate.outcome(right) !== "absent";
    if (missing === "left-out" && (before === "missing" || after === "missing")) return [];
    return {
      item: baseline.items.ids[left] ?? String(left),
      baseline: before === "missing" ? "right" : before,
      candidate: after === "missing" ? "wrong" : after,
      subject: undefined,
      group: known ? groupOf(baseline, candidate, left, right) : undefined,
    };
  });
}
