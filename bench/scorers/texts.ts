import type { EncoderShape } from "../random-encoder/encoder-graph.ts";
import { uniformNumbers } from "../random-encoder/random.ts";
import { randomText } from "../random-encoder/write-encoder.ts";

export interface SizedText {
  readonly text: string;
  readonly tokens: number;
}

/** Texts whose lengths spread evenly on a logarithmic scale: many short ones, few long ones, as answers are. */
export function mixedTexts(
  count: number,
  { from, to }: { readonly from: number; readonly to: number },
  shape: EncoderShape,
  seed: number,
): SizedText[] {
  const uniform = uniformNumbers(seed);
  return Array.from({ length: count }, () => {
    const tokens = Math.round(from * Math.exp(((uniform() + 1) / 2) * Math.log(to / from)));
    return { text: randomText(tokens, shape.vocabulary, uniform), tokens };
  });
}
