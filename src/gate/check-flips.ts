import { type MissingItems, marksAssuming, type OwnValue } from "../analyze/worst-case.ts";
import type { DecidingLevel } from "../domain/deciding-level.ts";
import { plain } from "../domain/write-number.ts";
import { countMissing, type Evidence, pairsOf, tasksOfBoth } from "./evidence.ts";
import { answer, boundsAgainst, type Finding, notMeasured, ROUNDING } from "./finding.ts";
import { outlookOn } from "./items-to-decide.ts";
import type { RuleOf } from "./policy-schema.ts";
import { checkScopes, selectChoices } from "./scope.ts";
import { holdShare } from "./share-interval.ts";
import type { CheckedRule } from "./verdict.ts";

/**
 * `max-flips`: items right on one side only, as a share of the pairs. Wilson's interval decides, over groups the betting one. A missing item
 * counts as a flip.
 */
export function checkFlips(rule: RuleOf<"max-flips">, { comparison, scores, level }: Evidence): readonly CheckedRule[] {
  if (comparison === undefined) return [];
  const { type, percent, subject } = rule;
  const describe = (label: string) => ({
    rule: `${label}: at most ${plain(percent)} % of the answers flip against ${comparison.baseline}`,
    type,
    ...(subject === undefined ? {} : { subject }),
  });
  return checkScopes(selectChoices(rule, tasksOfBoth(scores, comparison)), { rule, level }, describe, (scope, at) => {
    const { pairs, problem } = pairsOf(scope.tasks, comparison);
    if (problem !== undefined) return notMeasured(problem);
    const collect = (missing: MissingItems) => pairs.flatMap((pair) => marksAssuming(pair, missing, subject));
    const unanswered = pairs.find((pair) => marksAssuming(pair, "left-out").length === 0);
    if (unanswered !== undefined) return notMeasured(`no item of ${unanswered.task.name} was answered on both sides`);
    const observed = collect("left-out");
    if (observed.length === 0) return notMeasured(`no item of subject ${subject ?? ""} was answered on both sides`);
    const missing = countMissing(collect);
    const flips = observed.map((mark) => ({ value: Number(mark.baseline !== mark.candidate), group: mark.group }));
    const unknown = Array.from({ length: missing }, () => ({ value: 1, group: undefined }));
    return answer(rule, {
      judge: (assumption) => judgeFlips(assumption === "left-out" ? flips : [...flips, ...unknown], rule, at),
      missing,
      sameWeights: comparison.sameWeights,
      seen: `more than ${plain(percent)} % flips`,
    });
  });
}

function judgeFlips(
  values: readonly OwnValue[],
  { percent, basis }: RuleOf<"max-flips">,
  level: DecidingLevel,
): Finding {
  const [flips, pairs] = [values.filter(({ value }) => value === 1).length, values.length];
  const estimate = (100 * flips) / pairs;
  const numbers = { n: pairs, estimate, threshold: percent, unit: "% of items" } as const;
  const counts = `${plain(flips, 0)} flips of n = ${plain(pairs, 0)}`;
  if (basis === "point") {
    return {
      ...numbers,
      outcome: estimate <= percent + ROUNDING ? "pass" : "fail",
      basis: "point estimate",
      explanation: `point estimate ${plain(estimate, 1)} %: ${counts}`,
    };
  }
  const { interval, method, needed } = holdShare(values, percent / 100, level);
  const [lower, upper] = [100 * interval.lower, 100 * interval.upper];
  // "At most" is "at least" on the mirrored scale.
  const outcome = boundsAgainst({ lower: -upper, upper: -lower }, -percent);
  return {
    ...numbers,
    outcome,
    basis: "interval",
    method,
    lower,
    upper,
    explanation: `${plain(estimate, 1)} %, ${method} interval [${plain(lower, 1)}, ${plain(upper, 1)}] %: ${counts}`,
    ...(outcome === "inconclusive" ? outlookOn(needed()) : {}),
  };
}
