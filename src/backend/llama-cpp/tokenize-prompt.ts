import type { LlamaModel, Token } from "node-llama-cpp";
import type { TextRange } from "../../domain/answer.ts";

/**
 * A prompt's tokens. Special tokens that its template writes out (`<|im_start|>`) are those tokens; in `data`, text of the item, they are the
 * characters they have. The begin token stands in front once where the model wants one, also of a prompt that writes it itself.
 */
export function tokenizePrompt(model: LlamaModel, text: string, data: readonly TextRange[] = []): Token[] {
  const tokens = tokenizePieces(model, text, data);
  const { bos, shouldPrependBosToken } = model.tokens;
  return shouldPrependBosToken && bos !== null && tokens[0] !== bos ? [bos, ...tokens] : tokens;
}

/** In one where nothing in `data` is a special token, so that the tokens are those of running text; else cut at the template's own. */
function tokenizePieces(model: LlamaModel, text: string, data: readonly TextRange[]): Token[] {
  const special = data.length === 0 ? undefined : specialTokens(model);
  if (special === undefined) return model.tokenize(text, true);
  const found = [...text.matchAll(special)].map(({ index, 0: form }): TextRange => [index, index + form.length]);
  if (!found.some((match) => data.some((range) => overlap(match, range)))) return model.tokenize(text, true);

  const tokens: Token[] = [];
  let start = 0;
  for (const [from, to] of ofTemplate(text, data, special)) {
    tokens.push(...model.tokenize(text.slice(start, from), false), ...model.tokenize(text.slice(from, to), true));
    start = to;
  }
  return [...tokens, ...model.tokenize(text.slice(start), false)];
}

/** Where the template itself writes a special token: looked for between the ranges of data, so that these hide none. */
function ofTemplate(text: string, data: readonly TextRange[], special: RegExp): TextRange[] {
  const gaps = [...data, [text.length, text.length] as const].map(
    ([to], index): TextRange => [data[index - 1]?.[1] ?? 0, to],
  );
  return gaps.flatMap(([from, to]) =>
    [...text.slice(from, to).matchAll(special)].map(
      ({ index, 0: form }): TextRange => [from + index, from + index + form.length],
    ),
  );
}

function overlap([from, to]: TextRange, [start, end]: TextRange): boolean {
  return from < end && to > start;
}

const known = new WeakMap<LlamaModel, RegExp | undefined>();

/** Matches what llama.cpp reads as one token only where special tokens are read, longest first; `undefined`: the model has none. */
function specialTokens(model: LlamaModel): RegExp | undefined {
  if (known.has(model)) return known.get(model);
  const forms: string[] = [];
  for (const token of model.iterateAllTokens()) {
    const { control, unknown } = model.getTokenAttributes(token);
    const form = control || unknown ? model.detokenize([token], true) : "";
    if (form !== "") forms.push(form.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"));
  }
  const pattern = forms.sort((a, b) => b.length - a.length).join("|");
  const special = forms.length === 0 ? undefined : new RegExp(pattern, "g");
  known.set(model, special);
  return special;
}
