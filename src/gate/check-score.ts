import type { TaskScores } from "../analyze/task-scores.ts";
import { type MissingItems, ownMarksAssuming, ownValuesAssuming } from "../analyze/worst-case.ts";
import { plain } from "../domain/write-number.ts";
import type { ResolvedTask } from "../spec/resolved.ts";
import { componentsOf, countMissing, type Evidence, metricWords, readerOf, tasksOf, whyUnscored } from "./evidence.ts";
import { answer, notMeasured } from "./finding.ts";
import { judgeMeans, judgeShare } from "./minimum.ts";
import type { AccuracyRule, MetricRule } from "./policy-schema.ts";
import { checkScopes, type Scope, selectChoices, selectTexts } from "./scope.ts";
import type { CheckedRule } from "./verdict.ts";

/** `min-score` on accuracy: right answers among those that count. */
export function checkMinAccuracy(rule: AccuracyRule<"min-score">, { scores, level }: Evidence): readonly CheckedRule[] {
  const { type, atLeast, subject } = rule;
  const describe = (label: string) => ({
    rule: `${label}: accuracy at least ${plain(atLeast)}`,
    type,
    metric: "accuracy",
    ...(subject === undefined ? {} : { subject }),
  });
  return checkScopes(selectChoices(rule, tasksOf(scores)), { rule, level }, describe, (scope, at) => {
    const tasks = scoresOf(scope, scores);
    const marks = (missing: MissingItems) => tasks.flatMap((task) => ownMarksAssuming(task, missing, subject));
    const unanswered = tasks.find((task) => ownMarksAssuming(task, "left-out").length === 0);
    if (unanswered !== undefined) return notMeasured(`no item of ${unanswered.task.name} was answered`);
    if (marks("left-out").length === 0) return notMeasured(`no item of subject ${subject ?? ""} was answered`);
    return answer(rule, {
      judge: (missing) => judgeShare(marks(missing), rule, at),
      missing: countMissing(marks),
      seen: `accuracy below ${plain(atLeast)}`,
    });
  });
}

/** `min-score` on a metric, the composite or the key metric average. */
export function checkMinMetric(
  rule: MetricRule<"min-score">,
  { scores, facts, level, comparison, encoder }: Evidence,
): readonly CheckedRule[] {
  const { type, metric, atLeast } = rule;
  const components = (task: ResolvedTask): readonly string[] => componentsOf(metric, task, facts);
  const describe = (label: string) => ({
    rule: `${label}: ${metricWords(metric)} at least ${plain(atLeast)}`,
    type,
    metric,
  });
  const selection = selectTexts(rule, tasksOf(scores), (task) => components(task).length > 0);
  return checkScopes(selection, { rule, level }, describe, (scope, at) => {
    const tasks = scoresOf(scope, scores);
    const unscored = whyUnscored(tasks, components);
    if (unscored !== undefined) return notMeasured(unscored);
    const names = [...new Set(scope.tasks.flatMap(components))].sort();
    const columns = (missing: MissingItems) =>
      names.map((name) =>
        tasks
          .filter(({ task }) => components(task).includes(name))
          .flatMap((task) => ownValuesAssuming(task, readerOf(name), missing, comparison?.pairs.get(task.task.name))),
      );
    const counted = columns("against");
    const missing = columns("left-out").map((values, index) => (counted[index]?.length ?? 0) - values.length);
    const other = otherEncoder(rule.encoder, encoder);
    const finding = answer(rule, {
      judge: (assumption) => judgeMeans(columns(assumption), rule, at),
      missing: Math.max(...missing),
      seen: `${metricWords(metric)} below ${plain(atLeast)}`,
    });
    return other === undefined ? finding : { ...finding, explanation: `${finding.explanation}; ${other}` };
  });
}

/** A minimum that was set on another encoder's scale says little: what one calls 0.80 another may call 0.95. */
function otherEncoder(published: string | undefined, used: string): string | undefined {
  const bare = (name: string): string => name.split("@")[0]?.split("/").at(-1) ?? name;
  if (published === undefined || bare(published) === bare(used)) return undefined;
  return `the minimum was set with ${bare(published)}, the scores are ${bare(used)}'s: their scales differ`;
}

function scoresOf({ tasks }: Scope, scores: Evidence["scores"]): readonly TaskScores[] {
  return tasks.flatMap((task) => scores.get(task.name) ?? []);
}
