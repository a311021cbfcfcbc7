/** What a variant lost against its baseline, in words. From good to bad. */
export const TIERS = ["negligible", "acceptable", "concerning", "unacceptable"] as const;
export type Tier = (typeof TIERS)[number];

/** A description by point estimates; never the only evidence for a pass. Losses are positive. */
export type TierResult =
  | {
      readonly kind: "tier";
      readonly tier: Tier;
      readonly accuracyLossPp?: number;
      readonly generationLossPercent?: number;
    }
  | { readonly kind: "none"; readonly reason: string };

/** Change against the baseline; a loss is negative. Absent: the run has no tasks of that type. */
export interface Changes {
  readonly accuracyPp?: number;
  /** Of the key metric average, in percent of the baseline's. */
  readonly generationPercent?: number;
}

/** The largest loss that a tier allows. What is worse than the last is unacceptable. */
const LIMITS = [
  { tier: "negligible", accuracyPp: -3, generationPercent: -3 },
  { tier: "acceptable", accuracyPp: -5, generationPercent: -8 },
  { tier: "concerning", accuracyPp: -10, generationPercent: -15 },
] as const;

/** Rounding of sums of scores must not push a change over a limit that it exactly meets. */
const ROUNDING = 1e-9;

/** The worse of the tiers of accuracy and generation; a limit itself belongs to the better tier. */
export function tierOf({ accuracyPp, generationPercent }: Changes): TierResult {
  if (accuracyPp === undefined && generationPercent === undefined)
    return { kind: "none", reason: "nothing was compared with the baseline" };
  const within = LIMITS.find(
    (limit) =>
      (accuracyPp ?? 0) >= limit.accuracyPp - ROUNDING &&
      (generationPercent ?? 0) >= limit.generationPercent - ROUNDING,
  );
  return {
    kind: "tier",
    tier: within?.tier ?? "unacceptable",
    ...(accuracyPp === undefined ? {} : { accuracyLossPp: loss(accuracyPp) }),
    ...(generationPercent === undefined ? {} : { generationLossPercent: loss(generationPercent) }),
  };
}

/** Whether a tier is at least as good as another. */
export function atLeastTier(tier: Tier, required: Tier): boolean {
  return TIERS.indexOf(tier) <= TIERS.indexOf(required);
}

/** Without the negative zero that a change of 0 would give. */
function loss(change: number): number {
  return change === 0 ? 0 : -change;
}
