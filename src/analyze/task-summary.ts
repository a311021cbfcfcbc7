import { FIGURES, type Figure } from "../domain/protocol.ts";
import { metricsOf } from "../score/metrics-by-kind.ts";
import { type PooledFigure, pooledFigures, type ReadInPart, readInPart } from "../score/pooled-figures.ts";
import type { GenerationTask, MultipleChoiceTask } from "../spec/resolved.ts";
import { tInterval } from "../stats/t-interval.ts";
import { wilsonInterval } from "../stats/wilson.ts";
import type { TaskFacts } from "../store/manifest.ts";
import type { Accuracy, GenerationSummary, MetricSummary, MultipleChoiceSummary, TaskSummary } from "./summary.ts";
import type { TaskScores } from "./task-scores.ts";

export interface TaskSummaryOptions {
  readonly facts: TaskFacts | undefined;
  readonly signatures: Readonly<Record<string, string>>;
}

export function summarizeTask(scores: TaskScores, options: TaskSummaryOptions): TaskSummary {
  return scores.task.type === "multiple-choice"
    ? summarizeChoices(scores, scores.task)
    : summarizeTexts(scores, scores.task, options);
}

function summarizeChoices(scores: TaskScores, task: MultipleChoiceTask): MultipleChoiceSummary {
  const graded = indexes(scores).filter((index) => scores.mark(index) !== "missing");
  const figures = FIGURES[task.protocol].map(
    (figure: Figure) => [figure, accuracyOf(graded, (index) => scores.figureRight(figure, index))] as const,
  );
  const { benchmark } = task.dataset.manifest;
  return {
    type: "multiple-choice",
    task: task.name,
    ...(benchmark === undefined ? {} : { benchmark }),
    protocol: task.protocol,
    primary: task.primary,
    items: task.items,
    scored: graded.length,
    wrong: {
      incorrect: scores.count("incorrect"),
      unparsed: scores.count("unparsed"),
      empty: scores.count("empty"),
      truncated: scores.count("truncated"),
    },
    missing: {
      errored: scores.count("errored"),
      "letter-not-in-top-k": scores.count("letter-not-in-top-k"),
      absent: scores.count("absent"),
    },
    accuracy: accuracyOf(graded, (index) => scores.mark(index) === "right"),
    figures: Object.fromEntries(figures),
    chance: graded.reduce((sum, index) => sum + (scores.items.chances[index] ?? 0), 0) / Math.max(1, graded.length),
    subjects: subjectsOf(scores, graded),
    ...retriedOf(scores),
    tokens: scores.tokens(),
  };
}

function summarizeTexts(
  scores: TaskScores,
  task: GenerationTask,
  { facts, signatures }: TaskSummaryOptions,
): GenerationSummary {
  const planned = metricsOf(task.kind, {
    references: (facts?.itemsWithReferences ?? task.items) > 0,
    own: task.ownMetrics,
  });
  const metrics = Object.fromEntries(
    planned.map((metric) => [metric, summarizeMetric([scores], metric, signatures[metric])]),
  );
  const [empty, truncated] = [scores.count("generated-empty"), scores.count("generated-truncated")];
  return {
    type: "generation",
    task: task.name,
    kind: task.kind,
    items: task.items,
    scored: scores.count("generated") + empty + truncated,
    flawed: { empty, truncated },
    missing: { errored: scores.count("errored"), absent: scores.count("absent") },
    metrics,
    corpus: planned.flatMap((metric) => corpusOf(scores, metric, metrics[metric])),
    ...retriedOf(scores),
    tokens: scores.tokens(),
  };
}

/** Mean of a metric over the scored items of tasks that declare it. */
export function summarizeMetric(
  tasks: readonly TaskScores[],
  metric: string,
  signature: string | undefined,
): MetricSummary {
  const values = tasks.flatMap((scores) => indexes(scores).flatMap((index) => scores.value(metric, index) ?? []));
  const unscored: Record<string, number> = {};
  for (const scores of tasks) {
    for (const [reason, count] of Object.entries(scores.unscored(metric)))
      unscored[reason] = (unscored[reason] ?? 0) + count;
  }
  const [only] = values;
  if (only === undefined)
    return { kind: "unscored", reason: Object.keys(unscored)[0] ?? "no item was answered", unscored };
  const recipe = {
    ...(signature === undefined ? {} : { signature }),
    ...textsRead(tasks, metric, signature),
  };
  if (values.length === 1)
    return { kind: "scored", mean: only, items: 1, lower: only, upper: only, method: "one item", ...recipe, unscored };
  const { mean, lower, upper } = tInterval(values, { confidence: 0.95 });
  return {
    kind: "scored",
    mean,
    items: values.length,
    lower: Math.max(0, lower),
    upper: Math.min(1, upper),
    method: "t 95 %",
    ...recipe,
    unscored,
  };
}

/** Share of `right` among the given items, with Wilson's interval. */
export function accuracyOf(items: readonly number[], isRight: (index: number) => boolean): Accuracy {
  return accuracyFrom(items.filter(isRight).length, items.length);
}

export function accuracyFrom(correct: number, trials: number): Accuracy {
  if (trials === 0) return { kind: "unscored", reason: "no item was answered" };
  return {
    kind: "scored",
    correct,
    trials,
    value: correct / trials,
    ...wilsonInterval({ successes: correct, trials, confidence: 0.95 }),
    method: "Wilson 95 %",
  };
}

function subjectsOf(scores: TaskScores, graded: readonly number[]): MultipleChoiceSummary["subjects"] {
  const bySubject = new Map<string, number[]>();
  for (const index of graded) {
    const subject = scores.items.subjects[index];
    if (subject === undefined) continue;
    const list = bySubject.get(subject);
    if (list === undefined) bySubject.set(subject, [index]);
    else list.push(index);
  }
  return [...bySubject]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([subject, list]) => ({ subject, accuracy: accuracyOf(list, (index) => scores.mark(index) === "right") }));
}

function indexes(scores: TaskScores): readonly number[] {
  return Array.from({ length: scores.task.items }, (_, index) => index);
}

/** Figures over all items of a task, from summed statistics. */
function corpusOf(scores: TaskScores, metric: string, mean: MetricSummary | undefined): readonly PooledFigure[] {
  const sums = scores.statistics(metric);
  if (sums === undefined || mean?.kind !== "scored") return [];
  return pooledFigures(metric, { sums, items: mean.items, signature: mean.signature });
}

/** The texts that were read for a metric, over several tasks. */
function textsRead(
  tasks: readonly TaskScores[],
  metric: string,
  signature: string | undefined,
): { readonly texts?: ReadInPart } {
  const all = tasks.flatMap((scores) => {
    const sums = scores.statistics(metric);
    return (sums && readInPart(metric, sums, signature)) ?? [];
  });
  const [first] = all;
  if (first === undefined) return {};
  const sum = (read: (each: ReadInPart) => number): number => all.reduce((total, each) => total + read(each), 0);
  return { texts: { ...first, texts: sum(({ texts }) => texts), truncated: sum(({ truncated }) => truncated) } };
}

function retriedOf(scores: TaskScores): { readonly retried?: number } {
  const retried = scores.retried();
  return retried === 0 ? {} : { retried };
}
