import { createHash } from "node:crypto";
import { UsageError } from "../domain/errors.ts";
import type { Quantization } from "../domain/quantization.ts";
import type { AnswerRecord, OpenedRecord } from "../domain/record.ts";
import type { ItemResult, ScoreRow } from "../domain/score-row.ts";
import { newManifest } from "../pipeline/new-manifest.ts";
import type { ResolvedSpec } from "../spec/resolved.ts";
import type { RunManifest } from "../store/manifest.ts";
import type { Run, RunStore } from "../store/run-store.ts";
import { writeManifest } from "../store/write-manifest.ts";
import type { ImportedResults, ImportedRow } from "./imported-row.ts";
import { type ImportedTask, importedSpec, importedTasks } from "./imported-spec.ts";
import { columnKey, itemKey, TaskTable } from "./task-table.ts";

/** One variant with its results; `inFile` picks one of several models of a file. */
export interface ImportSource {
  readonly quantization: Quantization;
  readonly path: string;
  readonly results: ImportedResults;
  readonly inFile?: string;
}

export interface ImportRequest {
  readonly id: string;
  readonly model: string;
  readonly sources: readonly ImportSource[];
  readonly baseline?: Quantization;
  /** Only these tasks and metrics; absent: all. */
  readonly tasks?: readonly string[];
  readonly metrics?: readonly string[];
  /** Chosen by what there is where none is named. */
  readonly policy?: string;
}

interface ImportDeps {
  readonly store: RunStore;
  readonly now: () => Date;
  readonly version: string;
}

/** What was imported, and what is to be known about it. */
export interface Imported {
  readonly run: Run;
  readonly spec: ResolvedSpec;
  readonly policy: string;
  readonly remarks: readonly string[];
}

/**
 * Makes a completed run out of results that other tools wrote: their numbers as told, paired by task, metric and document. The files are read twice,
 * streamed: for what there is, and for the numbers. Throws `UsageError` when nothing can be judged.
 */
export async function importRun(request: ImportRequest, deps: ImportDeps, signal: AbortSignal): Promise<Imported> {
  const { sources, model, id } = request;
  const table = new TaskTable();
  const order = new Map<string, readonly string[]>();
  for (const { results } of sources)
    for (const [task, metrics] of results.metrics) if (!order.has(task)) order.set(task, metrics);
  for (const source of sources) for await (const row of wantedRows(source, request, signal)) table.add(row);
  const columns = ordered(table, order, request.metrics);
  const tasks = importedTasks(columns, sources[0]?.results.tool ?? "");
  if (tasks.length === 0) throw nothingToJudge(request, columns.length);
  const policy = request.policy ?? (tasks.every(({ column }) => column.binary) ? "accuracy-only" : "default");
  const variants = sources.map(({ quantization, path, results }) => ({
    quantization,
    tool: results.tool,
    source: path,
  }));
  const { baseline } = request;
  const spec = importedSpec(model, variants, tasks, { policy, ...(baseline === undefined ? {} : { baseline }) });

  const run = await deps.store.create(id);
  await run.lock();
  try {
    const begun: RunManifest = {
      ...newManifest(id, spec, deps),
      tasks: tasks.map(({ facts }) => facts),
      signatures: Object.fromEntries(
        tasks.map(({ task, column }) => [
          task.name,
          { [column.metric]: `${column.metric}|imported|${sources[0]?.results.tool ?? ""}` },
        ]),
      ),
      status: "running",
    };
    await writeManifest(run, begun);
    const identities: Record<string, OpenedRecord["identity"]> = {};
    for (const [index, source] of sources.entries()) {
      const variant = spec.models[0]?.variants[index]?.id ?? "";
      const opened = openedRecord(variant, source.results, deps.now());
      identities[variant] = opened.identity;
      await run.append("records", JSON.stringify(opened));
      await run.append("scores", JSON.stringify(opened));
      await writeRows(run, variant, tasks, wantedRows(source, request, signal), deps.now().toISOString());
    }
    await writeManifest(run, { ...begun, identities, status: "completed", endedAt: deps.now().toISOString() });
  } finally {
    await run.close();
  }
  const remarks = sources.flatMap(({ results }) => results.remarks);
  return { run, spec, policy, remarks: [...remarks, ...leftOut(columns, tasks)] };
}

/** Results of one source that are asked for. */
async function* wantedRows(
  { results, inFile, path }: ImportSource,
  { tasks, metrics }: ImportRequest,
  signal: AbortSignal,
): AsyncGenerator<ImportedRow> {
  const wanted = (names: readonly string[] | undefined, name: string): boolean =>
    names === undefined || names.includes(name);
  let rows = 0;
  for await (const row of results.rows(signal)) {
    if (inFile !== undefined && row.variant !== inFile) continue;
    rows += 1;
    if (wanted(tasks, row.task) && wanted(metrics, row.metric)) yield row;
  }
  if (rows === 0) throw new UsageError(`${path}: there is no row in it`, { hint: "did the evaluation end?" });
}

