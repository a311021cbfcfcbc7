import type { Mention } from "./mentions.ts";
import type { Token } from "./token.ts";
import {
  APPROVALS,
  CHOOSING_VERBS,
  CONNECTIVES,
  JUDGED_RIGHT,
  JUDGED_WRONG,
  NEGATIONS,
  OPTION_NOUNS,
  REFUSALS,
  SUBJECT_VERBS,
} from "./vocabulary.ts";
import { isForeign, wordAt } from "./word-at.ts";

const PREDICATE_REACH = 5;

/** What stands behind a mention. `inside`: it is a part of a phrase, such as the article of "A dog". */
export interface RightContext {
  readonly role: "inside" | "open" | "ends-clause" | "ends-line";
  readonly negated: boolean;
  /** "B is correct". */
  readonly affirmed: boolean;
}

export function rightContext(tokens: readonly Token[], mention: Mention): RightContext {
  // "B选项"
  const isNounBehind =
    OPTION_NOUNS.has(wordAt(tokens, mention.last + 1)) && tokens[mention.last + 1]?.start === tokens[mention.last]?.end;
  const at = mention.last + (isNounBehind ? 2 : 1);
  const token = tokens[at];
  const context = (role: RightContext["role"], affirmed = false): RightContext => ({ role, negated: false, affirmed });
  if (token === undefined || token.kind === "newline") return context("ends-line");
  const judged = judgement(tokens, at);
  if (judged !== undefined) return { role: "open", negated: judged === "wrong", affirmed: judged === "right" };
  if (token.kind === "word") {
    if (isPronounOrArticle(mention, tokens)) return context("inside");
    if (SUBJECT_VERBS.has(token.meaning)) return predicate(tokens, at);
    // "Bを選びます"
    if (isForeign(token) && CHOOSING_VERBS.has(token.meaning) && tokens[at + 1]?.kind !== "word")
      return context("open", true);
    const opens = CONNECTIVES.has(token.meaning) || isPreference(tokens, at) || mention.bracketed || mention.withText;
    return context(opens ? "open" : "inside");
  }
  if (token.kind !== "mark") return context("open");
  if (/^[.!?;…]$/.test(token.text)) {
    return context(tokens[at + 1] === undefined || tokens[at + 1]?.kind === "newline" ? "ends-line" : "ends-clause");
  }
  // "London, not Paris"
  if (token.text === "," && NEGATIONS.has(wordAt(tokens, at + 1))) return context("ends-clause");
  return context(/^[,:)\]([|—–→/&⇒-]$/.test(token.text) || mention.withText ? "open" : "inside");
}

/** What is said of a label without a verb: "B: wrong", "B - correct", "B正确". */
function judgement(tokens: readonly Token[], from: number): "right" | "wrong" | undefined {
  const isMarked = /^[:,–—-]$/.test(tokens[from]?.text ?? "");
  const at = isMarked ? from + 1 : from;
  const word = wordAt(tokens, at);
  const stands = tokens[at + 1]?.kind !== "word" || isForeign(tokens[at]);
  if (!stands || (!isMarked && !isForeign(tokens[at]))) return undefined;
  if (JUDGED_WRONG.has(word)) return word === "no" && isMarked ? undefined : "wrong";
  return JUDGED_RIGHT.has(word) ? "right" : undefined;
}

/** "I was …", and a lower-case "a" that a word follows, whatever the word. */
function isPronounOrArticle(mention: Mention, tokens: readonly Token[]): boolean {
  if (mention.kind !== "label" || mention.bracketed || mention.withText) return false;
  const label = tokens[mention.last];
  return label?.text === "i" || label?.raw === "a";
}

/** "B rather than A", "B instead of A", "B over A", "B only". */
function isPreference(tokens: readonly Token[], at: number): boolean {
  const [word, next] = [wordAt(tokens, at), wordAt(tokens, at + 1)];
  if (/^(?:only|alone)$/.test(word)) return next === "";
  return word === "over" || (word === "rather" && next === "than") || (word === "instead" && next === "of");
}

/** Reads what is said of a label that is a subject: "is correct", "isn't right", "is the best answer". */
function predicate(tokens: readonly Token[], verb: number): RightContext {
  let negated = wordAt(tokens, verb).endsWith("n't") || REFUSALS.has(wordAt(tokens, verb));
  let affirmed = false;
  for (let at = verb + 1; at <= verb + PREDICATE_REACH && tokens[at]?.kind === "word"; at += 1) {
    if (CONNECTIVES.has(wordAt(tokens, at))) break;
    negated ||= REFUSALS.has(wordAt(tokens, at)) || wordAt(tokens, at).endsWith("n't");
    affirmed ||= APPROVALS.has(wordAt(tokens, at));
  }
  return { role: "open", negated, affirmed: affirmed && !negated };
}
