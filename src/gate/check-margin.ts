import type { PairedTask } from "../analyze/compare.ts";
import { guessingOf } from "../analyze/near-random.ts";
import type { PairedMark } from "../analyze/paired-accuracy.ts";
import type { PairedValue } from "../analyze/paired-mean.ts";
import { type MissingItems, marksAssuming, valuesAssuming } from "../analyze/worst-case.ts";
import { plain } from "../domain/write-number.ts";
import type { ResolvedTask } from "../spec/resolved.ts";
import { judgeAccuracyMargin } from "./accuracy-margin.ts";
import {
  type Comparison,
  componentsOf,
  countMissing,
  type Evidence,
  metricWords,
  pairsOf,
  readerOf,
  tasksOfBoth,
  whyUnscored,
} from "./evidence.ts";
import { answer, notMeasured } from "./finding.ts";
import type { AccuracyRule, ExactRule, MetricRule } from "./policy-schema.ts";
import { judgeRelativeMargin } from "./relative-margin.ts";
import { checkScopes, selectChoices, selectTexts } from "./scope.ts";
import type { CheckedRule } from "./verdict.ts";

type MarginType = "max-loss" | "equivalence";

/** `max-loss` and `equivalence` on accuracy: a margin in percentage points on paired answers. */
export function checkAccuracyMargin(
  rule: AccuracyRule<MarginType>,
  { comparison, scores, level }: Evidence,
): readonly CheckedRule[] {
  if (comparison === undefined) return [];
  const { type, pp, basis, subject } = rule;
  const { baseline, sameWeights } = comparison;
  const describe = (label: string) => ({
    rule: `${label}: accuracy ${marginWords(type, baseline, `${plain(pp)} pp`)}`,
    type,
    metric: "accuracy",
    ...(subject === undefined ? {} : { subject }),
  });
  return checkScopes(selectChoices(rule, tasksOfBoth(scores, comparison)), { rule, level }, describe, (scope, at) => {
    const { pairs, problem } = pairsOf(scope.tasks, comparison);
    if (problem !== undefined) return notMeasured(problem);
    const marks = (missing: MissingItems) => pairs.flatMap((pair) => marksAssuming(pair, missing, subject));
    const unanswered = pairs.find((pair) => marksAssuming(pair, "left-out").length === 0);
    if (unanswered !== undefined) return notMeasured(`no item of ${unanswered.task.name} was answered on both sides`);
    const margin = {
      goal: goalOf(type),
      pp,
      basis,
      level: at,
      floor: guessingOf(pairs.map((pair) => pair.baseline)),
      baseline,
    };
    return answer(rule, {
      judge: (missing) => judgeAccuracyMargin(marks(missing), margin),
      missing: countMissing(marks),
      otherwise: assumptionsOf(type),
      sameWeights,
      seen: changeWords(type, `${plain(pp)} pp`),
    });
  });
}

/** `max-loss` and `equivalence` on exact matches, which are right or wrong as answers to questions are: a margin in percentage points. */
export function checkExactMargin(
  rule: ExactRule<MarginType>,
  { comparison, scores, facts, level }: Evidence,
): readonly CheckedRule[] {
  if (comparison === undefined) return [];
  const { type, metric, pp, basis } = rule;
  const { baseline, sameWeights } = comparison;
  const components = (task: ResolvedTask): readonly string[] => componentsOf(metric, task, facts);
  const describe = (label: string) => ({
    rule: `${label}: exact match ${marginWords(type, baseline, `${plain(pp)} pp`)}`,
    type,
    metric,
  });
  const selection = selectTexts(rule, tasksOfBoth(scores, comparison), (task) => components(task).length > 0);
  return checkScopes(selection, { rule, level }, describe, ({ tasks }, at) => {
    const { pairs, reason } = scoredPairsOf(tasks, comparison, components);
    if (reason !== undefined) return notMeasured(reason);
    const marks = (missing: MissingItems) =>
      pairs.flatMap((pair) => valuesAssuming(pair, readerOf(metric), missing)).map(exactMark);
    return answer(rule, {
      judge: (missing) =>
        judgeAccuracyMargin(marks(missing), { goal: goalOf(type), pp, basis, level: at, floor: 0, baseline }),
      missing: countMissing(marks),
      otherwise: assumptionsOf(type),
      sameWeights,
      seen: changeWords(type, `${plain(pp)} pp`),
    });
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
  return checkScopes(selection, { rule, level }, describe, ({ tasks }, at) => {
    const { pairs, reason } = scoredPairsOf(tasks, comparison, components);
    if (reason !== undefined) return notMeasured(reason);
    const collect = (missing: MissingItems) => pairs.flatMap((pair) => valuesAssuming(pair, readerOf(metric), missing));
    return answer(rule, {
      judge: (missing) => judgeRelativeMargin(collect(missing), { goal: goalOf(type), percent, basis, level: at }),
      missing: countMissing(collect),
      otherwise: assumptionsOf(type),
      sameWeights: comparison.sameWeights,
      seen: changeWords(type, `${plain(percent)} %`),
    });
  });
}

/** The pairs of some generation tasks, or why they can't be compared by the metrics that each of them declares. */
function scoredPairsOf(
  tasks: readonly ResolvedTask[],
  comparison: Comparison,
  components: (task: ResolvedTask) => readonly string[],
): { readonly pairs: readonly PairedTask[]; readonly reason?: string } {
  const { pairs, problem } = pairsOf(tasks, comparison);
  const onCandidate = whyUnscored(
    pairs.map((pair) => pair.candidate),
    components,
  );
  const onBaseline = whyUnscored(
    pairs.map((pair) => pair.baseline),
    components,
  );
  const reason = problem ?? onCandidate ?? (onBaseline === undefined ? undefined : `on the baseline ${onBaseline}`);
  return { pairs, ...(reason === undefined ? {} : { reason }) };
}

function exactMark({ item, group, baseline, candidate }: PairedValue): PairedMark {
  return { item, group, subject: undefined, baseline: rightAt(baseline), candidate: rightAt(candidate) };
}

function rightAt(score: number | undefined): "right" | "wrong" {
  return score === 1 ? "right" : "wrong";
}

function goalOf(type: MarginType): "non-inferiority" | "equivalence" {
  return type === "equivalence" ? "equivalence" : "non-inferiority";
}

/** A change in either direction breaks equivalence, so missing items may count either way. */
function assumptionsOf(type: MarginType): readonly MissingItems[] {
  return type === "equivalence" ? ["against", "in-favour"] : ["against"];
}

/** What a guard of such a margin watches for. */
function changeWords(type: MarginType, margin: string): string {
  return type === "max-loss" ? `loss above ${margin}` : `change above ${margin}`;
}

function marginWords(type: MarginType, baseline: string, margin: string): string {
  return type === "max-loss"
    ? `not worse than ${baseline} by more than ${margin}`
    : `equivalent to ${baseline} within ${margin}`;
}
