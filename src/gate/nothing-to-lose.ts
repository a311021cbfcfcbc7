import { plain } from "../domain/write-number.ts";
import { type Finding, withoutOutlook } from "./finding.ts";

/** What a baseline could lose. Scores, floors and margins on one scale, where 1 is perfect. */
export interface Stake {
  /** How the baseline is called. */
  readonly baseline: string;
  /** Its score on the items that are compared. */
  readonly score: number;
  /** The score in words: "0 of 200 right". */
  readonly detail: string;
  /** What can't be lost: the accuracy of guessing, or 0. */
  readonly floor: number;
  readonly margin: number;
  readonly marginWords: string;
}

/**
 * A loss that can't happen isn't shown to be absent by not being seen: where the baseline lies less than the margin above its floor, what would
 * pass is inconclusive, however equal both sides are. What fails on evidence still fails.
 */
export function nothingToLose(finding: Finding, stake: Stake): Finding {
  if (finding.basis === "none" || finding.outcome === "fail" || !(stake.score - stake.floor < stake.margin))
    return finding;
  const above = stake.floor > 0 ? `guessing (${plain(stake.floor)})` : "0";
  return {
    ...withoutOutlook(finding),
    outcome: "inconclusive",
    nothingToLose: true,
    explanation: `nothing to lose: ${stake.baseline} has ${stake.detail}, less than ${stake.marginWords} above ${above}, so a loss of ${stake.marginWords} can't show here; ${stake.floor > 0 ? "ask by continuation-logprob, add generation tasks, or take" : "take"} items that ${stake.baseline} can answer`,
  };
}
