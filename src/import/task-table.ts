import { createHash } from "node:crypto";
import type { ImportedRow } from "./imported-row.ts";

/** What all rows of one metric of one task come to, over every variant. */
export interface TaskColumn {
  readonly task: string;
  readonly metric: string;
  /** Position of each item, in the order in which they were first met. */
  readonly items: ReadonlyMap<string, number>;
  /** Every number is 0 or 1: an accuracy. */
  readonly binary: boolean;
  /** Every number lies in [0, 1]. */
  readonly bounded: boolean;
  /** Mean of 1/choices; 0 where nothing can be guessed. */
  readonly chance: number;
  /** sha256 over the items' keys and documents, a line each: the data that was asked about. */
  readonly itemsSha256: string;
  /** Items with more than one answer. */
  readonly repeated: boolean;
}

interface OpenColumn {
  readonly task: string;
  readonly metric: string;
  readonly items: Map<string, number>;
  readonly documents: string[];
  binary: boolean;
  bounded: boolean;
  numbers: number;
  chances: number;
  repeated: boolean;
}

/** Learns, row by row, which tasks, metrics and items there are. Memory: a key and a hash an item. */
export class TaskTable {
  readonly #columns = new Map<string, OpenColumn>();

  add(row: ImportedRow): void {
    const column = this.#column(row);
    const key = itemKey(row);
    if (!column.items.has(key)) {
      column.items.set(key, column.items.size);
      column.documents.push(row.document ?? "");
      column.chances += row.choices === 0 ? 0 : 1 / row.choices;
    }
    if (row.repeat !== undefined) column.repeated = true;
    if (typeof row.value !== "number") return;
    column.numbers += 1;
    if (row.value !== 0 && row.value !== 1) column.binary = false;
    if (!(row.value >= 0 && row.value <= 1)) column.bounded = false;
  }

  /** Of each task the metrics by `order` first, the others in the order of the rows; columns without any number are left out. */
  columns(order: ReadonlyMap<string, readonly string[]>): readonly TaskColumn[] {
    const tasks = [...new Set([...this.#columns.values()].map(({ task }) => task))];
    return tasks.flatMap((task) => {
      const told = order.get(task) ?? [];
      const place = (metric: string): number => (told.includes(metric) ? told.indexOf(metric) : told.length);
      return [...this.#columns.values()]
        .filter((column) => column.task === task && column.numbers > 0)
        .sort((a, b) => place(a.metric) - place(b.metric))
        .map(finish);
    });
  }

  #column({ task, metric }: ImportedRow): OpenColumn {
    const key = columnKey(task, metric);
    const column = this.#columns.get(key) ?? {
      task,
      metric,
      items: new Map<string, number>(),
      documents: [],
      binary: true,
      bounded: true,
      numbers: 0,
      chances: 0,
      repeated: false,
    };
    this.#columns.set(key, column);
    return column;
  }
}

export function columnKey(task: string, metric: string): string {
  return `${task}\n${metric}`;
}

/** What makes an answer the same on both sides of a pair: the document's id, and which of its answers. */
export function itemKey({ item, repeat }: ImportedRow): string {
  return repeat === undefined ? item : `${item}#${repeat}`;
}

function finish({ documents, chances, numbers: _, ...column }: OpenColumn): TaskColumn {
  const hash = createHash("sha256");
  for (const [key, index] of column.items) hash.update(`${key}\t${documents[index] ?? ""}\n`);
  return { ...column, chance: chances / column.items.size, itemsSha256: hash.digest("hex") };
}