/** `--metric` names say their own order. */
function ordered(
  table: TaskTable,
  order: ReadonlyMap<string, readonly string[]>,
  metrics: readonly string[] | undefined,
) {
  if (metrics === undefined) return table.columns(order);
  const tasks = new Set(table.columns(order).map(({ task }) => task));
  return table.columns(new Map([...tasks].map((task) => [task, metrics])));
}

async function writeRows(
  run: Run,
  variant: string,
  tasks: readonly ImportedTask[],
  rows: AsyncIterable<ImportedRow>,
  at: string,
): Promise<void> {
  const byColumn = new Map(tasks.map((each) => [columnKey(each.column.task, each.column.metric), each]));
  const written = new Map<string, Set<number>>();
  for await (const row of rows) {
    const target = byColumn.get(columnKey(row.task, row.metric));
    const index = target?.column.items.get(itemKey(row));
    if (target === undefined || index === undefined) continue;
    const seen = written.get(target.task.name) ?? new Set<number>();
    written.set(target.task.name, seen);
    if (seen.has(index))
      throw new UsageError(`task ${row.task}: ${row.metric} has two rows for document ${itemKey(row)}`, {
        hint: "are several runs in one folder? name the file of one",
      });
    seen.add(index);
    await writeRow(run, variant, target, index, row, at);
  }
}

async function writeRow(
  run: Run,
  variant: string,
  { task, column }: ImportedTask,
  index: number,
  row: ImportedRow,
  at: string,
): Promise<void> {
  const common = { variant, task: task.name, index, item: itemKey(row), promptHash: promptHashOf(row) };
  const score: ScoreRow = {
    type: "score",
    ...common,
    ...(column.repeated ? { group: row.item } : {}),
    result: resultOf(row, column.binary, column.metric),
    ...(row.answer === undefined ? {} : { answerHash: hash(row.answer) }),
    at,
  };
  await run.append("scores", JSON.stringify(score));
  const record: AnswerRecord = {
    type: "answer",
    ...common,
    outcome:
      typeof row.value === "number"
        ? {
            kind: "answered",
            answer: {
              kind: "text",
              text: row.answer ?? "",
              finish: "end",
              tokens: { prompt: 0, completion: 0 },
              timings: { wallMs: 0 },
            },
          }
        : { kind: "errored", error: { kind: row.value.missing, message: "the tool has no number for this answer" } },
    at,
  };
  await run.append("records", JSON.stringify(record));
}

function resultOf({ value, choices }: ImportedRow, binary: boolean, metric: string): ItemResult {
  if (typeof value !== "number") return { kind: "missing", cause: "errored", error: value.missing };
  if (!binary) return { kind: "generated", flaw: "none", scores: { [metric]: { kind: "scored", value } } };
  return {
    kind: "graded",
    grade:
      value === 1
        ? { kind: "right", chosen: "", figures: { acc: true } }
        : { kind: "wrong", cause: "incorrect", figures: { acc: false } },
    choices,
  };
}

function openedRecord(variant: string, { tool, model, settings }: ImportedResults, now: Date): OpenedRecord {
  return {
    type: "opened",
    variant,
    identity: {
      build: tool,
      settings: { ...settings, ...(model === undefined ? {} : { evaluatedModel: model }) },
      metadata: {},
    },
    loadMs: 0,
    at: now.toISOString(),
  };
}

/** Other documents or other prompts are other questions, whatever their id. */
function promptHashOf({ document, prompt, task, item }: ImportedRow): string {
  return hash(
    document === undefined && prompt === undefined ? `${task}\n${item}` : `${document ?? ""}\n${prompt ?? ""}`,
  );
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function leftOut(columns: ReturnType<TaskTable["columns"]>, tasks: readonly ImportedTask[]): readonly string[] {
  const taken = new Set(tasks.map(({ column }) => column));
  const out = columns.filter((column) => !taken.has(column)).map(({ task, metric }) => `${task} ${metric}`);
  return out.length === 0 ? [] : [`left out, because their numbers lie outside of 0 to 1: ${out.join(", ")}`];
}

function nothingToJudge({ tasks, metrics, sources }: ImportRequest, columns: number): UsageError {
  const where = sources.map(({ path }) => path).join(", ");
  if (columns > 0) return new UsageError(`${where}: no metric has numbers in [0, 1]`);
  const asked = [...(tasks ?? []), ...(metrics ?? [])].join(", ");
  return new UsageError(`${where}: ${asked === "" ? "no numbers" : `nothing of ${asked}`} is in it`, {
    hint: asked === "" ? "were samples logged?" : "without --task and --metric everything is imported",
  });
}
