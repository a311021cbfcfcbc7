import { type MissingItems, marksAssuming, valuesAssuming } from "../analyze/worst-case.ts";
import { plain } from "../domain/write-number.ts";
import type { ResolvedTask } from "../spec/resolved.ts";
import { judgeAccuracyMargin } from "./accuracy-margin.ts";
import {
  componentsOf,
  countMissing,
  type Evidence,
  metricWords,
  pairsOf,
  readerOf,
  tasksOfBoth,
  whyUnscored,
} from "./evidence.ts";
import { exceptSameWeights, notMeasured, withMissing } from "./finding.ts";
import type { AccuracyRule, MetricRule } from "./policy-schema.ts";
import { judgeRelativeMargin } from "./relative-margin.ts";
import { checkScopes, selectChoices, selectTexts } from "./scope.ts";
import type { CheckedRule } from "./verdict.ts";

type MarginType = "max-loss" | "equivalence";

/** `max-loss` and `equivalence` on accuracy: a margin in percentage points on paired answers. */
export function checkAccuracyMargin(
  rule: AccuracyRule<MarginType>,
  { comparison, scores, seed, level }: Evidence,
): readonly CheckedRule[] {
  if (comparison === undefined) return [];
  const { type, pp, basis, subject } = rule;
  const describe = (label: string) => ({
    rule: `${label}: accuracy ${marginWords(type, comparison.baseline, `${plain(pp)} pp`)}`,
    type,
    metric: "accuracy",
    ...(subject === undefined ? {} : { subject }),
  });
  return checkScopes(selectChoices(rule, tasksOfBoth(scores, comparison)), describe, ({ tasks }) => {
    const { pairs, problem } = pairsOf(tasks, comparison);
    if (problem !== undefined) return notMeasured(problem);
    const collect = (missing: MissingItems) => pairs.flatMap((pair) => marksAssuming(pair, missing, subject));
    const unanswered = pairs.find((pair) => marksAssuming(pair, "left-out").length === 0);
    if (unanswered !== undefined) return notMeasured(`no item of ${unanswered.task.name} was answered on both sides`);
    const finding = withMissing(
      (missing) => judgeAccuracyMargin(collect(missing), { goal: goalOf(type), pp, basis, seed, level }),
      countMissing(collect),
      assumptionsOf(type),
    );
    return exceptSameWeights(finding, comparison.sameWeights);
  });
}

/** `max-loss` and `equivalence` on generated texts: a margin in percent of the baseline's mean on paired scores. */
export function checkMetricMargin(
  rule: MetricRule<MarginType>,
  { comparison, scores, facts, level }: Evidence,
): readonly CheckedRule[] {
  if (comparison === undefined) return [];
  const { type, metric, percent, basis } = rule;
  const components = (task: ResolvedTask): readonly string[] => componentsOf(metric, task, facts);
  const describe = (label: string) => ({
    rule: `${label}: ${metricWords(metric)} ${marginWords(type, comparison.baseline, `${plain(percent)} %`)}`,
    type,
    metric,
  });
  const selection = selectTexts(rule, tasksOfBoth(scores, comparison), (task) => components(task).length > 0);
  return checkScopes(selection, describe, ({ tasks }) => {
    const { pairs, problem } = pairsOf(tasks, comparison);
    const onBaseline = whyUnscored(
      pairs.map((pair) => pair.baseline),
      components,
    );
    const reason =
      problem ??
      whyUnscored(
        pairs.map((pair) => pair.candidate),
        components,
      ) ??
      (onBaseline === undefined ? undefined : `on the baseline ${onBaseline}`);
    if (reason !== undefined) return notMeasured(reason);
    const collect = (missing: MissingItems) => pairs.flatMap((pair) => valuesAssuming(pair, readerOf(metric), missing));
    const finding = withMissing(
      (missing) => judgeRelativeMargin(collect(missing), { goal: goalOf(type), percent, basis, level }),
      countMissing(collect),
      assumptionsOf(type),
    );
    return exceptSameWeights(finding, comparison.sameWeights);
  });
}

function goalOf(type: MarginType): "non-inferiority" | "equivalence" {
  return type === "equivalence" ? "equivalence" : "non-inferiority";
}

/** A change in either direction breaks equivalence, so missing items may count either way. */
function assumptionsOf(type: MarginType): readonly MissingItems[] {
  return type === "equivalence" ? ["against", "in-favour"] : ["against"];
}

function marginWords(type: MarginType, baseline: string, margin: string): string {
  return type === "max-loss"
    ? `not worse than ${baseline} by more than ${margin}`
    : `equivalent to ${baseline} within ${margin}`;
}
