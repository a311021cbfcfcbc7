import type { DecidingLevel } from "../domain/deciding-level.ts";
import { plain } from "../domain/write-number.ts";
import type { ResolvedTask } from "../spec/resolved.ts";
import { normalQuantile } from "../stats/distributions.ts";
import { itemsNeeded } from "../stats/power.ts";
import { componentsOf, metricWords } from "./evidence.ts";
import { POWER } from "./finding.ts";
import { itemsToDecideMean } from "./items-to-decide.ts";
import type { Policy } from "./policies.ts";
import type { Rule, RuleOf } from "./policy-schema.ts";
import { selectChoices, selectTexts } from "./scope.ts";

/** A rule that is no margin, on one task or pool: what an interval needs to decide it. */
export interface RulePower {
  readonly label: string;
  /** As a sentence has it: "accuracy at least 0.5". */
  readonly rule: string;
  readonly items: number;
  /** Items that are needed under assumptions named in words, the kindest first. */
  readonly needed: readonly { readonly assumption: string; readonly items: number }[];
  /** There are enough items for the last of them. */
  readonly decidable: boolean;
}

/** By how much a score is assumed to lie above its minimum. */
const ABOVE = 0.05;

/** What minima and flips on an interval need; rules on point estimates and guards are always decided. */
export function planRules(
  tasks: readonly ResolvedTask[],
  { rules }: Pick<Policy, "rules">,
  level: DecidingLevel,
): readonly RulePower[] {
  return rules.flatMap((rule) => {
    if ((rule.type !== "min-score" && rule.type !== "max-flips") || rule.basis === "point" || isGuard(rule)) return [];
    // Before the run nobody knows how many items a subject has.
    if ("subject" in rule && rule.subject !== undefined) return [];
    const scopes =
      rule.type === "max-flips" || rule.metric === "accuracy"
        ? selectChoices(rule, tasks).scopes
        : selectTexts(rule, tasks, (task) => componentsOf(rule.metric, task, new Map()).length > 0).scopes;
    return scopes.map((scope): RulePower => {
      const items = scope.tasks.reduce((sum, task) => sum + task.items, 0);
      const needed = rule.type === "max-flips" ? neededForFlips(rule, level) : neededForScore(rule, level);
      return {
        label: scope.label,
        rule:
          rule.type === "max-flips"
            ? `at most ${plain(rule.percent)} % flips`
            : `${metricWords(rule.metric)} at least ${plain(rule.atLeast)}`,
        items,
        needed,
        decidable: items >= Math.max(...needed.map((each) => each.items)),
      };
    });
  });
}

function isGuard(rule: Rule): boolean {
  return "guard" in rule && rule.guard === true;
}

/** Wilson's lower end with every answer right is n/(n + z²); of metrics the betting interval's, with every score alike. */
function neededForScore({ metric, atLeast }: RuleOf<"min-score">, level: DecidingLevel): RulePower["needed"] {
  const score = Math.min(1, atLeast + ABOVE);
  const [best, above] =
    metric === "accuracy"
      ? [wilsonBest(atLeast, level), shareAt(score, score - atLeast, level)]
      : [betting(1, atLeast, level), betting(score, atLeast, level)];
  return [
    { assumption: metric === "accuracy" ? "every answer is right" : "every score is 1", items: best },
    { assumption: `the score is ${plain(score)}`, items: Math.max(best, above) },
  ];
}

function neededForFlips({ percent }: RuleOf<"max-flips">, level: DecidingLevel): RulePower["needed"] {
  const share = percent / 100;
  const none = wilsonBest(1 - share, level);
  return [
    { assumption: "no item flips", items: none },
    { assumption: "half as many flip", items: Math.max(none, shareAt(share / 2, share / 2, level)) },
  ];
}

function wilsonBest(share: number, { alpha }: DecidingLevel): number {
  return share >= 1 ? Number.POSITIVE_INFINITY : Math.ceil((normalQuantile(1 - alpha) ** 2 * share) / (1 - share));
}

function shareAt(share: number, distance: number, { alpha }: DecidingLevel): number {
  if (distance <= 0) return Number.POSITIVE_INFINITY;
  return itemsNeeded({ discordance: share * (1 - share), margin: distance, alpha, power: POWER });
}

function betting(score: number, atLeast: number, level: DecidingLevel): number {
  return (
    itemsToDecideMean([score - atLeast], { lower: -atLeast, upper: 1 - atLeast }, level) ?? Number.POSITIVE_INFINITY
  );
}
