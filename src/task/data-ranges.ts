import type { TextRange } from "../domain/answer.ts";
import type { PromptPiece } from "../domain/template.ts";

/** The forms in which models write their special tokens: `<|im_end|>`, `</s>`, `<｜User｜>`, `[INST]`, `◁think▷`. */
const TOKEN_FORM = /<[^<>\s]{1,64}>|\[[^[\]\s]{1,64}\]|◁[^◁▷\s]{1,64}▷/g;

/**
 * Where an item's own text stands in its prompt, told only where it (or it and the template together) looks like a special token: everywhere
 * else the tokens are the same without. Neighbouring ranges are one.
 */
export function dataRanges(pieces: readonly PromptPiece[]): readonly TextRange[] {
  const ranges: [number, number][] = [];
  let at = 0;
  let text = "";
  for (const piece of pieces) {
    const end = at + piece.text.length;
    const last = ranges.at(-1);
    if (piece.from === "item" && end > at) {
      if (last?.[1] === at) last[1] = end;
      else ranges.push([at, end]);
    }
    text += piece.text;
    at = end;
  }
  const matters = [...text.matchAll(TOKEN_FORM)].some(({ index, 0: form }) =>
    ranges.some(([from, to]) => index < to && index + form.length > from),
  );
  return matters ? ranges : [];
}
