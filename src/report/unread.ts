import { clip } from "./escape.ts";
import { count, plural } from "./format.ts";
import type { UnreadTask } from "./report-data.ts";

/** Characters of an answer that are shown of it. */
const TEXT_LIMIT = 160;

/** That no answer of a variant was read, with what it wrote instead. `label`: the variant's name for the reader. */
export function unreadSentence({ task, answers, shown }: UnreadTask, label: string): string {
  const texts = shown.map((text) => (text.trim() === "" ? "(nothing)" : JSON.stringify(clip(text, TEXT_LIMIT))));
  const which =
    answers === texts.length ? "" : texts.length === 1 ? "; one of them" : `; ${count(texts.length)} of them`;
  const told = texts.length === 0 ? "" : `${which}: ${texts.join(" and ")}`;
  const none = answers === 1 ? "the one answer" : `none of the ${plural(answers, "answer")}`;
  const verb = answers === 1 ? "was not" : "was";
  return `${task}: ${none} of ${label} ${verb} read as a choice${told}`;
}
