import type { TierResult } from "../analyze/tier.ts";
import type { Outcome, RuleOutcome } from "../domain/outcome.ts";
import type { Quantization } from "../domain/quantization.ts";

export type { Tier, TierResult } from "../analyze/tier.ts";

/** One rule of a policy, checked on one variant. */
export interface CheckedRule {
  /** The rule as a person would say it: "demo-quiz-mc: not worse than FP16 by more than 3 pp". */
  readonly rule: string;
  /** The rule's type in the policy, e.g. `max-loss`. */
  readonly type: string;
  /**
   * `claim`: passes on evidence only; `guard`: only watches, and fails on evidence only; `name`: about names and states. Absent in verdicts of
   * version 0.1, whose rules were all claims.
   */
  readonly kind?: "claim" | "guard" | "name";
  readonly task?: string;
  readonly metric?: string;
  readonly subject?: string;
  readonly outcome: RuleOutcome;
  /** What decided: an interval's bounds, a point estimate (as the rule asked), a count, or the quantization's name. */
  readonly basis: "interval" | "point estimate" | "count" | "name" | "none";
  /** The statistical method behind an interval, e.g. "Tango score 90 %". */
  readonly method?: string;
  /** Items or pairs behind the number. */
  readonly n?: number;
  readonly estimate?: number;
  readonly lower?: number;
  readonly upper?: number;
  readonly threshold?: number;
  /** Unit of estimate, bounds and threshold. */
  readonly unit?: "pp" | "% of baseline" | "score" | "% of items";
  /** One-sided p-value of the rule's test, where there is one. */
  readonly p?: number;
  /** Why it came out so, in one sentence. */
  readonly explanation: string;
  /** For an inconclusive interval: about how many items would decide, at the observed discordance. */
  readonly itemsNeeded?: number;
  /** Where items share groups: in how many groups. */
  readonly groupsNeeded?: number;
  /** The baseline is so near its floor that the loss can't happen here: no evidence, however equal both sides are. */
  readonly nothingToLose?: true;
}

export interface VariantVerdict {
  readonly variant: string;
  readonly model: string;
  readonly quantization: Quantization;
  readonly verdict: Outcome | "reference";
  /** Earlier runs looked at part of this evidence more often than the spec declares: α isn't what the intervals say. Absent: not so. */
  readonly exploratory?: true;
  /** Whether this variant counts for the exit code. */
  readonly decides: boolean;
  readonly rules: readonly CheckedRule[];
  readonly tier: TierResult;
  /** Multiple-choice tasks at which it can't be told from guessing. */
  readonly nearRandom: readonly string[];
  /** Warnings a reader must know: equal weights, items left out, compressed metrics, missing items that matter. */
  readonly notes: readonly string[];
}

/** `verdicts.json`: what a policy decided about a run. No times: equal answers give equal bytes. */
export interface Verdicts {
  readonly schema: 1;
  /** What is said of lines of scores that couldn't be read: their items count as missing. Absent: none. */
  readonly damaged?: readonly string[];
  readonly policy: {
    readonly name: string;
    /** sha256 over what decides: the rules and what an inconclusive verdict does. */
    readonly hash: string;
    /** Whether it is the run's own: the one that it was decided by when it ended. Absent in what-ifs, and in verdicts of version 0.1. */
    readonly own?: boolean;
    /** Quantizations that the policy recommends; they decide nothing. */
    readonly recommended?: readonly Quantization[];
  };
  readonly models: readonly {
    readonly model: string;
    readonly baseline: { readonly variant: string; readonly reason: string };
    readonly variants: readonly VariantVerdict[];
    /** Smallest quantization that passes, walking down from the most bits per weight to the first that doesn't pass. */
    readonly smallestPassing?: string;
  }[];
  /** Over the deciding variants: any fail, else any inconclusive, else pass. Without a deciding variant or a checked rule it is a fail. */
  readonly overall: Outcome;
  readonly exitCode: 0 | 1 | 3;
}
