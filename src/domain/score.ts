/**
 * One metric of one item. `value` lies in [0, 1], higher is better. A score that can't be computed says why;
 * it is never a silent 0. `statistics` are additive per-item statistics from which a corpus figure is pooled
 * (for BLEU: n-gram counts and lengths).
 */
export type Score =
  | { readonly kind: "scored"; readonly value: number; readonly statistics?: readonly number[] }
  | { readonly kind: "unscored"; readonly reason: string };

export function scored(value: number, statistics?: readonly number[]): Score {
  if (!(value >= 0 && value <= 1)) throw new RangeError(`a score must lie in [0, 1], got ${value}`);
  return statistics === undefined ? { kind: "scored", value } : { kind: "scored", value, statistics };
}

export function unscored(reason: string): Score {
  return { kind: "unscored", reason };
}
