import { readFile } from "node:fs/promises";
import { z } from "zod";
import { messageOf, UsageError } from "../domain/errors.ts";
import type { ImportedResults, ImportedRow } from "./imported-row.ts";
import { parseJson } from "./json-lines.ts";
import { openZip } from "./zip-entries.ts";

/*
 * Inspect AI: a log of one task, as `.eval` (a zip with `header.json` and `samples/<id>_epoch_<n>.json`, compressed with zstd since 0.3.206) or as JSON
 * (`inspect log dump`, or logged so). Looked at in files of 0.3.285.
 */

const ScoreSchema = z.looseObject({ value: z.unknown().optional(), answer: z.unknown().optional() });
const SampleSchema = z.looseObject({
  id: z.union([z.string(), z.number()]),
  epoch: z.int().default(1),
  input: z.unknown().optional(),
  target: z.unknown().optional(),
  choices: z.array(z.unknown()).nullish(),
  scores: z.record(z.string(), ScoreSchema).nullish(),
  score: ScoreSchema.nullish(),
  output: z.looseObject({ completion: z.string().nullish() }).nullish(),
  error: z.unknown().optional(),
});
type Sample = z.output<typeof SampleSchema>;

const HeaderSchema = z.looseObject({
  status: z.string().nullish(),
  eval: z.looseObject({
    task: z.string(),
    model: z.string().nullish(),
    packages: z.record(z.string(), z.string()).nullish(),
    model_generate_config: z.record(z.string(), z.unknown()).nullish(),
  }),
  results: z
    .looseObject({ scores: z.array(z.looseObject({ name: z.string(), scorer: z.string().nullish() })).nullish() })
    .nullish(),
});
type Header = z.output<typeof HeaderSchema>;

/** Scores by letters, as Inspect's own accuracy takes them. */
const LETTERS: Readonly<Record<string, number>> = { C: 1, I: 0, P: 0.5, N: 0 };

/** Whether a file is a log: `.eval`, or JSON with a log's beginning. */
export function isInspect(path: string, head: string): boolean {
  return (
    path.endsWith(".eval") ||
    (path.endsWith(".json") && /"eval"\s*:\s*\{/.test(head) && /"task_id"|"run_id"/.test(head))
  );
}

/** Results of one model: every log is a task; of one that is there as `.eval` and as JSON, one is read. */
export async function openInspect(paths: readonly string[]): Promise<ImportedResults> {
  const logs = await Promise.all(onceEach(paths).map(openLog));
  const [first] = logs;
  const told = first?.header.eval;
  const remarks = logs.flatMap(({ header, path }) =>
    header.status == null || header.status === "success"
      ? []
      : [`${path}: the evaluation's status is ${header.status}`],
  );
  return {
    tool: `Inspect ${told?.packages?.inspect_ai ?? ""}`.trim(),
    ...(told?.model ? { model: told.model } : {}),
    settings: Object.fromEntries(
      Object.entries(told?.model_generate_config ?? {}).flatMap(([key, value]) =>
        key === "max_connections" || value == null
          ? []
          : [[key, typeof value === "object" ? JSON.stringify(value) : (value as string | number | boolean)]],
      ),
    ),
    metrics: new Map(
      logs.map(({ header }) => [header.eval.task, (header.results?.scores ?? []).map(({ name }) => name)]),
    ),
    rows: async function* rows(signal) {
      for (const { header, samples } of logs)
        for await (const sample of samples(signal)) yield* numbersOf(sample, header.eval.task);
    },
    remarks,
  };
}

interface Log {
  readonly path: string;
  readonly header: Header;
  readonly samples: (signal: AbortSignal) => AsyncIterable<Sample>;
}

async function openLog(path: string): Promise<Log> {
  if (!path.endsWith(".eval")) {
    const json = parse(z.looseObject({ samples: z.array(SampleSchema).nullish() }), await readFile(path, "utf8"), path);
    const header = parse(HeaderSchema, JSON.stringify({ ...json, samples: undefined }), path);
    return {
      path,
      header,
      samples: async function* samples() {
        yield* json.samples ?? [];
      },
    };
  }
  const zip = await openZip(path);
  const headerText = await zip.read("header.json").catch((cause: unknown) => {
    throw new UsageError(`${path}: it has no header.json: the evaluation was not finished`, {
      cause,
      hint: "inspect eval-retry finishes it",
    });
  });
  return {
    path,
    header: parse(HeaderSchema, headerText, path),
    samples: async function* samples(signal) {
      for await (const { name, text } of zip.entries((entry) => /^samples\/.*\.json$/.test(entry), signal))
        yield parse(SampleSchema, text, `${path}: ${name}`);
    },
  };
}

function* numbersOf(sample: Sample, task: string): Generator<ImportedRow> {
  const { completion } = sample.output ?? {};
  const common = {
    task,
    item: String(sample.id),
    ...(sample.epoch === 1 ? {} : { repeat: String(sample.epoch) }),
    document: JSON.stringify([said(sample.input), sample.target ?? null]),
    prompt: JSON.stringify([said(sample.input), sample.choices ?? null]),
    choices: sample.choices?.length ?? 0,
    ...(completion == null ? {} : { answer: completion }),
  };
  const scores = Object.entries(sample.scores ?? (sample.score == null ? {} : { score: sample.score }));
  for (const [scorer, { value }] of scores)
    for (const [metric, number] of valuesOf(scorer, value))
      yield {
        ...common,
        metric,
        value: number === undefined ? { missing: sample.error == null ? "not-scored" : "errored" } : number,
      };
}

/** A scorer gives a letter, a number, or one for each of several names. */
function valuesOf(scorer: string, value: unknown): readonly (readonly [string, number | undefined])[] {
  if (value !== null && typeof value === "object" && !Array.isArray(value))
    return Object.entries(value).map(([key, each]) => [`${scorer}.${key}`, numberOf(each)]);
  return [[scorer, numberOf(value)]];
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value !== "string") return undefined;
  const letter = LETTERS[value.trim()];
  if (letter !== undefined) return letter;
  return value.trim() === "" || Number.isNaN(Number(value)) ? undefined : Number(value);
}

/** What messages say; their ids are new in every log. */
function said(input: unknown): unknown {
  if (!Array.isArray(input)) return input ?? null;
  return input.map((message: unknown) => {
    const { role, content } = (message ?? {}) as { readonly role?: unknown; readonly content?: unknown };
    return [role ?? null, content ?? null];
  });
}

function onceEach(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => path.endsWith(".eval") || !paths.includes(path.replace(/\.json$/, ".eval")));
}

function parse<T>(schema: z.ZodType<T>, text: string, where: string): T {
  try {
    return schema.parse(parseJson(text.replace(/^\uFEFF/, "")));
  } catch (cause) {
    const what =
      cause instanceof z.ZodError
        ? z
            .prettifyError(cause)
            .replace(/\s*\n\s*/g, " ")
            .slice(0, 200)
        : messageOf(cause);
    throw new UsageError(`${where} can't be read as a log of Inspect: ${what}`, { cause });
  }
}
