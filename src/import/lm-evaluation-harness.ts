import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { messageOf, UsageError } from "../domain/errors.ts";
import type { ImportedResults, ImportedRow } from "./imported-row.ts";
import { parseJson, readJsonLines } from "./json-lines.ts";

/*
 * lm-evaluation-harness, `--log_samples --output_path DIR`: lm_eval/loggers/evaluation_tracker.py writes `results_<time>.json` and
 * `samples_<task>_<time>.jsonl`, one row a document and filter. Looked at in files of 0.4.13; older ones leave out filter and hashes.
 */

const SAMPLES = /^samples_(.+)_(\d{4}-\d{2}-\d{2}T[\d.:-]+)\.jsonl(?:\.gz)?$/;
const RESULTS = /^results_(\d{4}-\d{2}-\d{2}T[\d.:-]+)\.json$/;

const RowSchema = z.looseObject({
  doc_id: z.union([z.number(), z.string()]),
  filter: z.string().optional(),
  metrics: z.array(z.string()).optional(),
  arguments: z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())]).nullish(),
  filtered_resps: z.unknown().optional(),
  resps: z.unknown().optional(),
  doc_hash: z.string().nullish(),
  prompt_hash: z.string().nullish(),
});

const ResultsSchema = z.looseObject({
  results: z.record(z.string(), z.record(z.string(), z.unknown())),
  configs: z.record(z.string(), z.looseObject({ output_type: z.string().optional() })).optional(),
  versions: z.record(z.string(), z.unknown()).optional(),
  "n-shot": z.record(z.string(), z.unknown()).optional(),
  lm_eval_version: z.string().nullish(),
  model_name: z.string().nullish(),
  chat_template_sha: z.string().nullish(),
  system_instruction_sha: z.string().nullish(),
  config: z
    .looseObject({
      model: z.string().nullish(),
      model_args: z.unknown().optional(),
      random_seed: z.unknown().optional(),
    })
    .optional(),
});
type Results = z.output<typeof ResultsSchema>;

interface SampleFile {
  readonly path: string;
  readonly task: string;
  readonly time: string;
}

/** Whether a file's name is that of the tool's samples. */
export function isLmEvalSamples(path: string): boolean {
  return SAMPLES.test(basename(path));
}

/**
 * Results of one model, from the files of a folder: of each task the newest samples, and the results that were written with them. Throws
 * `UsageError` for files that are not what their names say.
 */
export async function openLmEval(paths: readonly string[]): Promise<ImportedResults> {
  const { newest, older } = newestOfTask(paths.flatMap(sampleFile));
  const results = await Promise.all(newest.map((file) => resultsBeside(file, paths)));
  const told = results.find((each) => each !== undefined);
  const remarks = older === 0 ? [] : [`${older} older files of samples were left out: of each task the newest counts`];
  return {
    tool: `lm-evaluation-harness${told?.lm_eval_version ? ` ${told.lm_eval_version}` : ""}`,
    ...(told?.model_name ? { model: told.model_name } : {}),
    settings: settingsOf(told, newest, results),
    metrics: new Map(newest.map(({ task }, index) => [task, metricsOf(results[index]?.results[task])])),
    rows: (signal) => rowsOf(newest, results, signal, (remark) => remarks.push(remark)),
    remarks,
  };
}

async function* rowsOf(
  files: readonly SampleFile[],
  results: readonly (Results | undefined)[],
  signal: AbortSignal,
  onCut: (remark: string) => void,
): AsyncGenerator<ImportedRow> {
  for (const [index, { path, task }] of files.entries()) {
    const choosing = results[index]?.configs?.[task]?.output_type === "multiple_choice";
    for await (const json of readJsonLines(path, signal, onCut)) {
      const row = RowSchema.safeParse(json);
      if (!row.success)
        throw new UsageError(
          `${path}: a row is not one of lm-evaluation-harness: ${z.prettifyError(row.error).replace(/\s*\n\s*/g, " ")}`,
        );
      yield* numbersOf(row.data, task, choosing);
    }
  }
}

