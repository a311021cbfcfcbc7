import type { Token } from "./token.ts";

const phrases = (list: string): readonly (readonly string[])[] => list.split(", ").map((phrase) => phrase.split(" "));

/** Beginnings of clauses that turn away from what was said, in English meanings; they take it back where another choice follows. */
const TURNS = phrases(
  "no, nope, wait, hold on, hmm, actually, sorry, oops, correction, correcting, rather, scratch that, strike that, " +
    "on reflection, on second thought, on second thoughts, upon reflection, rereading, re reading, rechecking, " +
    "let me recheck, let me reconsider, let me correct, let me re, let me double, let me check, let me rethink, " +
    "after checking, after rechecking, after reconsidering, after reconsideration, after rereading, after reflection, " +
    "my mistake, i made a mistake, i made an error, i was wrong, i was mistaken, i need to correct, i must correct, " +
    "i misread, that is wrong, that is incorrect, that was wrong, that's wrong, that's incorrect, that is not right",
);

/** These take it back also where nothing follows. */
const WITHDRAWALS = phrases(
  "scratch that, strike that, i was wrong, i was mistaken, i made a mistake, i made an error, that is wrong, " +
    "that is incorrect, that was wrong, that's wrong, that's incorrect, this is wrong, this is incorrect, my mistake",
);

/**
 * Whether a statement that ends at token `stated` is taken back: withdrawn right behind it ("B? No.", "B. That is wrong."), or turned
 * away from before another choice is named, whose last token is `other`.
 */
export function isTakenBack(tokens: readonly Token[], stated: number, other: number | undefined): boolean {
  let behind = stated + 1;
  while (tokens[behind] !== undefined && tokens[behind]?.kind !== "word") behind += 1;
  while (/^(?:hmm|oh|wait)$/.test(tokens[behind]?.meaning ?? "")) behind += wordsEnd(tokens, behind + 1) ? 2 : 1;
  if (WITHDRAWALS.some((phrase) => begins(tokens, behind, phrase))) return true;
  if (
    /^(?:no|nope)$/.test(tokens[behind]?.meaning ?? "") &&
    wordsEnd(tokens, behind + 1) &&
    isSentenceEnd(tokens[behind + 1])
  )
    return true;
  if (other === undefined) return false;
  for (let at = stated + 1; at < other; at += 1) {
    if (beginsClause(tokens, at) && TURNS.some((phrase) => begins(tokens, at, phrase))) return true;
  }
  return false;
}

function begins(tokens: readonly Token[], at: number, phrase: readonly string[]): boolean {
  const all = phrase.every(
    (word, index) => tokens[at + index]?.kind === "word" && tokens[at + index]?.meaning === word,
  );
  // "No other option fits" turns away from nothing.
  return (
    all && (phrase[0] !== "no" || wordsEnd(tokens, at + 1) || /^(?:wait|it|the)$/.test(tokens[at + 1]?.meaning ?? ""))
  );
}

function beginsClause(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1];
  return before?.kind !== "word" || /^(?:but|and|so|oh|hmm|well)$/.test(before.meaning);
}

function wordsEnd(tokens: readonly Token[], at: number): boolean {
  return tokens[at]?.kind !== "word";
}

function isSentenceEnd(token: Token | undefined): boolean {
  return token === undefined || token.kind === "newline" || /^[.!?;…]$/.test(token.text);
}
