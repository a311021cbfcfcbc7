import { type LeftContext, leftContext } from "./left-context.ts";
import type { Mention } from "./mentions.ts";
import { type RightContext, rightContext } from "./right-context.ts";
import type { Token } from "./token.ts";
import { JOINTS } from "./vocabulary.ts";

/** What one or several joined mentions ("A or B") say about the answer. */
export interface Evidence {
  /** Positions in `choices`, all of them meant. */
  readonly indices: readonly number[];
  /**
   * `line`: a label with its own text, alone on its line, as an answer or as one of a list. `retraction`: a plain mention that takes back
   * an earlier answer. `denial`: "not B".
   */
  readonly strength: "plain" | "line" | "explicit" | "final" | "retraction" | "denial";
  /** Its last token. */
  readonly last: number;
}

/** Evidence in order of appearance; mentions that aren't meant as an answer give none. */
export function findEvidence(tokens: readonly Token[], mentions: readonly Mention[]): Evidence[] {
  return groupJoined(tokens, mentions).flatMap((group) => {
    const [first, last] = [group[0], group.at(-1)];
    if (first === undefined || last === undefined) return [];
    const strength = strengthOf(tokens, group, leftContext(tokens, first), rightContext(tokens, last));
    const indices = [...new Set(group.flatMap((mention) => mention.indices))];
    return strength === undefined ? [] : [{ indices, strength, last: last.last }];
  });
}

function strengthOf(
  tokens: readonly Token[],
  group: readonly Mention[],
  left: LeftContext,
  right: RightContext,
): Evidence["strength"] | undefined {
  if (right.role === "inside" && !(left.named && group[0]?.kind === "label")) return undefined;
  if (left.negated || right.negated) return "denial";
  const role = right.affirmed && left.role !== "final" ? "explicit" : left.role;
  if (role === "aside") return undefined;
  const single = group.length === 1 ? group[0] : undefined;
  if (group.every(({ kind }) => kind === "text") && !textIsMeant(right, role)) return undefined;
  if (single?.otherCase && !otherCaseIsMeant(tokens, single, left, right, role)) return undefined;
  if (role !== "plain") return role;
  // A label alone on its line states the answer, whatever the explanation around it mentions.
  if (single?.kind === "label" && !single.withText && left.startsLine && right.role === "ends-line") return "explicit";
  if (left.retracts) return "retraction";
  return single?.withText && left.startsLine && right.role === "ends-line" ? "line" : "plain";
}

/** A choice's text in passing is no answer: it has to end its clause, or be called right. */
function textIsMeant(right: RightContext, role: LeftContext["role"]): boolean {
  return right.affirmed || role !== "plain" || right.role === "ends-clause" || right.role === "ends-line";
}

/**
 * A label in the other letter case is a word like any other unless it is marked as a label or is the whole answer; a
 * whole answer "a" may as well be an article that was cut off.
 */
function otherCaseIsMeant(
  tokens: readonly Token[],
  mention: Mention,
  left: LeftContext,
  right: RightContext,
  role: LeftContext["role"],
): boolean {
  if (mention.bracketed || mention.withText || left.named || role !== "plain") return true;
  const punctuated = tokens[mention.last + 1]?.kind === "mark" && right.role !== "open";
  if (left.startsLine && punctuated) return true;
  const alone = tokens.every(({ kind }, at) => (at >= mention.first && at <= mention.last) || kind === "newline");
  return alone && tokens[mention.last]?.raw !== "a";
}

/** Joins "A or B", "A, B and C", "A/B", "Ampère (B)". */
function groupJoined(tokens: readonly Token[], mentions: readonly Mention[]): Mention[][] {
  const groups: Mention[][] = [];
  for (const mention of mentions) {
    const group = groups.at(-1);
    const previous = group?.at(-1);
    if (group !== undefined && previous !== undefined && areJoined(tokens, previous, mention)) group.push(mention);
    else groups.push([mention]);
  }
  return groups;
}

function areJoined(tokens: readonly Token[], a: Mention, b: Mention): boolean {
  const between = tokens.slice(a.last + 1, Math.min(b.first, a.last + 6));
  if (b.first - a.last - 1 !== between.length) return false;
  if (between.length === 0) return a.kind === "text" && b.bracketed;
  if (!between.every(({ kind, text, meaning }) => (kind === "word" ? JOINTS.has(meaning) : /^[,&/]$/.test(text))))
    return false;
  const hasConjunction = between.some(({ text }) => text !== "," && !/^(?:option|choice)$/.test(text));
  // "B, A is wrong" isn't a list; "A, B", "A, B or C" are.
  const next = tokens[b.last + 1];
  return hasConjunction || next?.kind !== "word" || /^(?:and|or|nor)$/.test(next.meaning);
}
