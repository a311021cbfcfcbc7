import type { DecidingLevel } from "../domain/deciding-level.ts";
import { plain } from "../domain/write-number.ts";
import type { ResolvedTask } from "../spec/resolved.ts";
import { itemsNeeded, minimumDetectableEffect } from "../stats/power.ts";
import { componentsOf, metricWords } from "./evidence.ts";
import { POWER } from "./finding.ts";
import { itemsToDecideMean, pairsWithoutFlips } from "./items-to-decide.ts";
import { planRules, type RulePower } from "./plan-rules.ts";
import type { Policy } from "./policies.ts";
import type { AccuracyRule, MetricRule } from "./policy-schema.ts";
import { selectChoices, selectTexts } from "./scope.ts";
import { items } from "./wording.ts";

/** What a run of this size can decide, told before it starts. Power 80 %. */
export interface PowerPlan {
  /** One-sided. */
  readonly alpha: number;
  readonly tasks: readonly TaskPower[];
  /** The policy's margins. */
  readonly margins: readonly MarginPower[];
  /** The policy's other rules that an interval decides. */
  readonly rules: readonly RulePower[];
  /** Each rule that this many items aren't likely to decide, with the number that could. */
  readonly warnings: readonly string[];
}

/** A multiple-choice task: the least loss of accuracy that is likely to be noticed. */
export interface TaskPower {
  readonly task: string;
  readonly items: number;
  readonly detectableLoss: readonly { readonly discordance: number; readonly pp: number }[];
}

export interface MarginPower {
  readonly label: string;
  readonly metric: string;
  readonly goal: "max-loss" | "equivalence";
  readonly items: number;
  /** Of the margin, in percentage points or in percent of the baseline's mean. */
  readonly margin: number;
  readonly unit: "pp" | "% of baseline";
  /** Items that are needed for a variant that truly loses nothing, under assumptions named in words. */
  readonly needed: readonly { readonly assumption: string; readonly items: number }[];
  /** There are enough items for accuracy when 5 % of them flip, for a metric when no score changes. */
  readonly decidable: boolean;
}

/** Assumed shares of items that are right on one side only: a good 8-bit and a good 4-bit quantization, roughly. */
const ASSUMED_DISCORDANCE = [0.05, 0.1] as const;
/** Assumed means of a baseline's scores. */
const ASSUMED_MEANS = [0.8, 0.5] as const;

/** What the tasks of a spec can decide by a policy. Margins on point estimates are always decided and aren't listed. */
export function planPower(tasks: readonly ResolvedTask[], policy: Policy, level: DecidingLevel): PowerPlan {
  const margins = policy.rules.flatMap((rule) => {
    if ((rule.type !== "max-loss" && rule.type !== "equivalence") || rule.basis === "point") return [];
    // A guard decides nothing for a variant that loses nothing.
    if (rule.guard === true || ("pp" in rule && rule.metric !== "accuracy")) return [];
    return rule.metric === "accuracy" ? accuracyMargins(rule, tasks, level) : metricMargins(rule, tasks, level);
  });
  const rules = planRules(tasks, policy, level);
  return {
    tasks: tasks.filter((task) => task.type === "multiple-choice").map((task) => taskPower(task, level)),
    alpha: level.alpha,
    margins,
    rules,
    warnings: [
      ...unmeasured(tasks, policy),
      ...margins.filter((margin) => !margin.decidable).map(warningOf),
      ...rules.filter((rule) => !rule.decidable).map(ruleWarning),
    ],
  };
}

/** Rules that will fail closed, because no task of the run yields what they ask about. */
function unmeasured(tasks: readonly ResolvedTask[], { rules }: Policy): readonly string[] {
  return rules.flatMap((rule) => {
    if (rule.type !== "min-score" && rule.type !== "max-loss" && rule.type !== "equivalence") return [];
    const { scopes, label, mayBeEmpty } =
      rule.metric === "accuracy" ? selectChoices(rule, tasks) : selectTexts(rule, tasks, countsFor(rule.metric));
    return scopes.length > 0 || mayBeEmpty
      ? []
      : [
          `${label}: no task of the run yields ${metricWords(rule.metric)}, so rule ${rule.type} will fail every variant`,
        ];
  });
}