function* numbersOf(row: z.output<typeof RowSchema>, task: string, choosing: boolean): Generator<ImportedRow> {
  const filter = row.filter ?? "none";
  const asked = Array.isArray(row.arguments) ? row.arguments.length : Object.keys(row.arguments ?? {}).length;
  const answer = JSON.stringify(row.filtered_resps ?? row.resps);
  for (const metric of row.metrics ?? numericFields(row)) {
    const value = numberOf(row[metric]);
    // Lists are the material of corpus metrics; no answer has a number of its own there.
    if (value === undefined) continue;
    yield {
      task,
      metric: `${metric},${filter}`,
      item: String(row.doc_id),
      ...(row.doc_hash ? { document: row.doc_hash } : {}),
      ...(row.prompt_hash ? { prompt: row.prompt_hash } : {}),
      value,
      choices: choosing || asked > 1 ? asked : 0,
      ...(answer === undefined ? {} : { answer }),
    };
  }
}

const FIELDS = new Set(["doc_id"]);

/** Files of before 0.4.4 don't list their metrics: they are the numbers beside the rest. */
function numericFields(row: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(row).filter((key) => !FIELDS.has(key) && ["number", "boolean"].includes(typeof row[key]));
}

function numberOf(value: unknown): ImportedRow["value"] | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  return value === null ? { missing: "not-a-number" } : undefined;
}

/** `acc,none` and the like, in the file's order; errors and names are no metrics. */
function metricsOf(result: Readonly<Record<string, unknown>> | undefined): readonly string[] {
  return Object.keys(result ?? {}).filter((key) => key.includes(",") && !key.includes("_stderr,"));
}

function sampleFile(path: string): SampleFile[] {
  const [, task, time] = SAMPLES.exec(basename(path)) ?? [];
  return task === undefined || time === undefined ? [] : [{ path, task, time }];
}

function newestOfTask(files: readonly SampleFile[]): {
  readonly newest: readonly SampleFile[];
  readonly older: number;
} {
  const byTask = new Map<string, SampleFile>();
  for (const file of [...files].sort((a, b) => (a.time < b.time ? -1 : 1))) byTask.set(file.task, file);
  return { newest: [...byTask.values()], older: files.length - byTask.size };
}

/** The results that were written with the samples: of the same time, else the newest of the folder that knows the task. */
async function resultsBeside(file: SampleFile, paths: readonly string[]): Promise<Results | undefined> {
  const own = join(dirname(file.path), `results_${file.time}.json`);
  const others = paths
    .filter((path) => RESULTS.test(basename(path)) && dirname(path) === dirname(file.path) && path !== own)
    .sort()
    .reverse();
  for (const path of [own, ...others]) {
    const results = await readResults(path);
    if (results !== undefined && Object.hasOwn(results.results, file.task)) return results;
  }
  return undefined;
}

async function readResults(path: string): Promise<Results | undefined> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return ResultsSchema.parse(parseJson(text.replace(/^\uFEFF/, "")));
  } catch (cause) {
    throw new UsageError(`${path} is no results file of lm-evaluation-harness: ${messageOf(cause).slice(0, 200)}`, {
      cause,
    });
  }
}

function settingsOf(
  told: Results | undefined,
  files: readonly SampleFile[],
  results: readonly (Results | undefined)[],
): ImportedResults["settings"] {
  const shots = new Set(files.flatMap(({ task }, index) => asText(results[index]?.["n-shot"]?.[task])));
  const entries: readonly (readonly [string, string | undefined])[] = [
    ["model", told?.config?.model ?? undefined],
    ["modelArguments", asText(told?.config?.model_args)[0]],
    ["shots", shots.size === 0 ? undefined : [...shots].join(", ")],
    ["seed", asText(told?.config?.random_seed)[0]],
    ["chatTemplate", told === undefined ? undefined : (told.chat_template_sha ?? "none (raw prompts)")],
    ["systemInstruction", told?.system_instruction_sha ?? undefined],
  ];
  return Object.fromEntries(entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}

function asText(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  return [typeof value === "string" ? value : JSON.stringify(value)];
}
