import type { LlamaModel, Token } from "node-llama-cpp";

/**
 * A raw prompt as llama-server (b11669) reads it, token by token: special tokens that are written out (`<|im_start|>`) are those tokens, and the
 * begin token stands in front where the model wants one, also of a prompt that writes one itself.
 */
export function tokenizePrompt(model: LlamaModel, text: string): Token[] {
  const tokens = model.tokenize(text, true);
  const { bos, shouldPrependBosToken } = model.tokens;
  return shouldPrependBosToken && bos !== null ? [bos, ...tokens] : tokens;
}
