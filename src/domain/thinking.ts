/** How some models mark where their thinking begins and ends, as regular expressions. */
interface ThinkingMarks {
  readonly open: RegExp;
  readonly close: RegExp;
  /** Ordinary characters, which a text about such marks may quote; the others are special tokens or sentences. */
  readonly quotable?: true;
  /** `close` is ordinary text and ends only what this row's `open` has begun. */
  readonly paired?: true;
}

const NAME = "(?:[a-z_]+:)?(?:think(?:ing)?|thoughts?|reason(?:ing)?|scratchpad)";
const anyCase = (pattern: string) => new RegExp(pattern, "giu");

/** Every mark of thinking that is known, whatever backend or file the text comes from. */
const MARKS: readonly ThinkingMarks[] = [
  // <think>, <thinking>, <thought>, <reasoning>, <seed:think>, with attributes or without.
  { open: anyCase(`<${NAME}(?:\\s[^<>\\n]{0,80})?>`), close: anyCase(`</${NAME}\\s?>`), quotable: true },
  // Mistral: [THINK].
  { open: anyCase("\\[think(?:ing)?\\]"), close: anyCase("\\[/think(?:ing)?\\]"), quotable: true },
  // Kimi: ◁think▷.
  { open: anyCase(`◁${NAME}▷`), close: anyCase(`◁/${NAME}▷`) },
  // Special tokens: <|think|>, <|begin_of_thought|>, <|START_THINKING|>, <|thinking_start|>.
  {
    open: anyCase(`<[|｜](?:(?:begin|start)(?:_of)?_)?${NAME}(?:_(?:start|begin))?[|｜]>`),
    close: anyCase(`<[|｜](?:/${NAME}|end(?:_of)?_${NAME}|${NAME}_end)[|｜]>`),
  },
  { open: anyCase("<\\|inner_prefix\\|>"), close: anyCase("<\\|inner_suffix\\|>") },
  // Gemma's channel, and the same with tokens that have no name.
  { open: anyCase("<\\|channel>\\s?thoughts?\\b"), close: anyCase("<channel\\|>") },
  { open: anyCase("<unused94>(?:\\s?thoughts?\\b)?"), close: anyCase("<unused95>") },
  // Harmony: every channel but the final one; the second row is what is left of it where special tokens were taken out.
  {
    open: anyCase(
      "(?:<\\|start\\|>assistant)?<\\|channel\\|>(?!final\\b)\\w{1,40}[^<]{0,80}(?:<\\|constrain\\|>[^<]{0,40})?<\\|message\\|>",
    ),
    close: anyCase(
      "(?:<\\|end\\|>)?(?:<\\|start\\|>assistant)?<\\|channel\\|>final\\b[^<]{0,80}(?:<\\|constrain\\|>[^<]{0,40})?<\\|message\\|>",
    ),
  },
  { open: /(?<![\s\S])\s*(?:analysis|commentary)(?=[A-Z])/gu, close: /assistant\s?final(?!\p{Ll})/gu, paired: true },
  // Granite: two sentences. Without the second one the first is nobody's mark.
  {
    open: anyCase("(?<![\\s\\S])\\s*here(?:'s| is) my thought process:(?=[\\s\\S]*here(?:'s| is) my response:)"),
    close: anyCase("here(?:'s| is) my response:"),
    paired: true,
  },
];

