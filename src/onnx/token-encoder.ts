import { Tokenizer } from "@huggingface/tokenizers";

/** A text as a model reads it. */
export interface EncodedText {
  /** Token ids, special tokens included. */
  readonly ids: Int32Array;
  /** Whether tokens were dropped because the text is longer than the model can read. */
  readonly truncated: boolean;
}

/** What decides which ids a text becomes. */
export interface TokenEncoderOptions {
  /** Contents of tokenizer.json. */
  readonly tokenizer: TokenizerJson;
  /** Contents of tokenizer_config.json. */
  readonly config: object;
  /** Longest sequence, special tokens included. */
  readonly maxTokens: number;
  /** Whether a byte-level tokenizer treats the first word like every other, as if a space stood before it. */
  readonly prefixSpace: boolean;
}

/** The part of a tokenizer.json that is read or changed here. */
export interface TokenizerJson {
  readonly pre_tokenizer?: PreTokenizer | null | undefined;
}

interface PreTokenizer {
  readonly type?: string | undefined;
  readonly pretokenizers?: readonly PreTokenizer[] | undefined;
}

/**
 * Turns texts into token ids as Hugging Face's Python libraries do: white space at the ends is dropped, special tokens are added,
 * and a text that is too long loses its last words but keeps the closing special token.
 */
export class TokenEncoder {
  readonly #tokenizer: Tokenizer;
  readonly #opening: readonly number[];
  readonly #closing: readonly number[];
  readonly #maxTokens: number;

  /** Throws when the tokenizer is of a kind that isn't supported, RangeError when `maxTokens` leaves no room for text. */
  constructor({ tokenizer, config, maxTokens, prefixSpace }: TokenEncoderOptions) {
    this.#tokenizer = new Tokenizer(prefixSpace ? withPrefixSpace(tokenizer) : tokenizer, config);
    const bare = this.#tokenizer.encode("a", { add_special_tokens: false }).ids;
    const dressed = this.#tokenizer.encode("a").ids;
    const openingLength = indexOfRun(dressed, bare);
    this.#opening = dressed.slice(0, openingLength);
    this.#closing = dressed.slice(openingLength + bare.length);
    this.#maxTokens = maxTokens;
    if (maxTokens <= this.specialIds.length) throw new RangeError(`no text fits into ${maxTokens} tokens`);
  }

  /** The special tokens around every text, in order; an empty text is encoded as these alone. */
  get specialIds(): readonly number[] {
    return [...this.#opening, ...this.#closing];
  }

  encode(text: string): EncodedText {
    const { ids } = this.#tokenizer.encode(stripWhiteSpace(text), { add_special_tokens: false });
    const room = this.#maxTokens - this.#opening.length - this.#closing.length;
    const kept = ids.length > room ? ids.slice(0, room) : ids;
    return { ids: Int32Array.from([...this.#opening, ...kept, ...this.#closing]), truncated: ids.length > room };
  }
}

function indexOfRun(values: readonly number[], run: readonly number[]): number {
  for (let at = 0; at + run.length <= values.length; at++)
    if (run.every((value, offset) => values[at + offset] === value)) return at;
  throw new RangeError("the tokenizer doesn't give a text the same ids with and without special tokens");
}

function withPrefixSpace(tokenizer: TokenizerJson): TokenizerJson {
  return { ...tokenizer, pre_tokenizer: tokenizer.pre_tokenizer && prefixed(tokenizer.pre_tokenizer) };
}

function prefixed(step: PreTokenizer): PreTokenizer {
  if (step.type === "ByteLevel") return { ...step, add_prefix_space: true } as PreTokenizer;
  return step.pretokenizers ? { ...step, pretokenizers: step.pretokenizers.map(prefixed) } : step;
}

const WHITE_SPACE = /[\t-\r\x1c-\x20\x85\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** Python's str.strip(). JavaScript's trim() also takes a byte-order mark away, and leaves U+001C to U+001F and U+0085. */
export function stripWhiteSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && WHITE_SPACE.test(text.charAt(start))) start += 1;
  while (end > start && WHITE_SPACE.test(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}
