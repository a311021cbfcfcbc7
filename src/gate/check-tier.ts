import type { PairedTask } from "../analyze/compare.ts";
import { atLeastTier, type Changes, type TierResult, tierOf } from "../analyze/tier.ts";
import { type MissingItems, marksAssuming, valuesAssuming } from "../analyze/worst-case.ts";
import { signed } from "../domain/write-number.ts";
import { KEY_METRICS } from "../score/metrics-by-kind.ts";
import {
  componentsOf,
  countMissing,
  type Evidence,
  KEY_METRIC_AVERAGE,
  pairsOf,
  readerOf,
  tasksOfBoth,
  whyUnscored,
} from "./evidence.ts";
import { exceptSameWeights, type Finding, notMeasured, withMissing } from "./finding.ts";
import type { RuleOf } from "./policy-schema.ts";
import { selectChoices, selectTexts } from "./scope.ts";
import type { CheckedRule } from "./verdict.ts";

/** `min-tier`: a description by point estimates, worse of accuracy and generation. It can fail a variant and never pass it alone. */
export function checkTier(rule: RuleOf<"min-tier">, evidence: Evidence): readonly CheckedRule[] {
  const { comparison } = evidence;
  if (comparison === undefined) return [];
  const judge = (missing: MissingItems): Finding => judgeTier(tierAssuming(evidence, missing), rule);
  const finding = withMissing(judge, missingPairs(evidence));
  return [
    { rule: `tier ${rule.tier} or better`, type: rule.type, ...exceptSameWeights(finding, comparison.sameWeights) },
  ];
}

/**
 * The tier of a variant: accuracy pooled over its multiple-choice tasks of one protocol (the worst of several), generation by the key metric
 * average. None where a task that counts has nothing to compare.
 */
export function tierAssuming(evidence: Evidence, missing: MissingItems): TierResult {
  const { comparison } = evidence;
  if (comparison === undefined) return { kind: "none", reason: "a baseline has no tier" };
  const [choices, texts] = [choicesOf(evidence), textsOf(evidence)];
  const problem = choices.problem ?? texts.problem;
  if (problem !== undefined) return { kind: "none", reason: problem };
  const accuracy = choices.pools.map((pool) => accuracyChange(pool, missing));
  const generation = texts.pairs.length === 0 ? undefined : generationChange(texts.pairs, missing);
  if (accuracy.includes(undefined))
    return { kind: "none", reason: "no multiple-choice item was answered on both sides" };
  if (texts.pairs.length > 0 && generation === undefined)
    return { kind: "none", reason: "the baseline's key metric average is 0 or was not measured" };
  const changes: Changes = {
    ...(accuracy.length === 0 ? {} : { accuracyPp: Math.min(...accuracy.map((change) => change ?? 0)) }),
    ...(generation === undefined ? {} : { generationPercent: generation }),
  };
  return tierOf(changes);
}

function judgeTier(result: TierResult, { tier: required }: RuleOf<"min-tier">): Finding {
  if (result.kind === "none") return notMeasured(result.reason);
  const { tier, accuracyLossPp, generationLossPercent } = result;
  const changes = [
    ...(accuracyLossPp === undefined ? [] : [`accuracy ${signed(-accuracyLossPp, 1)} pp`]),
    ...(generationLossPercent === undefined ? [] : [`key metric average ${signed(-generationLossPercent, 1)} %`]),
  ];
  return {
    outcome: atLeastTier(tier, required) ? "pass" : "fail",
    basis: "point estimate",
    explanation: `point estimate ${tier}: ${changes.join(", ")}`,
  };
}

function accuracyChange(pool: readonly PairedTask[], missing: MissingItems): number | undefined {
  const marks = pool.flatMap((pair) => marksAssuming(pair, missing));
  if (marks.length === 0) return undefined;
  const net = marks.reduce(
    (sum, mark) => sum + Number(mark.candidate === "right") - Number(mark.baseline === "right"),
    0,
  );
  return (100 * net) / marks.length;
}

/**
 * Percent change of the key metric average as the published study forms it: the unweighted mean of the key metrics, each pooled over the items
 * of the tasks that declare it.
 */
function generationChange(pairs: readonly PairedTask[], missing: MissingItems): number | undefined {
  let [before, after] = [0, 0];
  for (const metric of KEY_METRICS) {
    const declaring = pairs.filter(
      (pair) => pair.baseline.metrics().includes(metric) || pair.candidate.metrics().includes(metric),
    );
    const values = declaring.flatMap((pair) => valuesAssuming(pair, readerOf(metric), missing));
    if (values.length === 0) continue;
    before += values.reduce((sum, value) => sum + (value.baseline ?? 0), 0) / values.length;
    after += values.reduce((sum, value) => sum + (value.candidate ?? 0), 0) / values.length;
  }
  return before === 0 ? undefined : 100 * (after / before - 1);
}

function choicesOf({ scores, comparison }: Evidence) {
  if (comparison === undefined) return { pools: [] };
  const found = selectChoices({ over: "pooled" }, tasksOfBoth(scores, comparison)).scopes.map((scope) =>
    pairsOf(scope.tasks, comparison),
  );
  const problem = found.find((each) => each.problem !== undefined)?.problem;
  return { pools: found.map((each) => each.pairs), ...(problem === undefined ? {} : { problem }) };
}

function textsOf({ scores, comparison, facts }: Evidence) {
  if (comparison === undefined) return { pairs: [] };
  const components = (task: Parameters<typeof componentsOf>[1]) => componentsOf(KEY_METRIC_AVERAGE, task, facts);
  const selection = selectTexts(
    { over: "pooled" },
    tasksOfBoth(scores, comparison),
    (task) => components(task).length > 0,
  );
  const { pairs, problem: lacking } = pairsOf(
    selection.scopes.flatMap((scope) => scope.tasks),
    comparison,
  );
  const problem =
    lacking ??
    whyUnscored(
      pairs.flatMap((pair) => [pair.candidate, pair.baseline]),
      components,
    );
  return { pairs, ...(problem === undefined ? {} : { problem }) };
}

function missingPairs(evidence: Evidence): number {
  const [choices, texts] = [choicesOf(evidence), textsOf(evidence)];
  return (
    countMissing((missing) => choices.pools.flat().flatMap((pair) => marksAssuming(pair, missing))) +
    countMissing((missing) =>
      texts.pairs.flatMap((pair) => valuesAssuming(pair, readerOf(KEY_METRIC_AVERAGE), missing)),
    )
  );
}
