import { beginsThinking } from "../domain/thinking.ts";
import { BackendError } from "./backend.ts";

/** One of the likeliest next tokens, as an API shows it. */
export interface TopToken {
  readonly id?: number;
  readonly text: string;
  readonly logprob: number;
}

/**
 * Throws `BackendError` `unsupported` when the token whose log-probabilities are told belongs to the model's thinking: letters among them are words of a
 * thought and no answer. `thought`: the server itself called it thinking; `token`: as it was written.
 */
export function assertNoThinking({ thought, token }: { readonly thought: boolean; readonly token: string }): void {
  if (!thought && !beginsThinking(token)) return;
  throw new BackendError({
    kind: "unsupported",
    message: "the answer begins with the model's thinking, so its first token tells nothing of the letters",
    hint: "use generated-letter, or switch thinking off by the backend's extraBody: { chat_template_kwargs: { enable_thinking: false } }, { reasoning_effort: none } or { think: false }, by the server",
  });
}

/** The likeliest of the shown tokens, as text; empty where none is shown. */
export function likeliest(shown: readonly TopToken[]): string {
  return (
    shown.reduce<TopToken | undefined>(
      (best, token) => (best !== undefined && best.logprob >= token.logprob ? best : token),
      undefined,
    )?.text ?? ""
  );
}

/** Log-probability of each letter among the shown tokens, by token id. */
export function lettersById(ids: readonly number[], shown: readonly TopToken[]): (number | "not-shown")[] {
  const byId = new Map(shown.map((token) => [token.id, token.logprob]));
  return ids.map((id) => byId.get(id) ?? "not-shown");
}

/** The same by the token's exact text, leading space included. */
export function lettersByText(letters: readonly string[], shown: readonly TopToken[]): (number | "not-shown")[] {
  const byText = new Map<string, number>();
  // The likeliest first: another token of the same text (a byte token) must not take its place.
  for (const token of shown) if (!byText.has(token.text)) byText.set(token.text, token.logprob);
  return letters.map((letter) => byText.get(letter) ?? "not-shown");
}

/**
 * Log-probability of each letter as the first token of a chat answer, where "A" and " A" both answer: ln of the sum of the probabilities
 * of the shown tokens that are the letter once trimmed.
 */
export function lettersTrimmed(letters: readonly string[], shown: readonly TopToken[]): (number | "not-shown")[] {
  return letters.map((letter) => {
    const matching = shown.filter((token) => token.text.trim() === letter.trim()).map((token) => token.logprob);
    if (matching.length === 0) return "not-shown";
    const highest = Math.max(...matching);
    return highest + Math.log(matching.reduce((sum, logprob) => sum + Math.exp(logprob - highest), 0));
  });
}

/** Ends like any multiple-choice prompt; the token of " A" after it is the token of " A" after those. */
const SEAM = "Answer:";

/** Token ids of letters, asked of the server's own tokenizer once per letter. */
export class LetterTokens {
  readonly #tokenize: (text: string, signal: AbortSignal) => Promise<readonly number[]>;
  readonly #ids = new Map<string, number>();
  readonly #finding = new Map<string, Promise<number>>();

  constructor(tokenize: (text: string, signal: AbortSignal) => Promise<readonly number[]>) {
    this.#tokenize = tokenize;
  }

  /** Throws `BackendError` `unsupported` for a letter that is not one token. */
  async ids(letters: readonly string[], signal: AbortSignal): Promise<number[]> {
    const ids: number[] = [];
    for (const letter of letters) ids.push(this.#ids.get(letter) ?? (await this.#once(letter, signal)));
    return ids;
  }

  /** Concurrent requests ask for a letter together; a failure is not remembered. */
  async #once(letter: string, signal: AbortSignal): Promise<number> {
    const finding = this.#finding.get(letter) ?? this.#find(letter, signal);
    this.#finding.set(letter, finding);
    try {
      const id = await finding;
      this.#ids.set(letter, id);
      return id;
    } finally {
      this.#finding.delete(letter);
    }
  }

  async #find(letter: string, signal: AbortSignal): Promise<number> {
    const [before, whole] = await Promise.all([this.#tokenize(SEAM, signal), this.#tokenize(SEAM + letter, signal)]);
    const [id, ...rest] = whole.slice(before.length);
    if (id === undefined || rest.length > 0) {
      throw new BackendError({
        kind: "unsupported",
        message: `the label "${letter}" is ${rest.length + (id === undefined ? 0 : 1)} tokens for this model, so it has no next-token probability`,
        hint: "use the protocol continuation-logprob or generated-letter for this task",
      });
    }
    return id;
  }
}