/** Nothing without one of these is a mark. */
const MAY_BE_MARKED = /[<[◁]|assistant\s?final|thought process|^\s*(?:analysis|commentary)/iu;

/** What a model may put around its answer once it has thought. */
const WRAPPERS = [
  /^\s*<(response|answer|output)>([\s\S]*?)(?:<\/\1>\s*)?$/iu,
  /^\s*<\|(START_RESPONSE|begin_of_solution)\|>([\s\S]*?)(?:<\|(?:END_RESPONSE|end_of_solution)\|>\s*)?$/iu,
] as const;

interface Mark {
  readonly kind: "open" | "close";
  readonly row: ThinkingMarks;
  readonly start: number;
  readonly end: number;
}

export interface SeparatedText {
  readonly text: string;
  /** Present where there were marks, maybe empty. */
  readonly reasoning?: string;
}

/** Whether the prompt, as the model saw it, opened the thinking. `unknown`: a chat template may have done so. */
export type Opening = "by-prompt" | "not-by-prompt" | "unknown";

/**
 * Takes a reasoning model's thinking out of what it wrote: one block or several, nested, in any known marks. A block that nothing closes
 * goes on to the end. A closing mark that nothing opened ends a thinking that the prompt opened: all before it is thinking. Marks that
 * are quoted, or stand in the middle of a sentence without a partner, are text. Linear in the length of the text.
 */
export function separateThinking(text: string, opening: Opening = "unknown"): SeparatedText {
  const marks = MAY_BE_MARKED.test(text) ? findMarks(text, opening) : [];
  const promptOpened = opening === "by-prompt";
  if (marks.length === 0 && !promptOpened) return { text };

  const lastClose = marks.findLast(({ kind }) => kind === "close")?.start ?? -1;
  const lastWritten = text.trimEnd().length;
  const thoughts: string[] = [];
  let kept = "";
  let at = 0;
  let opened = promptOpened ? 1 : 0;
  let closed = 0;
  let inside: { readonly row: ThinkingMarks | undefined } | undefined = promptOpened ? { row: undefined } : undefined;
  for (const mark of marks) {
    if (mark.kind === "open") {
      if (inside === undefined && mark.start > lastClose && !mayStayOpen(text, mark)) continue;
      opened += 1;
      if (inside !== undefined) continue;
      kept += text.slice(at, mark.start);
      inside = { row: mark.row };
    } else {
      const isOwn = inside !== undefined && (inside.row === undefined || inside.row === mark.row);
      if (!isOwn && (mark.row.paired === true || inside?.row?.paired === true)) continue;
      const written = text.slice(at, mark.start);
      if (inside !== undefined) thoughts.push(written);
      else if (opened > 0 && closed >= opened && mark.end >= lastWritten) kept += written;
      else {
        thoughts.push(kept + written);
        kept = "";
      }
      closed += 1;
      inside = undefined;
    }
    at = mark.end;
  }
  if (inside !== undefined) thoughts.push(text.slice(at));
  else kept += text.slice(at);
  if (thoughts.length === 0) return { text };
  const reasoning = thoughts.map((thought) => thought.trim()).filter((thought) => thought !== "");
  return { text: unwrap(kept.trimStart()), reasoning: reasoning.join("\n\n") };
}

/** Whether what comes next is thinking, since the prompt's last words open it. */
export function endsInThinking(prompt: string): boolean {
  const end = prompt.slice(-200).trimEnd();
  return MARKS.some((row) =>
    [...end.matchAll(row.open)].some((match) => row.paired !== true && match.index + match[0].length === end.length),
  );
}

/** Whether a first token opens thinking, or is the beginning of a mark that does. */
export function beginsThinking(token: string): boolean {
  const start = token.trimStart();
  if (/^(?:<[|｜]?|\[|◁)(?:[a-z]+:)?(?:thi|tho|reas)/iu.test(start) || /^<\|channel\b/iu.test(start)) return true;
  return MARKS.some((row) => row.paired !== true && start.search(row.open) === 0);
}

/** In order of appearance, none overlapping. */
function findMarks(text: string, opening: Opening): Mark[] {
  const found = MARKS.flatMap((row) =>
    (["open", "close"] as const).flatMap((kind) =>
      [...text.matchAll(row[kind])].map(
        (match): Mark => ({ kind, row, start: match.index, end: match.index + match[0].length }),
      ),
    ),
  )
    .filter((mark) => !isQuoted(text, mark))
    .sort((a, b) => a.start - b.start || b.end - a.end);
  const marks: Mark[] = [];
  for (const mark of found) if (mark.start >= (marks.at(-1)?.end ?? 0)) marks.push(mark);
  const unopened = opening === "not-by-prompt" && marks.every(({ kind }) => kind === "close");
  return unopened ? marks.filter((mark) => !isWithinSentence(text, mark)) : marks;
}

/** In quotation marks or code. */
function isQuoted(text: string, { row, start, end }: Mark): boolean {
  return row.quotable === true && /^[`"'“”‘’]{2}$/u.test(`${text[start - 1]}${text[end]}`);
}

/** "use </think> here". */
function isWithinSentence(text: string, { row, start, end }: Mark): boolean {
  return row.quotable === true && text[start - 1] === " " && text[end] === " ";
}

/** A block that nothing closes: a special token always begins one, another mark only at the beginning of a line. */
function mayStayOpen(text: string, { row, start }: Mark): boolean {
  return row.quotable !== true || /(?:^|\n)[ \t]*$/u.test(text.slice(Math.max(0, start - 80), start));
}

function unwrap(text: string): string {
  for (const wrapper of WRAPPERS) {
    const inner = wrapper.exec(text)?.[2];
    if (inner !== undefined) return inner.trim();
  }
  return text;
}
