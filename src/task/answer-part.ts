import type { Choice } from "../domain/item.ts";
import { separateThinking } from "../domain/thinking.ts";

export interface AnswerPart {
  readonly text: string;
  /** More was written than the answer, so that the answer itself wasn't cut off. */
  readonly ended: boolean;
}

/** Special tokens by which templates end a turn or begin one. */
const TURN_TOKENS = [
  "<[|｜][A-Za-z0-9_▁]{1,40}[|｜]>", // <|im_end|>, <|eot_id|>, <｜end▁of▁sentence｜>
  "</?(?:start|end)_of_turn>",
  "<(?:turn\\|?|\\|turn)>",
  "<(?:eos|bos|EOS|BOS)>",
  "\\[/?INST\\]",
  "\\[(?:EOS|BOS|end of text)\\]",
  "(?<!<s>[^<]{0,400})</s>", // not what HTML strikes through
].join("|");
const FIRST_TURN_TOKEN = new RegExp(TURN_TOKENS, "u");
/** A turn's head in front of the answer: <|im_start|>assistant. */
const OWN_HEAD = new RegExp(`^\\s*(?:(?:<s>|${TURN_TOKENS})\\s*(?:(?:assistant|model|gpt)\\b\\s*)?)+`, "u");

/** Who or what opens a further turn, at the beginning of a line. */
const SPEAKERS =
  "question|q|problem|exercise|user|human|assistant|instruction|system|frage|aufgabe|pregunta|pergunta|questão|domanda|pytanie|вопрос|задача|问题|問題|题目|題目|質問|設問|질문|문제|السؤال|سؤال";
const NEXT_TURN = new RegExp(
  `\\n[ \\t]*(?:(?:#+|\\*\\*|>)[ \\t]*(?:${SPEAKERS})(?!\\p{L})(?:[ \\t]*\\d+)?[ \\t]*(?:[:：.)*]|(?=\\n))|(?:${SPEAKERS})(?:[ \\t]*\\d+)?[ \\t]*[:：])`,
  "iu",
);

/**
 * The part of a written text that is the answer: without thinking, and up to the special token that ends its turn. What a model wrote on
 * into a further turn, as base models do after few-shot prompts, is nobody's answer.
 */
export function endOfTurn(written: string): AnswerPart {
  const { text } = separateThinking(written);
  if (!/[<[]/.test(text)) return { text, ended: false };
  const head = OWN_HEAD.exec(text)?.[0].length ?? 0;
  const body = text.slice(head);
  const end = body.search(FIRST_TURN_TOKEN);
  return end < 0 ? { text: head === 0 ? text : body, ended: false } : { text: body.slice(0, end), ended: true };
}

/**
 * The same for a multiple-choice answer, which also ends where a line begins a further question ("Question: …", "User: …"), or where
 * other choices than its own are listed behind it.
 */
export function answerPart(written: string, choices: readonly Choice[]): AnswerPart {
  const turn = endOfTurn(written);
  const text = turn.text.trimStart();
  if (!text.includes("\n")) return turn;
  const next = NEXT_TURN.exec(text)?.index ?? listOfOthers(text, choices);
  return next === undefined ? turn : { text: text.slice(0, next), ended: true };
}

/** Where the paragraph begins that leads to a list of choices which aren't the item's: the next question of a prompt without headings. */
function listOfOthers(text: string, choices: readonly Choice[]): number | undefined {
  const [first, second] = choices;
  if (first === undefined || second === undefined) return undefined;
  const lines = text.split("\n");
  const at = lines.findIndex(
    (line, index) => index > 1 && isOther(line, first) && isOther(lines[index + 1] ?? "", second),
  );
  if (at < 0) return undefined;
  const blank = lines.findLastIndex((line, index) => index < at - 1 && line.trim() === "");
  return blank < 1 ? undefined : lines.slice(0, blank).join("\n").length;
}

/** "A. Oslo" where A is Paris. */
function isOther(line: string, { label, text }: Choice): boolean {
  const start = line.trimStart().replace(/^\(/, "");
  if (!start.startsWith(label) || !/^[.):][ \t]/.test(start.slice(label.length))) return false;
  const listed = start
    .slice(label.length + 1)
    .trim()
    .toLowerCase();
  return listed !== "" && !listed.startsWith(text.trim().toLowerCase());
}
