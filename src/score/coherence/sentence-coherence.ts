import { type Score, scored } from "../../domain/score.ts";
import { cosine } from "./cosine.ts";

/**
 * How closely an answer stays with its subject sentence by sentence, in [0, 1]: the mean over its sentences of the greatest cosine
 * with a reference (or with the instruction), cosines below 0 counting 0. Undefined for fewer than two sentences: there the
 * coherence of the whole answer says the same. A low figure beside a high coherence points to sentences that wander off, which the
 * embedding of a long answer averages away.
 */
export function sentenceCoherence(
  sentences: readonly ArrayLike<number>[],
  comparedWith: readonly ArrayLike<number>[],
): number | undefined {
  if (sentences.length < 2 || comparedWith.length === 0) return undefined;
  const closest = sentences.map((sentence) => Math.max(0, ...comparedWith.map((other) => cosine(sentence, other))));
  return closest.reduce((sum, value) => sum + value, 0) / sentences.length;
}

/**
 * Puts the figure beside a score's cosine, so that both can be summed over items: the statistics become cosine, figure and 1,
 * or cosine, 0 and 0 for an answer that has none.
 */
export function withSentences(score: Score, figure: number | undefined): Score {
  if (score.kind === "unscored") return score;
  const counted = figure === undefined ? [0, 0] : [figure, 1];
  return scored(score.value, [...(score.statistics ?? []), ...counted]);
}

/** Mean figure of the answers that have one, in [0, 1], from the sums of what `withSentences` wrote; undefined when none has. */
export function pooledSentenceCoherence(sums: readonly number[]): number | undefined {
  const [, figures = 0, count = 0] = sums;
  return count === 0 ? undefined : figures / count;
}
