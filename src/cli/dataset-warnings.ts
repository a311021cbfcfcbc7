import type { Warning } from "../dataset/check-dataset.ts";

const WORDS: Readonly<Record<Warning["kind"], string>> = {
  duplicate: "ask what another item asks",
  contradiction: "ask what another item asks, and want another answer",
  leak: "are shown among the worked examples, answer included",
  "near-leak": "are nearly the same as a worked example",
  "no-reference": "have no reference; metrics that compare with one leave them out",
  "equal-choices": "have two choices of one text, so an answer may be right under two labels",
  encoding: "hold U+FFFD, which stands for bytes that were no UTF-8",
};

/** A warning as a line: how many items, what is the matter, which. */
export function warningText({ kind, count, examples }: Warning): string {
  const more = count > examples.length ? `, … (${count - examples.length} more)` : "";
  return `${count} ${count === 1 ? "item" : "items"} ${count === 1 ? singular(WORDS[kind]) : WORDS[kind]}: ${examples.join(", ")}${more}`;
}

function singular(words: string): string {
  return words
    .replace(/^(ask|hold)\b/, "$1s")
    .replace(/^have\b/, "has")
    .replace(/^are\b/, "is")
    .replace("and want ", "and wants ")
    .replace("leave them out", "leave it out");
}
