import type { TokenCounts } from "../domain/answer.ts";
import type { ScoreRow } from "../domain/score-row.ts";
import type { ResolvedTask } from "../spec/resolved.ts";
import { ExactSum } from "../stats/exact-sum.ts";

/** How an item ended on a variant. `absent`: it has no row. */
export const OUTCOMES = [
  "absent",
  "right",
  "incorrect",
  "unparsed",
  "empty",
  "truncated",
  "errored",
  "letter-not-in-top-k",
  "generated",
  "generated-empty",
  "generated-truncated",
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What is known of a task's items themselves, the same for every variant. Memory: a few words per item. */
export class TaskItems {
  readonly ids: string[] = [];
  readonly subjects: (string | undefined)[] = [];
  readonly groups: (string | undefined)[] = [];
  /** 1/choices of each item; 0 for generation tasks. */
  readonly chances: number[] = [];

  add(row: ScoreRow): void {
    this.ids[row.index] = row.item;
    this.subjects[row.index] = row.subject;
    this.groups[row.index] = row.group;
    if (row.result.kind === "graded") this.chances[row.index] = row.result.choices === 0 ? 0 : 1 / row.result.choices;
  }
}

/**
 * All scores of one task on one variant, in columns by item position: no texts, a few bytes per item and metric. Nothing in it depends on the
 * order in which the rows were added.
 */
export class TaskScores {
  readonly task: ResolvedTask;
  readonly items: TaskItems;
  readonly #outcomes: Uint8Array;
  readonly #figures = new Map<string, Uint8Array>();
  readonly #values = new Map<string, Float64Array>();
  readonly #unscored = new Map<string, Map<string, number>>();
  readonly #statistics = new Map<string, ExactSum[]>();
  readonly #promptHashes: BigUint64Array;
  readonly #answerHashes: BigUint64Array;
  readonly #retried = new Set<number>();
  readonly #tokens: { prompt: number; completion: number } = { prompt: 0, completion: 0 };

  constructor(task: ResolvedTask, items: TaskItems) {
    this.task = task;
    this.items = items;
    this.#outcomes = new Uint8Array(task.items);
    this.#promptHashes = new BigUint64Array(task.items);
    this.#answerHashes = new BigUint64Array(task.items);
  }

  add(row: ScoreRow): void {
    const { index } = row;
    // The first answer of an item counts, before or after an error that it replaces.
    if (index >= this.task.items || (this.outcome(index) !== "absent" && this.outcome(index) !== "errored")) return;
    if (row.retried === true && row.result.kind !== "missing") this.#retried.add(index);
    this.items.add(row);
    this.#outcomes[index] = OUTCOMES.indexOf(outcomeOf(row));
    this.#promptHashes[index] = BigInt(`0x${row.promptHash}`);
    if (row.answerHash !== undefined) this.#answerHashes[index] = BigInt(`0x${row.answerHash}`);
    if (row.tokens !== undefined) {
      this.#tokens.prompt += row.tokens.prompt;
      this.#tokens.completion += row.tokens.completion;
    }
    if (row.result.kind === "graded" && row.result.grade.kind !== "missing") {
      for (const [figure, right] of Object.entries(row.result.grade.figures))
        this.#figure(figure)[index] = right ? 1 : 0;
    }
    if (row.result.kind === "generated") {
      for (const [metric, score] of Object.entries(row.result.scores)) {
        if (score.kind === "scored") {
          this.#metric(metric)[index] = score.value;
          if (score.statistics !== undefined) this.#addStatistics(metric, score.statistics);
        } else {
          this.#metric(metric);
          const reasons = this.#unscored.get(metric) ?? new Map<string, number>();
          reasons.set(score.reason, (reasons.get(score.reason) ?? 0) + 1);
          this.#unscored.set(metric, reasons);
        }
      }
    }
  }

  outcome(index: number): Outcome {
    return OUTCOMES[this.#outcomes[index] ?? 0] ?? "absent";
  }

  count(outcome: Outcome): number {
    const code = OUTCOMES.indexOf(outcome);
    let count = 0;
    for (const each of this.#outcomes) if (each === code) count += 1;
    return count;
  }

  /** Whether the primary figure marks the item right, wrong (by whatever cause) or says nothing of it. */
  mark(index: number): "right" | "wrong" | "missing" {
    const outcome = this.outcome(index);
    if (outcome === "right") return "right";
    return outcome === "incorrect" || outcome === "unparsed" || outcome === "empty" || outcome === "truncated"
      ? "wrong"
      : "missing";
  }

  figureRight(figure: string, index: number): boolean {
    return this.#figures.get(figure)?.[index] === 1;
  }

  /** Names of the metrics that any item has a score or a reason for, in alphabetical order. */
  metrics(): readonly string[] {
    return [...this.#values.keys()].sort();
  }

  /** The item's score by a metric, `undefined` when it is unscored or missing. */
  value(metric: string, index: number): number | undefined {
    const value = this.#values.get(metric)?.[index];
    return value === undefined || Number.isNaN(value) ? undefined : value;
  }

  /** Why items are unscored by a metric, and how many. */
  unscored(metric: string): Readonly<Record<string, number>> {
    const reasons = [...(this.#unscored.get(metric) ?? [])];
    return Object.fromEntries(reasons.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Summed statistics of a metric that can be pooled, e.g. BLEU's counts. */
  statistics(metric: string): readonly number[] | undefined {
    return this.#statistics.get(metric)?.map((sum) => sum.value());
  }

  promptHash(index: number): bigint {
    return this.#promptHashes[index] ?? 0n;
  }

  answerHash(index: number): bigint {
    return this.#answerHashes[index] ?? 0n;
  }

  /** Items that were answered when they were asked again after an error. */
  retried(): number {
    return this.#retried.size;
  }

  tokens(): TokenCounts {
    return { ...this.#tokens };
  }

  #figure(name: string): Uint8Array {
    const column = this.#figures.get(name) ?? new Uint8Array(this.task.items);
    this.#figures.set(name, column);
    return column;
  }

  #metric(name: string): Float64Array {
    const column = this.#values.get(name) ?? new Float64Array(this.task.items).fill(Number.NaN);
    this.#values.set(name, column);
    return column;
  }

  #addStatistics(metric: string, statistics: readonly number[]): void {
    const sums = this.#statistics.get(metric) ?? statistics.map(() => new ExactSum());
    for (const [index, value] of statistics.entries()) sums[index]?.add(value);
    this.#statistics.set(metric, sums);
  }
}

function outcomeOf({ result }: ScoreRow): Outcome {
  switch (result.kind) {
    case "missing":
      return "errored";
    case "generated":
      return result.flaw === "none" ? "generated" : `generated-${result.flaw}`;
    case "graded":
      return result.grade.kind === "right" ? "right" : result.grade.cause;
  }
}
