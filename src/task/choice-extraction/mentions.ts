import type { Choice } from "../../domain/item.ts";
import type { Token } from "./token.ts";
import { tokenizeAnswer } from "./tokens.ts";
import { ANSWER_NOUNS, OPTION_NOUNS } from "./vocabulary.ts";

/** A place in the answer that names one choice, or several when it can be read in several ways. */
export interface Mention {
  readonly kind: "label" | "text";
  /** Positions in `choices`. */
  readonly indices: readonly number[];
  /** First and last token, brackets and a repeated choice text included. */
  readonly first: number;
  readonly last: number;
  /** In brackets, or followed by one: "(B)", "B)". */
  readonly bracketed: boolean;
  /** Written in the other letter case than the label. */
  readonly otherCase: boolean;
  /** The label is followed by its own choice's text: "B. 4". */
  readonly withText: boolean;
}

interface ChoiceText {
  readonly index: number;
  readonly words: readonly string[];
}

const SEPARATORS = new Set([".", ")", ":", "-", "–", "—", ",", "=", "(", "]"]);
/** Glued to a label these make it part of something else: B-52, C++, C#, 4%, f(B), x.B. */
const GLUE_BEFORE = /[-+@#€£¥%^=~\\.&\u2212]/;
const GLUE_AFTER = /[-+#%°^=@&~(\\]/;

/** All mentions of labels and choice texts in order of appearance, none overlapping. Linear in the number of tokens. */
export function findMentions(text: string, tokens: readonly Token[], choices: readonly Choice[]): Mention[] {
  const labels = labelIndex(choices);
  const texts = textIndex(choices);
  const mentions: Mention[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const mention = labelledText(at) ?? textAt(at) ?? labelAt(at);
    if (mention === undefined) continue;
    mentions.push(mention);
    at = mention.last;
  }
  return mentions;

  function textAt(at: number): Mention | undefined {
    const found = longestText(at);
    const token = tokens[at];
    if (found.words === 0 || token === undefined) return undefined;
    // A one-word text that is also a label reads as a label; "4" isn't in "-4".
    if (found.words === 1 && labels.has(token.text)) return undefined;
    if (/^\p{N}/u.test(token.raw) && /[-+\u2212\\^]/.test(text[token.start - 1] ?? " ")) return undefined;
    return {
      kind: "text",
      indices: found.indices,
      first: at,
      last: at + found.words - 1,
      bracketed: false,
      otherCase: false,
      withText: false,
    };
  }

  function labelAt(at: number): Mention | undefined {
    const found = readLabel(at, false);
    if (found === undefined) return undefined;
    // "B. Volt" where Volt is another choice's text names both; so does "2" where a choice's text is "2".
    const start = afterSeparator(found.last + 1);
    const behind = found.bracketed || start > found.last + 1 ? longestText(start) : NO_TEXT;
    const contradicting = endsClause(start + behind.words) ? behind.indices : [];
    const isNamed = found.bracketed || OPTION_NOUNS.has(tokens[at - 1]?.meaning ?? "");
    const same = isNamed ? NO_TEXT : longestText(at);
    const alsoText = same.words === 1 ? same.indices : [];
    return { ...found, indices: [...new Set([...found.indices, ...contradicting, ...alsoText])] };
  }

  /** A label followed by its own text, also when the text is itself a letter. */
  function labelledText(at: number): Mention | undefined {
    const found = readLabel(at, true);
    if (found === undefined) return undefined;
    const start = afterSeparator(found.last + 1);
    const behind = longestText(start);
    const index = found.indices.find((candidate) => behind.indices.includes(candidate));
    if (index === undefined) return undefined;
    const end = start + behind.words;
    // "A dog is …" has an article even where A is "dog".
    const isSeparated = found.bracketed || start > found.last + 1;
    if (!isSeparated && /^[ai]$/.test(tokens[found.last]?.text ?? "") && !endsClause(end)) return undefined;
    return { ...found, indices: [index], last: tokens[end]?.text === ")" ? end : end - 1, withText: true };
  }

  function readLabel(at: number, textFollows: boolean): Mention | undefined {
    const opened = isOpening(tokens[at]);
    const position = opened ? at + 1 : at;
    const token = tokens[position];
    // The article of "a letra B".
    if (token?.kind !== "word" || (!opened && token.meaning !== token.text)) return undefined;
    const entry = labels.get(token.text);
    if (entry === undefined) return undefined;
    const closed = isClosing(tokens[position + 1]);
    const inBrackets = closed && isOpening(tokens[position - 1]);
    if (opened && !closed) return undefined;
    if (inBrackets ? isArgument(position - 1) : isGlued(token, position, textFollows)) return undefined;
    const exact = entry.filter((index) => choices[index]?.label.trim() === token.raw);
    return {
      kind: "label",
      indices: exact.length > 0 ? exact : entry,
      first: at,
      last: closed ? position + 1 : position,
      bracketed: closed,
      otherCase: exact.length === 0,
      withText: false,
    };
  }

  /** Whether a bracket opens a function's argument, as in "f(B)"; not so behind "option" or a choice's text. */
  function isArgument(bracket: number): boolean {
    const before = tokens[bracket - 1];
    if (before?.kind !== "word" || before.end !== tokens[bracket]?.start) return false;
    // No function has a name in another script, and none is called "answer".
    if (!/^[\p{Script=Latin}\p{N}_]/u.test(before.raw)) return false;
    return !OPTION_NOUNS.has(before.meaning) && mentions.at(-1)?.last !== bracket - 1;
  }

  /** Whether the label is part of a longer expression, such as "B-52", "A.M." or "1:30". */
  function isGlued(token: Token, position: number, textFollows: boolean): boolean {
    const before = text[token.start - 1] ?? " ";
    const after = text[token.end] ?? " ";
    if (GLUE_BEFORE.test(before) && !(before === "=" && isAssignedToAnswer(position))) return true;
    if (before === "$" && after !== "$" && /^\p{N}/u.test(token.raw)) return true;
    if (textFollows) return false;
    const next = tokens[position + 1];
    const beyond = tokens[position + 2];
    const joinsWord =
      next?.kind === "mark" && next.start === token.end && beyond?.kind === "word" && beyond.start === next.end;
    // As written: a full-width mark ends a word.
    if (joinsWord && /[.,:/–—-]/.test(next.raw)) return !(/[,:/]/.test(next.text) && labels.has(beyond.text));
    const beyondAfter = text[token.end + 1] ?? " ";
    if (after === "\\") return !/[)\]}]/.test(beyondAfter);
    return GLUE_AFTER.test(after) && !(after === "-" && /\s/.test(beyondAfter));
  }

  /** "answer=B", "answer==B"; not "x=B". */
  function isAssignedToAnswer(position: number): boolean {
    let at = position - 1;
    while (tokens[at]?.text === "=") at -= 1;
    return ANSWER_NOUNS.has(tokens[at]?.meaning ?? "");
  }

  /** The longest choice text that begins at the position; `words` is 0 when there is none. */
  function longestText(at: number): { readonly words: number; readonly indices: readonly number[] } {
    const first = tokens[at]?.text;
    const candidates = first === undefined ? undefined : texts.get(first);
    if (candidates === undefined) return NO_TEXT;
    const fitting = candidates.filter(({ words }) => words.every((word, offset) => tokens[at + offset]?.text === word));
    const longest = Math.max(0, ...fitting.map(({ words }) => words.length));
    return {
      words: longest,
      indices: fitting.filter(({ words }) => words.length === longest).map(({ index }) => index),
    };
  }

  /** The position behind up to two separators: "B) ", "B.) ", "B: (". */
  function afterSeparator(at: number): number {
    let position = at;
    while (position < at + 2 && SEPARATORS.has(tokens[position]?.text ?? "")) position += 1;
    return position;
  }

  function endsClause(at: number): boolean {
    const token = tokens[at];
    return token === undefined || token.kind === "newline" || /^[.!?;)]$/.test(token.text);
  }
}