/** Whether a task's plan declares the metric; before the run its items are taken to have references. */
function countsFor(metric: string): (task: ResolvedTask) => boolean {
  return (task) => componentsOf(metric, task, new Map()).length > 0;
}

function taskPower({ name, items: count }: ResolvedTask, { alpha }: DecidingLevel): TaskPower {
  return {
    task: name,
    items: count,
    detectableLoss: ASSUMED_DISCORDANCE.map((discordance) => ({
      discordance,
      pp: 100 * minimumDetectableEffect({ design: "paired", items: count, discordance, alpha, power: POWER }),
    })),
  };
}

function accuracyMargins(
  rule: AccuracyRule<"max-loss" | "equivalence">,
  tasks: readonly ResolvedTask[],
  level: DecidingLevel,
): readonly MarginPower[] {
  const margin = rule.pp / 100;
  const goal = rule.type === "equivalence" ? "equivalence" : "non-inferiority";
  // Before the run nobody knows how many items a subject has.
  if (margin === 0 || rule.subject !== undefined) return [];
  return selectChoices(rule, tasks).scopes.map((scope) => {
    const count = scope.tasks.reduce((sum, task) => sum + task.items, 0);
    const needed = [
      { assumption: "no item flips", items: pairsWithoutFlips(margin, level) },
      ...ASSUMED_DISCORDANCE.map((discordance) => ({
        assumption: `${plain(100 * discordance)} % of the items flip, as many each way`,
        items: itemsNeeded({ discordance, margin, alpha: level.alpha, power: POWER, goal }),
      })),
    ];
    return {
      label: scope.label,
      metric: rule.metric,
      goal: rule.type,
      items: count,
      margin: rule.pp,
      unit: "pp",
      needed,
      decidable: count >= (needed[1]?.items ?? 0),
    };
  });
}

function metricMargins(
  rule: MetricRule<"max-loss" | "equivalence">,
  tasks: readonly ResolvedTask[],
  level: DecidingLevel,
): readonly MarginPower[] {
  if (rule.percent === 0) return [];
  return selectTexts(rule, tasks, countsFor(rule.metric)).scopes.map((scope) => {
    const count = scope.tasks.reduce((sum, task) => sum + task.items, 0);
    const needed = ASSUMED_MEANS.map((mean) => ({
      assumption: `no score changes and the baseline's mean is ${plain(mean)}`,
      items: itemsWithoutChange(rule.percent, mean, level),
    }));
    return {
      label: scope.label,
      metric: rule.metric,
      goal: rule.type,
      items: count,
      margin: rule.percent,
      unit: "% of baseline",
      needed,
      decidable: count >= (needed[0]?.items ?? 0),
    };
  });
}

/** Items that the betting interval needs to exclude a loss of `percent` of the baseline's mean when every score stays as it was. */
export function itemsWithoutChange(percent: number, mean: number, level: DecidingLevel): number {
  const delta = percent / 100;
  return itemsToDecideMean([delta * mean], { lower: -(1 - delta), upper: 1 }, level) ?? Number.POSITIVE_INFINITY;
}

function ruleWarning({ label, rule, items: count, needed }: RulePower): string {
  const assumptions = needed
    .map((each) =>
      each.items === Number.POSITIVE_INFINITY
        ? `no number if ${each.assumption}`
        : `${plain(each.items, 0)} if ${each.assumption}`,
    )
    .join(", ");
  return `${label}: ${items(count)} aren't likely to decide ${rule}; it takes about ${assumptions}`;
}

function warningOf({ label, metric, items: count, margin, unit, needed }: MarginPower): string {
  const assumptions = needed.map((each) => `${plain(each.items, 0)} if ${each.assumption}`).join(", ");
  return `${label}: ${items(count)} aren't likely to decide a margin of ${plain(margin)} ${unit === "pp" ? "pp" : "%"} on ${metricWords(metric)}; it takes about ${assumptions}`;
}
