import { throwIfAborted } from "../domain/errors.ts";
import type { Dataset } from "./dataset.ts";
import { openItems } from "./item-source.ts";

/** What a dataset's items are like. Lengths are in characters (code points). */
export interface DatasetStats {
  readonly items: number;
  /** Items of each subject, in the order in which the subjects come; empty without subjects. */
  readonly subjects: Readonly<Record<string, number>>;
  /** Groups of items that share a passage. */
  readonly groups: number;
  /** Length of the question, or of what is asked. */
  readonly questionLength: Spread;
  /** Multiple choice: how many items have so many choices, and how often each label is right. */
  readonly choices?: {
    readonly counts: Readonly<Record<string, number>>;
    readonly answers: Readonly<Record<string, number>>;
  };
  /** Accuracy of guessing, for multiple choice. */
  readonly chance?: number;
  /** Generation: items with a reference, and the first reference's length. */
  readonly references?: { readonly items: number; readonly length?: Spread };
}

export interface Spread {
  readonly min: number;
  readonly median: number;
  /** 95th percentile, nearest rank. */
  readonly p95: number;
  readonly max: number;
}

/** Reads a dataset once. Throws `UsageError` for a row that doesn't fit. */
export async function datasetStats(dataset: Dataset, signal: AbortSignal): Promise<DatasetStats> {
  const subjects = new Map<string, number>();
  const groups = new Set<string>();
  const counts = new Map<string, number>();
  const answers = new Map<string, number>();
  const questionLengths: number[] = [];
  const referenceLengths: number[] = [];
  let chance = 0;
  const source = await openItems(dataset, signal);
  try {
    for (let index = 0; index < source.count; index += 1) {
      if (index % 1000 === 0) throwIfAborted(signal);
      const item = await source.item(index);
      if (item.subject !== undefined) increment(subjects, item.subject);
      if (item.group !== undefined) groups.add(item.group);
      if (item.type === "multiple-choice") {
        questionLengths.push(lengthOf(item.question));
        increment(counts, String(item.choices.length));
        increment(answers, item.choices[item.answer]?.label ?? "");
        chance += 1 / item.choices.length;
      } else {
        questionLengths.push(lengthOf(item.instruction));
        const [reference] = item.references;
        if (reference !== undefined) referenceLengths.push(lengthOf(reference));
      }
    }
  } finally {
    await source.close();
  }
  const common = {
    items: source.count,
    subjects: Object.fromEntries(subjects),
    groups: groups.size,
    questionLength: spreadOf(questionLengths),
  };
  return dataset.manifest.type === "multiple-choice"
    ? {
        ...common,
        choices: { counts: byKey(counts), answers: byKey(answers) },
        chance: chance / Math.max(1, source.count),
      }
    : {
        ...common,
        references: {
          items: referenceLengths.length,
          ...(referenceLengths.length === 0 ? {} : { length: spreadOf(referenceLengths) }),
        },
      };
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function byKey(counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  return Object.fromEntries([...counts].sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true })));
}

function lengthOf(text: string): number {
  return [...text].length;
}

function spreadOf(values: number[]): Spread {
  const sorted = values.sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { min: at(0), median: at(0.5), p95: at(0.95), max: at(1) };
}
