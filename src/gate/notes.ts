import type { VariantSummary } from "../analyze/summary.ts";
import { valuesAssuming } from "../analyze/worst-case.ts";
import { plain } from "../domain/write-number.ts";
import { componentsOf, type Evidence, KEY_METRIC_AVERAGE, metricWords, readerOf, tasksOf } from "./evidence.ts";
import type { Rule } from "./policy-schema.ts";
import { compressedBy } from "./relative-margin.ts";
import type { CheckedRule } from "./verdict.ts";
import { items } from "./wording.ts";

/** What a reader of a verdict must know beside the rules. */
export function notesOn(
  evidence: Evidence,
  policyRules: readonly Rule[],
  checked: readonly CheckedRule[],
): readonly string[] {
  if (evidence.comparison === undefined) return baselineNotes(checked);
  return [
    ...(evidence.comparison.sameWeights === undefined ? [] : [evidence.comparison.sameWeights]),
    ...(evidence.comparison.confounder === undefined ? [] : [evidence.comparison.confounder]),
    ...pairingNotes(evidence),
    ...missingNotes(evidence.variant),
    ...notComparedNotes(evidence, policyRules),
    ...compressedNotes(evidence, policyRules),
    ...(checked.some((rule) => rule.itemsNeeded !== undefined)
      ? [
          "The numbers of items that would decide assume that further items are like these. Adding items and looking again is peeking: the next run is exploratory unless `looks` was declared in the spec before this one.",
        ]
      : []),
  ];
}

function baselineNotes(checked: readonly CheckedRule[]): readonly string[] {
  return checked
    .filter(({ outcome }) => outcome !== "pass" && outcome !== "not-told")
    .map((rule) => `The baseline itself ${rule.outcome === "fail" ? "misses" : "may miss"} a rule: ${rule.rule}`);
}

/** What alignment left out, and signs that both sides may be the same model. */
function pairingNotes({ comparison, variant }: Evidence): readonly string[] {
  const pairs = [...(comparison?.pairs.values() ?? [])];
  const unmatched = pairs.reduce((sum, { alignment }) => sum + alignment.unmatched, 0);
  const reworded = pairs.reduce((sum, { alignment }) => sum + alignment.differentPrompt, 0);
  const { changedAnswers = 0, comparedAnswers = 0 } = variant.comparison ?? {};
  const identical = comparedAnswers > 0 && changedAnswers === 0 && comparison?.sameWeights === undefined;
  return [
    ...(unmatched === 0 ? [] : [`${items(unmatched)} on one side only, left out of the comparison`]),
    ...(reworded === 0
      ? []
      : [
          `${items(reworded)} asked in different words on the two sides, left out of the comparison; a template that changed confounds it`,
        ]),
    ...(identical && variant.weightsDigest === undefined
      ? [
          `All ${plain(comparedAnswers, 0)} answers are the baseline's, and the backend doesn't tell a digest of the weights: make sure that it isn't the same model under another name`,
        ]
      : []),
  ];
}

function missingNotes({ tasks }: VariantSummary): readonly string[] {
  return tasks.flatMap((task) => {
    const missing = task.items - task.scored;
    if (missing === 0) return [];
    const causes = Object.entries(task.missing)
      .filter(([, count]) => count > 0)
      .map(([cause, count]) => `${plain(count, 0)} ${cause}`);
    return [`${task.task}: ${items(missing)} of ${plain(task.items, 0)} missing (${causes.join(", ")})`];
  });
}

/** A rule about every multiple-choice task says nothing where there is none; that mustn't go unnoticed. */
function notComparedNotes({ scores }: Evidence, rules: readonly Rule[]): readonly string[] {
  const asked = rules.some((rule) => rule.type === "max-loss" && rule.metric === "accuracy");
  const there = tasksOf(scores).some((task) => task.type === "multiple-choice");
  return asked && !there ? ["The run has no multiple-choice task: accuracy wasn't compared"] : [];
}

/** A margin in percent of a mean says little about a metric whose scores hardly vary. */
function compressedNotes({ comparison, facts }: Evidence, rules: readonly Rule[]): readonly string[] {
  const pairs = [...(comparison?.pairs.values() ?? [])];
  const notes = rules.flatMap((rule) => {
    if ((rule.type !== "max-loss" && rule.type !== "equivalence") || rule.metric === "accuracy" || "pp" in rule)
      return [];
    const components = pairs.flatMap((pair) => componentsOf(rule.metric, pair.task, facts));
    const names = rule.metric === KEY_METRIC_AVERAGE ? [...new Set(components), rule.metric] : [rule.metric];
    return names.flatMap((name) => {
      const baseline = pairs
        .filter(({ task }) => name === KEY_METRIC_AVERAGE || componentsOf(name, task, facts).length > 0)
        .filter(({ task }) => task.type === "generation")
        .flatMap((pair) => valuesAssuming(pair, readerOf(name), "left-out"))
        .map((value) => value.baseline ?? 0);
      const compressed = compressedBy(baseline, rule.percent);
      if (compressed === undefined) return [];
      const { margin, deviation } = compressed;
      return [
        `${plain(rule.percent)} % of the baseline's mean ${metricWords(name)} is ${plain(margin)}, more than half of its standard deviation (${plain(deviation)}, n = ${plain(baseline.length, 0)}): on so compressed a scale the margin is wide`,
      ];
    });
  });
  return [...new Set(notes)];
}
