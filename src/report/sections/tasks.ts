import type { Accuracy, GenerationSummary, MultipleChoiceSummary, TaskSummary } from "../../analyze/summary.ts";
import { decimal } from "../../domain/write-number.ts";
import type { Block, Cell, Section, Table } from "../document.ts";
import { count, interval, percent, plural, score } from "../format.ts";
import type { ModelView } from "../model-view.ts";
import type { UnreadTask } from "../report-data.ts";
import { unreadSentence } from "../unread.ts";
import { UnscoredReasons } from "../unscored.ts";
import { align } from "./columns.ts";

interface TaskOf<T extends TaskSummary> {
  readonly label: string;
  readonly task: T;
}

/** Task by task: how items ended, wrong and missing by cause, subjects, and the metrics of generation tasks. */
export function tasksSection(model: ModelView, unread: readonly UnreadTask[], id: string): Section | undefined {
  const names = [...new Set(model.variants.flatMap(({ summary }) => summary.tasks.map(({ task }) => task)))];
  if (names.length === 0) return undefined;
  return {
    id,
    title: "Task by task",
    blocks: names.flatMap((name) => [...taskBlocks(model, name), ...unreadBlocks(model, name, unread)]),
  };
}

function taskBlocks(model: ModelView, name: string): readonly Block[] {
  const entries = model.variants.flatMap(({ label, summary }) =>
    summary.tasks.flatMap((task) => (task.task === name ? [{ label, task }] : [])),
  );
  const choices = entries.flatMap(({ label, task }) => (task.type === "multiple-choice" ? [{ label, task }] : []));
  const texts = entries.flatMap(({ label, task }) => (task.type === "generation" ? [{ label, task }] : []));
  return [...choiceBlocks(name, choices), ...generationBlocks(name, texts)];
}

/** Answers that nobody could read are shown: they tell at once what is wrong with the prompt, the token limit or the reading. */
function unreadBlocks(model: ModelView, name: string, unread: readonly UnreadTask[]): readonly Block[] {
  const items = model.variants.flatMap(({ id, label }) =>
    unread.flatMap((each) => (each.task === name && each.variant === id ? [unreadSentence(each, label)] : [])),
  );
  return items.length === 0 ? [] : [{ kind: "notes", items }];
}

function choiceBlocks(name: string, entries: readonly TaskOf<MultipleChoiceSummary>[]): readonly Block[] {
  const [first] = entries;
  if (first === undefined) return [];
  const { protocol, primary, items, chance, benchmark } = first.task;
  const reasons = new UnscoredReasons();
  const subjects = subjectTable(name, entries);
  const table = choiceTable(entries, reasons);
  return [
    { kind: "heading", text: `${name}: multiple choice` },
    {
      kind: "paragraph",
      text: `${plural(items, "item")}, asked by ${protocol}, counted by ${primary}; guessing gets ${percent(chance)}${benchmark === undefined ? "" : `; benchmark ${benchmark}`}.`,
    },
    table,
    ...noted(reasons),
    ...(subjects === undefined ? [] : [subjects]),
  ];
}

function choiceTable(entries: readonly TaskOf<MultipleChoiceSummary>[], reasons: UnscoredReasons): Table {
  const figures = [...new Set(entries.flatMap(({ task }) => Object.keys(task.figures)))].filter(
    (figure) => !entries.every(({ task }) => task.primary === figure),
  );
  return {
    kind: "table",
    caption:
      "How the items ended. Accuracy = right / n (the answered items), below it its Wilson 95 % interval. What the model caused counts as wrong; what the infrastructure caused is missing.",
    narrow: "scroll",
    columns: align(
      ["quantization"],
      [
        "accuracy",
        ...figures,
        "n",
        "right",
        "incorrect",
        "unparsed",
        "empty",
        "truncated",
        "missing: errored",
        "letter not in top k",
        "never asked",
        "tokens",
      ],
    ),
    rows: entries.map(({ label, task }) => [
      label,
      accuracyCell(task.accuracy, label, reasons),
      ...figures.map((figure) => {
        const accuracy = Object.entries(task.figures).find(([key]) => key === figure)?.[1];
        return accuracy === undefined ? "not computed" : accuracyCell(accuracy, label, reasons);
      }),
      count(task.scored),
      count(task.accuracy.kind === "scored" ? task.accuracy.correct : 0),
      count(task.wrong.incorrect),
      count(task.wrong.unparsed),
      count(task.wrong.empty),
      count(task.wrong.truncated),
      erroredCell(task),
      count(task.missing["letter-not-in-top-k"]),
      count(task.missing.absent),
      tokensCell(task),
    ]),
  };
}

