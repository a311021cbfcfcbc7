import { normalSurvival } from "./distributions.ts";
import { gaussLegendre, type QuadratureNode } from "./gauss-legendre.ts";

/**
 * The score process of a group-sequential test: B(t) = √t · Z(t), a Brownian motion with variance t (and drift θ), watched at a few times.
 * Where it stands at a look, given that it stopped at none before, is carried from look to look as a density on quadrature nodes:
 * f_k(s) = ∫ f_{k−1}(u) φ((s − u − θΔ)/√Δ)/√Δ du over the region that goes on. Armitage, McPherson & Rowe (1969).
 */
export type LookDensity = readonly (QuadratureNode & { readonly density: number })[];

/** Where the process stands before the first look: at 0, with certainty. */
export const AT_START: LookDensity = [{ at: 0, weight: 1, density: 1 }];

/** How far from its mean, in standard deviations, a normal density still counts: beyond lies 1e-15 of it. */
const REACH = 8;

export interface Step {
  /** Growth of information since the look before, > 0. */
  readonly elapsed: number;
  /** Mean growth per unit of information. */
  readonly drift: number;
}

/** P(B ≥ `bound` after the step, not stopped before), in [0, 1]. */
export function probabilityAbove(density: LookDensity, bound: number, { elapsed, drift }: Step): number {
  const deviation = Math.sqrt(elapsed);
  let probability = 0;
  for (const node of density) {
    probability += node.weight * node.density * normalSurvival((bound - node.at - drift * elapsed) / deviation);
  }
  return probability;
}

/** P(B ≤ `bound` after the step, not stopped before), in [0, 1]. */
export function probabilityBelow(density: LookDensity, bound: number, step: Step): number {
  const mirrored = density.map((node) => ({ ...node, at: -node.at }));
  return probabilityAbove(mirrored, -bound, { elapsed: step.elapsed, drift: -step.drift });
}

/**
 * The density between `low` and `high` (either may be infinite) after the step. `nextElapsed` is the step that follows: its kernel must be
 * resolved by the nodes. Nothing between the bounds gives an empty density.
 */
export function densityBetween(
  density: LookDensity,
  bounds: { readonly low: number; readonly high: number },
  { elapsed, drift, nextElapsed }: Step & { readonly nextElapsed: number },
): LookDensity {
  const [first, last] = [density[0], density.at(-1)];
  if (first === undefined || last === undefined) return [];
  const deviation = Math.sqrt(elapsed);
  const shift = drift * elapsed;
  const reach = REACH * deviation;
  const low = Math.max(bounds.low, first.at + shift - reach);
  const high = Math.min(bounds.high, last.at + shift + reach);
  const panel = 3 * Math.min(deviation, Math.sqrt(nextElapsed));
  const scale = 1 / (deviation * Math.sqrt(2 * Math.PI));
  let begin = 0;
  return gaussLegendre(low, high, panel).map((node) => {
    // Both lists rise: what is out of reach stays out of reach, so a narrow kernel costs little.
    while (begin < density.length && (density[begin]?.at ?? 0) < node.at - shift - reach) begin++;
    let sum = 0;
    for (let index = begin; index < density.length; index++) {
      const from = density[index];
      if (from === undefined || from.at > node.at - shift + reach) break;
      sum += from.weight * from.density * Math.exp(-(((node.at - from.at - shift) / deviation) ** 2) / 2);
    }
    return { ...node, density: sum * scale };
  });
}
