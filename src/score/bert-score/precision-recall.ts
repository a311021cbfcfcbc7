import type { TokenWeight } from "./token-weights.ts";

/** BERTScore of one candidate against one reference, or each component's mean. All lie in [-1, 1], practically in (0, 1]. */
export interface PrecisionRecall {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** One text of a pair: its token ids, and each token's greatest cosine with the other text's tokens. */
export interface MatchedText {
  readonly ids: ArrayLike<number>;
  readonly best: ArrayLike<number>;
}

/** What an empty candidate or reference gets. */
export const NO_OVERLAP: PrecisionRecall = { precision: 0, recall: 0, f1: 0 };

/**
 * Precision: mean of the candidate's best cosines; recall: of the reference's; F1: their harmonic mean.
 * Zhang et al. (2020), eq. 1 to 3. Undefined when all tokens of a text weigh 0, which idf can do
 * (the reference implementation divides by zero there and calls F1 0).
 */
export function precisionRecall(
  candidate: MatchedText,
  reference: MatchedText,
  weight: TokenWeight,
): PrecisionRecall | undefined {
  const precision = weightedMean(candidate, weight);
  const recall = weightedMean(reference, weight);
  if (precision === undefined || recall === undefined) return undefined;
  const sum = precision + recall;
  return { precision, recall, f1: sum === 0 ? 0 : (2 * precision * recall) / sum };
}

function weightedMean({ ids, best }: MatchedText, weight: TokenWeight): number | undefined {
  let sum = 0;
  let total = 0;
  for (let index = 0; index < ids.length; index++) {
    const share = weight(ids[index] ?? 0);
    sum += share * (best[index] ?? 0);
    total += share;
  }
  return total === 0 ? undefined : sum / total;
}

/** With several references the candidate gets the greatest of each component, as in the reference implementation. */
export function bestOf(scores: readonly PrecisionRecall[]): PrecisionRecall {
  return {
    precision: Math.max(...scores.map(({ precision }) => precision)),
    recall: Math.max(...scores.map(({ recall }) => recall)),
    f1: Math.max(...scores.map(({ f1 }) => f1)),
  };
}
