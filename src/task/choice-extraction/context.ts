import type { Mention } from "./mentions.ts";
import type { Token } from "./tokens.ts";
import {
  ADJECTIVES,
  ADVERBS,
  ANSWER_NOUNS,
  APPROVALS,
  AUXILIARIES,
  CHOOSING_VERBS,
  CONNECTIVES,
  COPULAS,
  GOING_VERBS,
  HEDGES,
  LEADING_WORDS,
  NEGATIONS,
  OPTION_NOUNS,
  REFUSALS,
  RETRACTIONS,
  SUBJECT_VERBS,
} from "./vocabulary.ts";

/** How far back a statement's subject may stand: "the answer to the question which gas is most common is B". */
const SUBJECT_REACH = 14;
const NEGATION_REACH = 4;
const PREDICATE_REACH = 5;

/** What stands before a mention makes it. `aside`: nothing says that it is meant as an answer. */
export interface LeftContext {
  readonly role: "aside" | "plain" | "explicit" | "final";
  readonly negated: boolean;
  /** Introduced by "no, …", "wait, …". */
  readonly retracts: boolean;
  /** Nothing but list marks stands before it on its line. */
  readonly startsLine: boolean;
  /** Preceded by "option", "choice" and the like. */
  readonly named: boolean;
}

/** What stands behind a mention. `inside`: it is a part of a phrase, such as the article of "A dog". */
export interface RightContext {
  readonly role: "inside" | "open" | "ends-clause" | "ends-line";
  readonly negated: boolean;
  /** "B is correct". */
  readonly affirmed: boolean;
}

