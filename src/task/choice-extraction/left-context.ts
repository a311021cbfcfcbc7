import type { Mention } from "./mentions.ts";
import type { Token } from "./token.ts";
import {
  ADJECTIVES,
  ADVERBS,
  ANSWER_NOUNS,
  AUXILIARIES,
  CHOOSING_VERBS,
  COPULAS,
  GOING_VERBS,
  HEDGES,
  LEADING_WORDS,
  NEGATIONS,
  OPTION_NOUNS,
  RETRACTIONS,
} from "./vocabulary.ts";
import { isForeign, wordAt } from "./word-at.ts";

/** How far back a statement's subject may stand: "the answer to the question which gas is most common is B". */
const SUBJECT_REACH = 14;
const NEGATION_REACH = 4;

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
    const noun = nounBeforeAdjectives(tokens, at);
    named ||= noun !== undefined;
    while (named && (ADJECTIVES.has(wordAt(tokens, at)) || at === noun)) {
      final ||= wordAt(tokens, at) === "final";
      at -= 1;
    }
    // "est la B", "ist die B".
    if (!named && wordAt(tokens, at) === "the" && leadsToAnswer(tokens, at - 1)) at -= 1;
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
      return afterWord(token.meaning);
  }

  function afterMark(mark: string): LeftContext {
    if (isListMark(tokens, at)) return context("plain", { startsLine: true });
    // What stands before a colon is one name: of `"answer": "B", "reason": "A is …"` only the first.
    if (isColon(tokens[at])) return context(statementRole(tokens, at - 1, /^[.!?;,]$/));
    if (mark === "=" || /^[→⇒]$/.test(mark) || (mark === ">" && /^[-=]$/.test(tokens[at - 1]?.text ?? ""))) {
      const role = statementRole(tokens, at - 1);
      return context(role === "plain" && mark === "=" && mention.kind === "label" ? aside : role);
    }
    if (/^[-–—]$/.test(mark))
      return context(ANSWER_NOUNS.has(wordAt(tokens, at - 1)) ? statementRole(tokens, at - 1) : "plain");
    if (/^[.!?;…]$/.test(mark)) return context("plain");
    // 【答案】B
    if (mark === "]" && ANSWER_NOUNS.has(wordAt(tokens, at - 1))) return context(statementRole(tokens, at - 1));
    if (mark === ",") return context("plain", { retracts: isRetraction(wordAt(tokens, at - 1)) });
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
      return context(hedged ? "plain" : role, { retracts: isRetraction(wordBefore(tokens, subject)) });
    }
    if (CHOOSING_VERBS.has(word)) return context("explicit");
    if (word === "with" && GOING_VERBS.has(wordAt(tokens, at - 1))) return context("explicit");
    if (RETRACTIONS.has(word)) return context("plain", { retracts: true });
    return context(LEADING_WORDS.has(word) ? "plain" : aside);
  }
}

/** Where a noun stands before adjectives that end at the position: "respuesta correcta B". */
function nounBeforeAdjectives(tokens: readonly Token[], end: number): number | undefined {
  let at = end;
  while (ADJECTIVES.has(wordAt(tokens, at))) at -= 1;
  return at < end && OPTION_NOUNS.has(wordAt(tokens, at)) && isForeign(tokens[at]) ? at : undefined;
}

function leadsToAnswer(tokens: readonly Token[], at: number): boolean {
  const word = wordAt(tokens, at);
  return COPULAS.has(word) || CHOOSING_VERBS.has(word) || ADVERBS.has(word);
}

/** "no, C", and in languages with one word for both, "not, C". */
function isRetraction(word: string): boolean {
  return RETRACTIONS.has(word) || word === "not";
}

/** Looks left in the sentence for the subject of a statement: none makes it plain, "answer" explicit, "final answer" final. */
function statementRole(
  tokens: readonly Token[],
  from: number,
  stop: RegExp = /^[.!?;]$/,
): "plain" | "explicit" | "final" {
  let final = false;
  for (let at = from; at > from - SUBJECT_REACH && at >= 0; at -= 1) {
    const token = tokens[at];
    if (token === undefined || token.kind === "newline" || stop.test(token.text)) return "plain";
    final ||= token.meaning === "final";
    if (ANSWER_NOUNS.has(token.meaning)) {
      final ||= wordAt(tokens, at - 1) === "final" || wordAt(tokens, at - 2) === "final";
      return final ? "final" : "explicit";
    }
  }
  return "plain";
}

/** "not B", "isn't option B", "rather than B", "rule out B": the negation stands close before, in the same clause. */
function isNegatedBefore(tokens: readonly Token[], first: number): boolean {
  if (wordAt(tokens, first - 1) === "no") return true;
  for (let at = first - 1; at >= first - NEGATION_REACH; at -= 1) {
    const token = tokens[at];
    if (token?.kind !== "word" || token.meaning === "but") return false;
    if (NEGATIONS.has(token.meaning) || token.meaning.endsWith("n't")) return true;
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

/** The word at the position, or before a comma there. */
function wordBefore(tokens: readonly Token[], at: number): string {
  return tokens[at]?.text === "," ? wordAt(tokens, at - 1) : wordAt(tokens, at);
}
