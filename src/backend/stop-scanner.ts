/** Turns tokens to text; `before` are the tokens in front of them, which decide about a leading space. */
type Detokenize<Token> = (tokens: readonly Token[], before: readonly Token[]) => string;

const REPLACEMENT = "\uFFFD";

/**
 * Collects generated tokens as text and looks for stop strings. Tokens whose bytes end in the middle of a character are held
 * back until the character is whole, and only the new end of the text is searched, so the work is linear in the answer's length.
 */
export class StopScanner<Token extends number> {
  readonly #stops: readonly string[];
  readonly #detokenize: Detokenize<Token>;
  readonly #longestStop: number;
  #before: readonly Token[];
  #pending: Token[] = [];
  #text = "";

  constructor(stops: readonly string[], detokenize: Detokenize<Token>, before: readonly Token[]) {
    this.#stops = stops;
    this.#detokenize = detokenize;
    this.#before = before;
    this.#longestStop = Math.max(0, ...stops.map((stop) => stop.length));
  }

  /** Takes the next token; true once a stop string has appeared (the text then ends before it). */
  push(token: Token): boolean {
    this.#pending.push(token);
    const added = this.#detokenize(this.#pending, this.#before);
    if (added.endsWith(REPLACEMENT) && this.#pending.length < 8) return false;
    return this.#take(added);
  }

  /** The text so far, an unfinished character at its end included. */
  text(): string {
    if (this.#pending.length > 0) this.#take(this.#detokenize(this.#pending, this.#before));
    return this.#text;
  }

  #take(added: string): boolean {
    const searchFrom = Math.max(0, this.#text.length - this.#longestStop + 1);
    this.#text += added;
    this.#before = [...this.#before, ...this.#pending].slice(-8);
    this.#pending = [];
    const found = this.#stops.map((stop) => this.#text.indexOf(stop, searchFrom)).filter((at) => at >= 0);
    if (found.length === 0) return false;
    this.#text = this.#text.slice(0, Math.min(...found));
    return true;
  }
}