function accuracyCell(accuracy: Accuracy, label: string, reasons: UnscoredReasons): Cell {
  if (accuracy.kind === "unscored") return reasons.add("accuracy", label, accuracy.reason);
  return { text: percent(accuracy.value), note: interval(accuracy, (bound) => decimal(bound * 100, 1)) };
}

function subjectTable(name: string, entries: readonly TaskOf<MultipleChoiceSummary>[]): Table | undefined {
  const subjects = [...new Set(entries.flatMap(({ task }) => task.subjects.map(({ subject }) => subject)))].sort();
  if (subjects.length === 0) return undefined;
  return {
    kind: "table",
    caption: `Accuracy by subject on ${name}; below it right/n and the Wilson 95 % interval in percent.`,
    narrow: "scroll",
    columns: align(
      ["subject"],
      entries.map(({ label }) => label),
    ),
    rows: subjects.map((subject) => [
      subject,
      ...entries.map(({ task }): Cell => {
        const accuracy = task.subjects.find((each) => each.subject === subject)?.accuracy;
        if (accuracy === undefined) return "not answered";
        if (accuracy.kind === "unscored") return { text: "unscored", note: accuracy.reason };
        return {
          text: percent(accuracy.value, 0),
          note: `${count(accuracy.correct)}/${count(accuracy.trials)}\n${interval(accuracy, (bound) => decimal(bound * 100, 0))}`,
        };
      }),
    ]),
  };
}

function generationBlocks(name: string, entries: readonly TaskOf<GenerationSummary>[]): readonly Block[] {
  const [first] = entries;
  if (first === undefined) return [];
  const reasons = new UnscoredReasons();
  const table = generationTable(entries, reasons);
  return [
    {
      kind: "folded",
      summary: `${name}: generation (${first.task.kind}), ${plural(first.task.items, "item")}`,
      blocks: [table, ...noted(reasons)],
    },
  ];
}

function generationTable(entries: readonly TaskOf<GenerationSummary>[], reasons: UnscoredReasons): Table {
  const metrics = [...new Set(entries.flatMap(({ task }) => Object.keys(task.metrics)))];
  const corpus = [...new Set(entries.flatMap(({ task }) => task.corpus.map((figure) => figure.name)))];
  return {
    kind: "table",
    caption:
      "Mean score of each metric; below it the t 95 % interval and n, the scored items. Empty and truncated answers are scored all the same and counted here; errored and never asked items are missing.",
    narrow: "scroll",
    columns: align(
      ["quantization"],
      [...metrics, ...corpus, "answered", "empty", "truncated", "missing: errored", "never asked", "tokens"],
    ),
    rows: entries.map(({ label, task }) => [
      label,
      ...metrics.map((name): Cell => {
        const metric = task.metrics[name];
        if (metric === undefined) return "not computed";
        if (metric.kind === "unscored") return reasons.add(name, label, metric.reason);
        const bounds = metric.method === "one item" ? "one item" : interval(metric, score);
        return { text: score(metric.mean), note: `${bounds}\nn = ${count(metric.items)}` };
      }),
      ...corpus.map((name): Cell => {
        const figure = task.corpus.find((each) => each.name === name);
        if (figure === undefined) return "not computed";
        return figure.items === undefined
          ? score(figure.value)
          : { text: score(figure.value), note: `n = ${count(figure.items)}` };
      }),
      count(task.scored),
      count(task.flawed.empty),
      count(task.flawed.truncated),
      erroredCell(task),
      count(task.missing.absent),
      tokensCell(task),
    ]),
  };
}

function tokensCell({ tokens }: TaskSummary): Cell {
  return { text: `${count(tokens.prompt)} in`, note: `${count(tokens.completion)} out` };
}

function noted(reasons: UnscoredReasons): readonly Block[] {
  const items = reasons.sentences();
  return items.length === 0 ? [] : [{ kind: "notes", items }];
}

/** Retries can shift the distribution of answers, so they are told apart. */
function erroredCell({
  missing,
  retried,
}: {
  readonly missing: { readonly errored: number };
  readonly retried?: number;
}): Cell {
  return { text: count(missing.errored), ...(retried === undefined ? {} : { note: `${count(retried)} asked again` }) };
}
