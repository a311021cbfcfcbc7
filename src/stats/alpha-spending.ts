import { normalQuantile, normalSurvival } from "./distributions.ts";
import { requireOpenProbability } from "./preconditions.ts";

/** How α is spent over the looks: hardly any early (`obrien-fleming`), or about evenly (`pocock`). */
export type SpendingFunction = "obrien-fleming" | "pocock";

/**
 * The one-sided α that may have been spent when a share `fraction` of the items is in, from 0 at 0 to `alpha` at 1. Lan & DeMets (1983),
 * "Discrete sequential boundaries for clinical trials": α₁*(t) = 2 − 2 Φ(z_{α/2}/√t) resembles O'Brien and Fleming's bounds,
 * α₂*(t) = α ln(1 + (e − 1) t) Pocock's. Throws RangeError for α outside (0, 1) or a fraction outside [0, 1].
 */
export function spentAlpha(spending: SpendingFunction, alpha: number, fraction: number): number {
  requireOpenProbability("alpha", alpha);
  if (!(fraction >= 0 && fraction <= 1)) throw new RangeError(`fraction must lie in [0, 1]; got ${fraction}`);
  if (fraction === 0) return 0;
  if (fraction === 1) return alpha;
  if (spending === "pocock") return alpha * Math.log(1 + (Math.E - 1) * fraction);
  return 2 * normalSurvival(-normalQuantile(alpha / 2) / Math.sqrt(fraction));
}
