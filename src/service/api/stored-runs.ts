import { UsageError } from "../../domain/errors.ts";
import type { AnswerRecord } from "../../domain/record.ts";
import { readLines } from "../../store/read-lines.ts";
import type { DocumentName, Run, RunStore } from "../../store/run-store.ts";
import type { RecordPage } from "./api-schemas.ts";
import { HttpProblem } from "./problem.ts";

/** Journal lines that are looked at for one page; a filter that fits little gives short pages, not slow ones. */
const LOOKED_AT = 20_000;

/** The run of that id. Throws `HttpProblem` 404 when there is none; where runs are kept is not told. */
export async function openRun(store: RunStore, id: string): Promise<Run> {
  return store.open(id).catch((error: unknown) => {
    throw error instanceof UsageError ? noRun(id) : error;
  });
}

export function noRun(id: string): HttpProblem {
  return new HttpProblem("not-found", `no run "${id}"`, { hint: "GET /api/v1/runs lists the runs there are" });
}

/** A document of a run. Throws `HttpProblem` 409 while the run has none. */
export async function documentOf(store: RunStore, id: string, name: DocumentName): Promise<string> {
  const text = await (await openRun(store, id)).read(name);
  if (text !== undefined) return text;
  throw new HttpProblem("not-ready", `run ${id} has no ${name} yet`, { hint: "it is written when the run has ended" });
}

export interface RecordFilter {
  readonly variant?: string | undefined;
  readonly task?: string | undefined;
  readonly item?: string | undefined;
  readonly limit: number;
  readonly after: number;
}

/** A page of a run's answers. */
export async function recordPage(run: Run, filter: RecordFilter, signal: AbortSignal): Promise<RecordPage> {
  const records: RecordPage["records"] = [];
  const end = await run.end("records");
  if (filter.after > end)
    throw new HttpProblem("invalid-request", "`after` lies behind the journal's end", { hint: "use `next` of a page" });
  let position = filter.after;
  let seen = 0;
  let damaged = 0;
  const onDamage = (): void => {
    damaged += 1;
  };
  for await (const { line, next } of readLines(run, "records", filter.after, { onDamage, signal })) {
    position = next;
    seen += 1;
    if (line.type === "answer" && fits(line, filter)) records.push({ ...line });
    if (records.length === filter.limit || seen === LOOKED_AT) break;
  }
  const whole = records.length < filter.limit && seen < LOOKED_AT;
  return {
    records,
    ...(whole || position >= end ? {} : { next: position }),
    ...(damaged === 0 ? {} : { damaged }),
  };
}

function fits(record: AnswerRecord, { variant, task, item }: RecordFilter): boolean {
  return (
    (variant === undefined || record.variant === variant) &&
    (task === undefined || record.task === task) &&
    (item === undefined || record.item === item)
  );
}
