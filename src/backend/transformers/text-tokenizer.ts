import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { PreTrainedTokenizer } from "@huggingface/transformers";
import { z } from "zod";
import { messageOf, UsageError } from "../../domain/errors.ts";
import { BackendError } from "../backend.ts";
import { library } from "./library.ts";

const AddedTokenSchema = z.looseObject({ id: z.int(), content: z.string().min(1), special: z.boolean().optional() });
const TokenizerSchema = z.looseObject({ added_tokens: z.array(AddedTokenSchema).default([]) });
const TokenizerConfigSchema = z.looseObject({});

/** Where a model's tokenizer lies. */
export interface TokenizerFiles {
  readonly folder: string;
  /** The template of a file of its own, which goes before the one in tokenizer_config.json. */
  readonly chatTemplate?: string;
}

/**
 * A model's own tokenizer and chat template. Text is data: what looks like a special token in it is read as the characters it has, and only the
 * special tokens that the template itself writes are tokens.
 */
export class TextTokenizer {
  readonly #tokenizer: PreTrainedTokenizer;
  /** Knows no special tokens. */
  readonly #plain: PreTrainedTokenizer;
  readonly #specials: ReadonlyMap<string, number>;
  /** Matches any special token; absent: there is none. */
  readonly #special: RegExp | undefined;
  readonly #opening: readonly number[];
  readonly #chatTemplate: string | undefined;

  private constructor(
    tokenizer: PreTrainedTokenizer,
    plain: PreTrainedTokenizer,
    specials: ReadonlyMap<string, number>,
    chatTemplate: string | undefined,
  ) {
    this.#tokenizer = tokenizer;
    this.#plain = plain;
    this.#specials = specials;
    this.#special =
      specials.size === 0
        ? undefined
        : new RegExp(
            [...specials.keys()]
              .sort((a, b) => b.length - a.length)
              .map(escaped)
              .join("|"),
            "g",
          );
    this.#chatTemplate = chatTemplate;
    this.#opening = openingOf(tokenizer);
  }

  /** Throws `UsageError` for a tokenizer that can't be read. */
  static async open({ folder, chatTemplate }: TokenizerFiles): Promise<TextTokenizer> {
    const { AutoTokenizer } = library();
    try {
      const json = TokenizerSchema.parse(JSON.parse(await readFile(join(folder, "tokenizer.json"), "utf8")));
      const config = TokenizerConfigSchema.parse(
        JSON.parse(await readFile(join(folder, "tokenizer_config.json"), "utf8")),
      );
      const tokenizer = await AutoTokenizer.from_pretrained(folder, { local_files_only: true });
      const isSpecial = ({ special }: { readonly special?: boolean | undefined }): boolean => special === true;
      const bare = { ...json, added_tokens: json.added_tokens.filter((token) => !isSpecial(token)) };
      const Kind = tokenizer.constructor as new (json: object, config: object) => PreTrainedTokenizer;
      const specials = json.added_tokens.filter(isSpecial).map(({ content, id }) => [content, id] as const);
      return new TextTokenizer(tokenizer, new Kind(bare, config), new Map(specials), chatTemplate);
    } catch (cause) {
      throw new UsageError(`${folder}: its tokenizer can't be used: ${messageOf(cause)}`, {
        cause,
        hint: "tokenizer.json must be that of a fast tokenizer; save it again from the model",
      });
    }
  }

  /** Ids of a raw prompt, with the begin token where the model wants one. */
  encode(text: string): number[] {
    return [...this.#opening, ...this.encodeBare(text)];
  }

  /** Ids of the text alone. */
  encodeBare(text: string): number[] {
    return this.#plain.encode(text, { add_special_tokens: false });
  }

  /** Ids of a question as the chat template asks it, up to where the answer begins. Throws `BackendError` when there is no template. */
  encodeChat(question: string): number[] {
    const { text, from, to } = this.renderChat(question);
    const holdsSpecial = this.#special !== undefined && text.slice(from, to).search(this.#special) >= 0;
    if (!holdsSpecial) return this.#tokenizer.encode(text, { add_special_tokens: false });
    return this.#pieces(text, from, to).flatMap((piece) =>
      typeof piece === "number" ? [piece] : this.encodeBare(piece),
    );
  }

  /** The rendered chat template, and where in it the question stands. */
  renderChat(question: string): { readonly text: string; readonly from: number; readonly to: number } {
    const text = this.#render(question);
    // A template may trim what it is given; what stands around it stays.
    const [head, tail, ...more] = this.#render(MARK).split(MARK);
    if (tail === undefined || more.length > 0 || head === undefined || !text.startsWith(head) || !text.endsWith(tail)) {
      throw new BackendError({
        kind: "unsupported",
        message: "the model's chat template doesn't write the question exactly once",
        hint: "use api: completions, with a prompt template of your own",
      });
    }
    return { text, from: head.length, to: text.length - tail.length };
  }

  /** Text of tokens that follow `before`; special tokens have none. */
  decode(ids: readonly number[], before: readonly number[]): string {
    const whole = this.#decode([...before, ...ids]);
    const head = this.#decode(before);
    return whole.startsWith(head) ? whole.slice(head.length) : this.#decode(ids);
  }

  /** Text of an answer's tokens, special ones by their names. */
  decodeMarked(ids: readonly number[]): string {
    return this.#decode(ids, false);
  }

  #decode(ids: readonly number[], skipSpecial = true): string {
    if (ids.length === 0) return "";
    return this.#tokenizer.decode([...ids], {
      skip_special_tokens: skipSpecial,
      clean_up_tokenization_spaces: false,
    });
  }

  #render(question: string): string {
    try {
      return this.#tokenizer.apply_chat_template([{ role: "user", content: question }], {
        tokenize: false,
        add_generation_prompt: true,
        ...(this.#chatTemplate === undefined ? {} : { chat_template: this.#chatTemplate }),
      });
    } catch (cause) {
      throw new BackendError({
        kind: "unsupported",
        message: `the model's chat template can't be used: ${messageOf(cause).slice(0, 200)}`,
        hint: "put chat_template.jinja into the model's folder, or use api: completions",
        cause,
      });
    }
  }

  /** The rendering in runs of text, and the special tokens that the template wrote between them. */
  #pieces(text: string, from: number, to: number): (string | number)[] {
    const pieces: (string | number)[] = [];
    let start = 0;
    for (const match of this.#special === undefined ? [] : text.matchAll(this.#special)) {
      const end = match.index + match[0].length;
      if (match.index < to && end > from) continue;
      if (match.index > start) pieces.push(text.slice(start, match.index));
      pieces.push(this.#specials.get(match[0]) ?? 0);
      start = end;
    }
    if (start < text.length) pieces.push(text.slice(start));
    return pieces;
  }
}

/** Stands in no text, and in no token but bytes. */
const MARK = "\uE000question\uE001";

/** Tokens that the tokenizer puts before every text. */
function openingOf(tokenizer: PreTrainedTokenizer): readonly number[] {
  const bare = tokenizer.encode("a", { add_special_tokens: false });
  const dressed = tokenizer.encode("a");
  const [first] = bare;
  const at = first === undefined ? 0 : dressed.indexOf(first);
  return dressed.slice(0, Math.max(0, at));
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