export function leftContext(tokens: readonly Token[], mention: Mention): LeftContext {
  const negated = isNegatedBefore(tokens, mention.first);
  let at = mention.first - 1;
  while (/^[([]$/.test(tokens[at]?.text ?? "")) at -= 1;
  let named = false;
  let final = false;
  if (mention.kind === "text") {
    while (/^(?:the|an?)$/.test(wordAt(tokens, at))) at -= 1;
  } else {
    while (OPTION_NOUNS.has(wordAt(tokens, at))) {
      named = true;
      at -= 1;
    }
    while (named && ADJECTIVES.has(wordAt(tokens, at))) {
      final ||= wordAt(tokens, at) === "final";
      at -= 1;
    }
  }
  const context = (role: LeftContext["role"], more: Partial<LeftContext> = {}): LeftContext => ({
    role: final ? "final" : role,
    negated,
    retracts: false,
    startsLine: false,
    named,
    ...more,
  });
  const aside = named || mention.bracketed ? "plain" : "aside";

  while (ADVERBS.has(wordAt(tokens, at)) && !LEADING_WORDS.has(wordAt(tokens, at))) at -= 1;
  const token = tokens[at];
  switch (token?.kind) {
    case undefined:
      return context("plain", { startsLine: true });
    case "boxed":
    case "answer-tag":
      return context("final");
    case "newline": {
      const role = isColon(tokens[at - 1]) ? statementRole(tokens, at - 2) : "plain";
      return context(role, { startsLine: true });
    }
    case "mark":
      return afterMark(token.text);
    case "word":
      return afterWord(token.text);
  }

  function afterMark(mark: string): LeftContext {
    if (isListMark(tokens, at)) return context("plain", { startsLine: true });
    if (isColon(tokens[at])) return context(statementRole(tokens, at - 1));
    if (mark === "=" || /^[→⇒]$/.test(mark) || (mark === ">" && /^[-=]$/.test(tokens[at - 1]?.text ?? ""))) {
      const role = statementRole(tokens, at - 1);
      return context(role === "plain" && mark === "=" && mention.kind === "label" ? aside : role);
    }
    if (/^[-–—]$/.test(mark))
      return context(ANSWER_NOUNS.has(wordAt(tokens, at - 1)) ? statementRole(tokens, at - 1) : "plain");
    if (/^[.!?;…]$/.test(mark)) return context("plain");
    if (mark === ",") return context("plain", { retracts: RETRACTIONS.has(wordAt(tokens, at - 1)) });
    return context(aside);
  }

  function afterWord(word: string): LeftContext {
    if (COPULAS.has(word)) {
      if (word === "answer's") return context("explicit");
      let subject = at - 1;
      let hedged = false;
      while (AUXILIARIES.has(wordAt(tokens, subject)) || HEDGES.has(wordAt(tokens, subject))) {
        hedged ||= HEDGES.has(wordAt(tokens, subject));
        subject -= 1;
      }
      const role = statementRole(tokens, subject);
      return context(hedged ? "plain" : role, { retracts: RETRACTIONS.has(wordBefore(tokens, subject)) });
    }
    if (CHOOSING_VERBS.has(word)) return context("explicit");
    if (word === "with" && GOING_VERBS.has(wordAt(tokens, at - 1))) return context("explicit");
    if (RETRACTIONS.has(word)) return context("plain", { retracts: true });
    return context(LEADING_WORDS.has(word) ? "plain" : aside);
  }
}

export function rightContext(tokens: readonly Token[], mention: Mention): RightContext {
  const at = mention.last + 1;
  const token = tokens[at];
  const context = (role: RightContext["role"]): RightContext => ({ role, negated: false, affirmed: false });
  if (token === undefined || token.kind === "newline") return context("ends-line");
  if (token.kind === "word") {
    if (isPronounOrArticle(mention, tokens)) return context("inside");
    if (SUBJECT_VERBS.has(token.text)) return predicate(tokens, at);
    const opens = CONNECTIVES.has(token.text) || isPreference(tokens, at) || mention.bracketed || mention.withText;
    return context(opens ? "open" : "inside");
  }
  if (token.kind !== "mark") return context("open");
  if (/^[.!?;…]$/.test(token.text)) {
    return context(tokens[at + 1] === undefined || tokens[at + 1]?.kind === "newline" ? "ends-line" : "ends-clause");
  }
  return context(/^[,:)\]([|—–→/&⇒-]$/.test(token.text) || mention.withText ? "open" : "inside");
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

/** Looks left in the sentence for the subject of a statement: none makes it plain, "answer" explicit, "final answer" final. */
function statementRole(tokens: readonly Token[], from: number): "plain" | "explicit" | "final" {
  for (let at = from; at > from - SUBJECT_REACH && at >= 0; at -= 1) {
    const token = tokens[at];
    if (token === undefined || token.kind === "newline" || /^[.!?;]$/.test(token.text)) return "plain";
    if (ANSWER_NOUNS.has(token.text)) {
      return wordAt(tokens, at - 1) === "final" || wordAt(tokens, at - 2) === "final" ? "final" : "explicit";
    }
  }
  return "plain";
}

/** "not B", "isn't option B", "rather than B", "rule out B": the negation stands close before, in the same clause. */
function isNegatedBefore(tokens: readonly Token[], first: number): boolean {
  for (let at = first - 1; at >= first - NEGATION_REACH; at -= 1) {
    const token = tokens[at];
    if (token?.kind !== "word" || token.text === "but") return false;
    if (NEGATIONS.has(token.text) || token.text.endsWith("n't")) return true;
    const before = wordAt(tokens, at - 1);
    if (token.text === "out" && /^rul(?:e|es|ed|ing)$/.test(before)) return true;
    if (token.text === "of" && before === "instead") return true;
  }
  return false;
}

/** A bullet, heading or quotation mark that begins a line. */
function isListMark(tokens: readonly Token[], at: number): boolean {
  let position = at;
  while (/^[-–—•#>|·]$/.test(tokens[position]?.text ?? "")) position -= 1;
  return position < at && (tokens[position] === undefined || tokens[position]?.kind === "newline");
}

function isColon(token: Token | undefined): boolean {
  return token?.text === ":" || token?.text === "：";
}

function wordAt(tokens: readonly Token[], at: number): string {
  const token = tokens[at];
  return token?.kind === "word" ? token.text : "";
}

/** The word at the position, or before a comma there. */
function wordBefore(tokens: readonly Token[], at: number): string {
  return tokens[at]?.text === "," ? wordAt(tokens, at - 1) : wordAt(tokens, at);
}
