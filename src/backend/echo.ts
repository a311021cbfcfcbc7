import { BackendError } from "./backend.ts";

/** Prompt tokens that a server sent back with their log-probabilities; the first has none. */
export interface EchoedToken {
  readonly text: string;
  readonly logprob: number | undefined;
}

/**
 * Log-probability of a continuation from the echo of prompt and continuation together: the sum over all tokens after as many as the prompt
 * alone has (lm-evaluation-harness splits the same way). Throws `BackendError` `unsupported` when what came back is not that text: a
 * server that ignores `echo` must not pass for one that finds all choices equal.
 */
export function sumContinuation(
  echo: readonly EchoedToken[],
  text: string,
  promptTokens: number,
  hint: string,
): number {
  assertEchoed(echo, text, hint);
  if (echo.length <= promptTokens) {
    throw new BackendError({
      kind: "unsupported",
      message: `a choice adds no token to the prompt, so it has no probability: "${text.slice(-60)}"`,
    });
  }
  return echo.slice(promptTokens).reduce((sum, { logprob }) => {
    if (logprob === undefined)
      throw new BackendError({
        kind: "unsupported",
        message: "the server echoed a choice without log-probabilities",
        hint,
      });
    return sum + logprob;
  }, 0);
}

/** Throws `BackendError` `unsupported` unless the tokens spell the text; tokens of the tokenizer's own may stand before it. */
export function assertEchoed(echo: readonly EchoedToken[], text: string, hint: string): void {
  const spelled = skeleton(echo.map((token) => token.text).join(""));
  if (echo.length === 0 || !spelled.endsWith(skeleton(text))) {
    throw new BackendError({
      kind: "unsupported",
      message: "the server did not echo the text it was asked to score",
      hint,
    });
  }
}

/**
 * What survives being decoded token by token: characters cut across tokens come back as replacement characters, and some tokenizers lose
 * the space before a word.
 */
function skeleton(text: string): string {
  return text.replace(/[^\x21-\x7e]+/g, "");
}
