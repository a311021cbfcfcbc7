/** How many texts were read for some scores, and how many of them only in part, because they were longer than the model can read. */
export interface ReadTexts {
  readonly texts: number;
  readonly truncated: number;
}

/** The statistics of one item's score: its figures, then how many texts were read for it and how many were truncated. All can be summed. */
export function withTexts(figures: readonly number[], texts: readonly { readonly truncated: boolean }[]): number[] {
  return [...figures, texts.length, texts.filter(({ truncated }) => truncated).length];
}

/** What `withTexts` wrote, from the sums over items. */
export function textsOf(sums: readonly number[]): ReadTexts {
  const [texts = 0, truncated = 0] = sums.slice(-2);
  return { texts, truncated };
}

/** The longest text that the encoder of a recipe reads, in tokens; see `encoderSignature`. */
export function maxTokensOf(signature: string): number | undefined {
  const [, digits] = /\|max-tokens:(\d+)\|/.exec(signature) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