const NO_TEXT = { words: 0, indices: [] };

function isOpening(token: Token | undefined): boolean {
  return token?.text === "(" || token?.text === "[";
}

function isClosing(token: Token | undefined): boolean {
  return token?.text === ")" || token?.text === "]";
}

/** By folded label: the choices that carry it. Labels that aren't one word can only be given exactly. */
function labelIndex(choices: readonly Choice[]): ReadonlyMap<string, number[]> {
  const index = new Map<string, number[]>();
  choices.forEach((choice, position) => {
    const [word, ...rest] = tokenizeAnswer(choice.label).filter((token) => token.kind === "word");
    if (word !== undefined && rest.length === 0) index.set(word.text, [...(index.get(word.text) ?? []), position]);
  });
  return index;
}

/** By first token: the choice texts that begin with it, as folded tokens without a final full stop. */
function textIndex(choices: readonly Choice[]): ReadonlyMap<string, ChoiceText[]> {
  const byFirst = new Map<string, ChoiceText[]>();
  choices.forEach((choice, index) => {
    const words = tokenizeAnswer(choice.text.normalize("NFC"))
      .filter((token) => token.kind !== "newline")
      .map((token) => token.text);
    while (words.at(-1) === ".") words.pop();
    const [first] = words;
    if (first !== undefined) byFirst.set(first, [...(byFirst.get(first) ?? []), { index, words }]);
  });
  return byFirst;
}
