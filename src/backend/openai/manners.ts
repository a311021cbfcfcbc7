import { BackendError } from "../backend.ts";

type Question = Readonly<Record<string, unknown>>;

/** What can be left out of a question without changing its answer: the values that are sent are what is meant without them, too. */
const DISPENSABLE = ["seed", "stream_options", "presence_penalty", "frequency_penalty"] as const;
const REFUSAL =
  /unsupported|not supported|unknown|unrecogni[sz]ed|unexpected|extra|not permitted|not allowed|forbidden|additional propert|invalid (?:param|arg|field)|no longer/i;

/**
 * What a server turned out to refuse of a question: servers that speak the same API take different parts of it. A seed is given up only where nothing is
 * sampled.
 */
export class Manners {
  readonly #without = new Set<string>();
  #newName = false;

  /** Whether a part has been given up. */
  refuses(name: (typeof DISPENSABLE)[number]): boolean {
    return this.#without.has(name);
  }

  /** A question as this server takes it. */
  adapt(question: Question): Question {
    if (this.#without.size === 0 && !this.#newName) return question;
    const entries = Object.entries(question).filter(([name]) => !this.#without.has(name));
    return Object.fromEntries(
      entries.map(([name, value]) => [this.#newName && name === "max_tokens" ? "max_completion_tokens" : name, value]),
    );
  }

  /** Whether an error is about a part of the question, as it was sent, that can be put otherwise; then `adapt` does. */
  learn(error: unknown, sent: Question): boolean {
    if (!(error instanceof BackendError) || (error.status !== 400 && error.status !== 422)) return false;
    const { message } = error;
    const named = (name: string): boolean =>
      Object.hasOwn(sent, name) && new RegExp(`(?<![a-z_])${name}(?![a-z_])`).test(message);
    if (named("max_tokens") && (REFUSAL.test(message) || message.includes("max_completion_tokens"))) {
      this.#newName = true;
      return true;
    }
    if (!REFUSAL.test(message)) return false;
    const refused = DISPENSABLE.filter((name) => named(name) && (name !== "seed" || sent.temperature === 0));
    for (const name of refused) this.#without.add(name);
    return refused.length > 0;
  }
}
