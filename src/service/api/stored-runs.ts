import { UsageError } from "../../domain/errors.ts";
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
  for await (const { text, next } of run.lines("records", filter.after, signal)) {
    position = next;
    seen += 1;
    const record = parseRecord(text);
    if (record.type === "answer" && fits(record as RecordPage["records"][number], filter))
      records.push(record as RecordPage["records"][number]);
    if (records.length === filter.limit || seen === LOOKED_AT) break;
  }
  return position < end ? { records, next: position } : { records };
}

function parseRecord(text: string): { readonly type?: string } {
  try {
    return JSON.parse(text) as { readonly type?: string };
  } catch {
    throw new HttpProblem("invalid-request", "`after` is no place where a record begins", {
      hint: "use `next` of a page",
    });
  }
}

function fits(record: RecordPage["records"][number], { variant, task, item }: RecordFilter): boolean {
  return (
    (variant === undefined || record.variant === variant) &&
    (task === undefined || record.task === task) &&
    (item === undefined || record.item === item)
  );
}
