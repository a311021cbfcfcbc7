import type { PairedTask } from "../analyze/compare.ts";
import { guessingOf, isNearRandom } from "../analyze/near-random.ts";
import { estimateDifference } from "../analyze/paired-accuracy.ts";
import type { TaskScores } from "../analyze/task-scores.ts";
import { type MissingItems, marksAssuming, type OwnValue, ownMarksAssuming } from "../analyze/worst-case.ts";
import { DESCRIPTIVE, type DecidingLevel } from "../domain/deciding-level.ts";
import { plain, signed } from "../domain/write-number.ts";
import { countMissing, type Evidence, tasksOf, tasksOfBoth } from "./evidence.ts";
import { type Finding, notMeasured, withMissing } from "./finding.ts";
import { outlookOn } from "./items-to-decide.ts";
import type { RuleOf } from "./policy-schema.ts";
import { checkScopes, selectChoices } from "./scope.ts";
import { holdShare } from "./share-interval.ts";
import type { CheckedRule } from "./verdict.ts";
import { listed } from "./wording.ts";

/**
 * `not-near-random`: over the multiple-choice tasks at which the baseline itself is better than guessing, the lower end of the variant's 95 %
 * interval is above guessing. It fails only when it isn't and accuracy was significantly lost against the baseline: what the baseline can't do
 * either says nothing of a quantization.
 */
export function checkNearRandom(rule: RuleOf<"not-near-random">, evidence: Evidence): readonly CheckedRule[] {
  const { scores, comparison, level } = evidence;
  const describe = (label: string) => ({ rule: `${label}: better than guessing`, type: rule.type, metric: "accuracy" });
  const tasks = comparison === undefined ? tasksOf(scores) : tasksOfBoth(scores, comparison);
  const selection = { ...selectChoices({ over: "pooled" }, tasks), mayBeEmpty: true };
  return checkScopes(selection, { rule: {}, level }, describe, (scope) => {
    const sides = scope.tasks.map(({ name }) => ({
      name,
      ours: scores.get(name),
      theirs: (comparison?.scores ?? scores).get(name),
      pair: comparison?.pairs.get(name),
    }));
    const lacking = sides.find(({ ours, theirs }) => !isAnswered(ours) || !isAnswered(theirs));
    if (lacking !== undefined) return notMeasured(`no item of ${lacking.name} was answered on both sides`);
    const able = sides.filter(({ theirs }) => theirs !== undefined && isAboveGuessing(theirs));
    const unable = sides.filter((side) => !able.includes(side)).map(({ name }) => name);
    const who = comparison?.baseline ?? "it";
    if (able.length === 0) return undecidable(`${who} itself is no better than guessing at ${listed(unable, "and")}`);
    const ours = able.flatMap((side) => side.ours ?? []);
    const pairs = able.flatMap((side) => side.pair ?? []);
    const marks = (missing: MissingItems) => ours.flatMap((task) => ownMarksAssuming(task, missing));
    const aside =
      unable.length === 0 ? "" : `; without ${listed(unable, "and")}, where ${who} is no better than guessing`;
    return withMissing((missing) => {
      const finding = judgeAgainstChance(marks(missing), guessingOf(ours), highestChange(pairs, missing, level));
      return { ...finding, explanation: `${finding.explanation}${aside}` };
    }, countMissing(marks));
  });
}

/** `change`: the upper end of the deciding interval of accuracy against the baseline; absent where there is none. */
function judgeAgainstChance(marks: readonly OwnValue[], chance: number, change: number | undefined): Finding {
  const { interval, method, needed } = holdShare(marks, chance, DESCRIPTIVE);
  const [correct, n] = [marks.filter(({ value }) => value === 1).length, marks.length];
  const above = interval.lower > chance;
  const outcome = above ? "pass" : change !== undefined && change < 0 ? "fail" : "inconclusive";
  const lost =
    above || change === undefined
      ? ""
      : `; accuracy ${change < 0 ? "was lost" : "wasn't shown to be lost"} against the baseline (at most ${signed(100 * change, 1)} pp)`;
  return {
    outcome,
    basis: "interval",
    method,
    n,
    estimate: correct / n,
    ...interval,
    threshold: chance,
    unit: "score",
    explanation: `${plain(correct / n)}, ${method} interval [${plain(interval.lower)}, ${plain(interval.upper)}], guessing ${plain(chance)}: ${plain(correct, 0)} right of n = ${plain(n, 0)}${lost}`,
    ...(outcome === "inconclusive" ? outlookOn(needed()) : {}),
  };
}

function undecidable(reason: string): Finding {
  return {
    outcome: "inconclusive",
    basis: "none",
    nothingToLose: true,
    explanation: `${reason}, so nothing can be lost there; ask by continuation-logprob, or add tasks that it can do`,
  };
}

function highestChange(pairs: readonly PairedTask[], missing: MissingItems, level: DecidingLevel): number | undefined {
  const estimate = estimateDifference(
    pairs.flatMap((pair) => marksAssuming(pair, missing)),
    level,
  );
  return estimate.kind === "estimated" ? estimate.upper : undefined;
}

function isAnswered(scores: TaskScores | undefined): boolean {
  return scores !== undefined && ownMarksAssuming(scores, "left-out").length > 0;
}

function isAboveGuessing(scores: TaskScores): boolean {
  const marks = ownMarksAssuming(scores, "left-out");
  const correct = marks.filter(({ value }) => value === 1).length;
  return !isNearRandom({ correct, trials: marks.length, chance: guessingOf([scores]) });
}
