import type { PairedMark } from "../analyze/paired-accuracy.ts";
import { type MissingItems, marksAssuming } from "../analyze/worst-case.ts";
import type { DecidingLevel } from "../domain/deciding-level.ts";
import { plain } from "../domain/write-number.ts";
import { wilsonInterval } from "../stats/wilson.ts";
import { countMissing, type Evidence, pairsOf, tasksOfBoth } from "./evidence.ts";
import { boundsAgainst, exceptSameWeights, type Finding, notMeasured, ROUNDING, withMissing } from "./finding.ts";
import { howMany, itemsToDecideShare } from "./items-to-decide.ts";
import type { RuleOf } from "./policy-schema.ts";
import { checkScopes, selectChoices } from "./scope.ts";
import type { CheckedRule } from "./verdict.ts";

/** `max-flips`: items right on one side only, as a share of the pairs. Wilson's interval decides. A missing item counts as a flip. */
export function checkFlips(rule: RuleOf<"max-flips">, { comparison, scores, level }: Evidence): readonly CheckedRule[] {
  if (comparison === undefined) return [];
  const { type, percent, subject } = rule;
  const describe = (label: string) => ({
    rule: `${label}: at most ${plain(percent)} % of the answers flip against ${comparison.baseline}`,
    type,
    ...(subject === undefined ? {} : { subject }),
  });
  return checkScopes(selectChoices(rule, tasksOfBoth(scores, comparison)), describe, ({ tasks }) => {
    const { pairs, problem } = pairsOf(tasks, comparison);
    if (problem !== undefined) return notMeasured(problem);
    const collect = (missing: MissingItems) => pairs.flatMap((pair) => marksAssuming(pair, missing, subject));
    const unanswered = pairs.find((pair) => marksAssuming(pair, "left-out").length === 0);
    if (unanswered !== undefined) return notMeasured(`no item of ${unanswered.task.name} was answered on both sides`);
    const observed = collect("left-out");
    if (observed.length === 0) return notMeasured(`no item of subject ${subject ?? ""} was answered on both sides`);
    const missing = countMissing(collect);
    const judge = (assumption: MissingItems): Finding =>
      assumption === "left-out"
        ? judgeFlips(flipsOf(observed), observed.length, rule, level)
        : judgeFlips(flipsOf(observed) + missing, observed.length + missing, rule, level);
    return exceptSameWeights(withMissing(judge, missing), comparison.sameWeights);
  });
}

function flipsOf(marks: readonly PairedMark[]): number {
  return marks.filter((mark) => mark.baseline !== mark.candidate).length;
}

function judgeFlips(
  flips: number,
  pairs: number,
  { percent, basis }: RuleOf<"max-flips">,
  level: DecidingLevel,
): Finding {
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
  const share = wilsonInterval({ successes: flips, trials: pairs, confidence: level.confidence });
  const [lower, upper] = [100 * share.lower, 100 * share.upper];
  // "At most" is "at least" on the mirrored scale.
  const outcome = boundsAgainst({ lower: -upper, upper: -lower }, -percent);
  const needed =
    outcome === "inconclusive" ? itemsToDecideShare(pairs, flips / pairs, percent / 100, level) : undefined;
  return {
    ...numbers,
    outcome,
    basis: "interval",
    method: `Wilson ${level.label}`,
    lower,
    upper,
    explanation: `${plain(estimate, 1)} %, Wilson ${level.label} interval [${plain(lower, 1)}, ${plain(upper, 1)}] %: ${counts}${
      outcome === "inconclusive" ? `; ${howMany(needed)}` : ""
    }`,
    ...(needed === undefined ? {} : { itemsNeeded: needed }),
  };
}
