import { readFile } from "node:fs/promises";
import { z } from "zod";
import { UsageError } from "../domain/errors.ts";
import type { ImportedResults, ImportedRow } from "./imported-row.ts";
import { parseJson, readJsonLines } from "./json-lines.ts";

/*
 * Every Eval Ever: `<id>.json` with the results, `<id>_samples.jsonl` with one row a sample and result (schema 0.2 and 0.3; files of 0.3.0 were
 * looked at). A result is a metric of a dataset.
 */

const RowSchema = z.looseObject({
  evaluation_name: z.string(),
  evaluation_result_id: z.string().nullish(),
  sample_id: z.union([z.string(), z.number()]),
  sample_hash: z.string().nullish(),
  model_id: z.string().nullish(),
  input: z.looseObject({ raw: z.unknown().optional(), choices: z.array(z.unknown()).nullish() }).nullish(),
  output: z.looseObject({ raw: z.unknown().optional() }).nullish(),
  evaluation: z.looseObject({ score: z.union([z.number(), z.boolean()]).nullish(), is_correct: z.boolean().nullish() }),
  error: z.unknown().optional(),
});

const ResultSchema = z.looseObject({
  evaluation_result_id: z.string().nullish(),
  evaluation_name: z.string(),
  source_data: z.looseObject({ dataset_name: z.string().nullish() }).nullish(),
  metric_config: z
    .looseObject({
      lower_is_better: z.boolean().nullish(),
      min_score: z.number().nullish(),
      max_score: z.number().nullish(),
    })
    .nullish(),
});
type Result = z.output<typeof ResultSchema>;

const FileSchema = z.looseObject({
  evaluation_results: z.array(ResultSchema),
  model_info: z.looseObject({ name: z.string().nullish() }).nullish(),
  eval_library: z.looseObject({ name: z.string().nullish(), version: z.string().nullish() }).nullish(),
  schema_version: z.string().nullish(),
});

/** Whether a file begins with a sample of Every Eval Ever. */
export function isEveryEvalEver(path: string, head: string): boolean {
  return /\.jsonl(\.gz)?$/.test(path) && head.includes('"evaluation_name"') && head.includes('"sample_id"');
}

/** Results of one model, from its files of samples and the results beside them. */
export async function openEveryEvalEver(paths: readonly string[]): Promise<ImportedResults> {
  const files = await Promise.all(paths.map(async (path) => ({ path, told: await resultsBeside(path) })));
  const first = files.find(({ told }) => told !== undefined)?.told;
  const library = first?.eval_library;
  const known = new Map(
    files.flatMap(({ told }) => told?.evaluation_results ?? []).map((result) => [keyOf(result), result]),
  );
  const metrics = new Map<string, string[]>();
  for (const result of known.values())
    metrics.set(taskOf(result), [...(metrics.get(taskOf(result)) ?? []), metricOf(result)]);
  const remarks: string[] = [];
  const inverse = [...known.values()]
    .filter(({ metric_config: config }) => config?.lower_is_better === true)
    .map(metricOf);
  if (inverse.length > 0) remarks.push(`left out, because lower is better: ${inverse.join(", ")}`);
  return {
    tool: `Every Eval Ever ${first?.schema_version ?? ""}${library?.name ? ` (${[library.name, library.version].filter(Boolean).join(" ")})` : ""}`.trim(),
    ...(first?.model_info?.name ? { model: first.model_info.name } : {}),
    settings: {},
    metrics,
    rows: async function* rows(signal) {
      for (const { path } of files)
        for await (const json of readJsonLines(path, signal, (remark) => remarks.push(remark))) {
          const row = RowSchema.safeParse(json);
          if (!row.success)
            throw new UsageError(
              `${path}: a row is not one of Every Eval Ever: ${z.prettifyError(row.error).replace(/\s*\n\s*/g, " ")}`,
            );
          const result = known.get(keyOf(row.data)) ?? {
            evaluation_name: row.data.evaluation_name,
            evaluation_result_id: row.data.evaluation_result_id,
          };
          if (result.metric_config?.lower_is_better !== true) yield rowOf(row.data, result);
        }
    },
    remarks,
  };
}

function rowOf(row: z.output<typeof RowSchema>, result: Result): ImportedRow {
  const { score, is_correct: correct } = row.evaluation;
  const { min_score: min, max_score: max } = result.metric_config ?? {};
  const told = score ?? correct;
  const scale = (value: number): number =>
    min == null || max == null || max === min ? value : (value - min) / (max - min);
  const answer = row.output?.raw;
  return {
    task: taskOf(result),
    metric: metricOf(result),
    item: String(row.sample_id),
    ...(row.sample_hash ? { document: row.sample_hash } : {}),
    ...(row.input?.raw === undefined ? {} : { prompt: JSON.stringify(row.input.raw) }),
    value:
      row.error != null || told == null
        ? { missing: row.error == null ? "not-scored" : "errored" }
        : scale(Number(told)),
    choices: row.input?.choices?.length ?? 0,
    ...(answer == null ? {} : { answer: JSON.stringify(answer) }),
  };
}

function keyOf({
  evaluation_name: name,
  evaluation_result_id: id,
}: Pick<Result, "evaluation_name" | "evaluation_result_id">): string {
  return `${name}\n${id ?? ""}`;
}

function taskOf({ source_data: source, evaluation_name: name }: Result): string {
  return source?.dataset_name || (name.split("/")[0] ?? name);
}

/** `exact_match:strict-match` is lm-evaluation-harness' `exact_match,strict-match`. */
function metricOf({ evaluation_result_id: id, evaluation_name: name }: Result): string {
  return id?.replace(":", ",") ?? name;
}

async function resultsBeside(path: string): Promise<z.output<typeof FileSchema> | undefined> {
  const text = await readFile(path.replace(/_samples\.jsonl(\.gz)?$/, ".json"), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const parsed = FileSchema.safeParse(parseJson(text.replace(/^\uFEFF/, "")));
  return parsed.success ? parsed.data : undefined;
}
