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

/** An answer's cosine and its figure, so that both can be summed over items: cosine, figure and 1, or cosine, 0 and 0 where it has none. */
export function withSentences(cosineOfWhole: number, figure: number | undefined): readonly number[] {
  return figure === undefined ? [cosineOfWhole, 0, 0] : [cosineOfWhole, figure, 1];
}

/** Mean figure of the answers that have one, in [0, 1], from the sums of what `withSentences` wrote; undefined when none has. */
export function pooledSentenceCoherence(sums: readonly number[]): { value: number; items: number } | undefined {
  const [, figures = 0, items = 0] = sums;
  return items === 0 ? undefined : { value: figures / items, items };
}
