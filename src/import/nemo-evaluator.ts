import { readFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { z } from "zod";
import { UsageError } from "../domain/errors.ts";
import type { ImportedResults, ImportedRow } from "./imported-row.ts";
import { parseJson, readJsonLines } from "./json-lines.ts";

/*
 * NeMo Evaluator: `results.jsonl`, one row a problem and repeat in the order of completion, beside `eval-<time>-<benchmark>.json`. Looked at in files
 * of 0.3.0. Pairs go by problem and repeat: a seeded sample of a larger set keeps the set's numbers.
 */

const RowSchema = z.looseObject({
  problem_idx: z.union([z.int(), z.string()]),
  repeat: z.int().default(0),
  reward: z.union([z.number(), z.boolean()]).nullable(),
  scorer_rewards: z.record(z.string(), z.union([z.number(), z.boolean()]).nullable()).nullish(),
  prompt: z.unknown().optional(),
  expected_answer: z.unknown().optional(),
  model_response: z.string().nullish(),
  metadata: z.looseObject({ benchmark: z.string().nullish() }).nullish(),
  error: z.unknown().optional(),
});

const ReportSchema = z.looseObject({
  sdk_version: z.string().nullish(),
  config: z.looseObject({
    benchmark: z.string().nullish(),
    model: z.string().nullish(),
    shuffle_seed: z.number().nullish(),
  }),
});

/** Whether a file begins with a row of NeMo Evaluator. */
export function isNemo(path: string, head: string): boolean {
  return /\.jsonl(\.gz)?$/.test(path) && /^\s*\{[^\n]{0,200}"problem_idx"\s*:/.test(head) && head.includes('"reward"');
}

/** Results of one model: each file of rows is a task, named by its report or its folder. */
export async function openNemo(paths: readonly string[], all: readonly string[]): Promise<ImportedResults> {
  const files = await Promise.all(paths.map(async (path) => ({ path, report: await reportBeside(path, all) })));
  const told = files.find(({ report }) => report !== undefined)?.report;
  const remarks: string[] = [];
  return {
    tool: `NeMo Evaluator${told?.sdk_version ? ` ${told.sdk_version}` : ""}`,
    ...(told?.config.model ? { model: told.config.model } : {}),
    settings: told?.config.shuffle_seed == null ? {} : { seed: told.config.shuffle_seed },
    metrics: new Map(),
    rows: async function* rows(signal) {
      for (const { path, report } of files) {
        const task = report?.config.benchmark || basename(dirname(path));
        for await (const json of readJsonLines(path, signal, (remark) => remarks.push(remark))) {
          const row = RowSchema.safeParse(json);
          if (!row.success)
            throw new UsageError(
              `${path}: a row is not one of NeMo Evaluator: ${z.prettifyError(row.error).replace(/\s*\n\s*/g, " ")}`,
            );
          yield* numbersOf(row.data, task);
        }
      }
    },
    remarks,
  };
}

function* numbersOf(row: z.output<typeof RowSchema>, task: string): Generator<ImportedRow> {
  const common = {
    task,
    item: String(row.problem_idx),
    ...(row.repeat === 0 ? {} : { repeat: String(row.repeat) }),
    ...(row.expected_answer == null ? {} : { document: JSON.stringify(row.expected_answer) }),
    ...(row.prompt == null ? {} : { prompt: JSON.stringify(row.prompt) }),
    choices: 0,
    ...(row.model_response == null ? {} : { answer: row.model_response }),
  };
  yield { ...common, metric: "reward", value: numberOf(row.reward) };
  for (const [metric, value] of Object.entries(row.scorer_rewards ?? {}))
    yield { ...common, metric, value: numberOf(value) };
}

function numberOf(value: number | boolean | null): ImportedRow["value"] {
  return value === null ? { missing: "not-scored" } : Number(value);
}

async function reportBeside(path: string, all: readonly string[]): Promise<z.output<typeof ReportSchema> | undefined> {
  const report = all.find((other) => dirname(other) === dirname(path) && /^eval-.*\.json$/.test(basename(other)));
  if (report === undefined) return undefined;
  const parsed = ReportSchema.safeParse(parseJson(await readFile(report, "utf8")));
  return parsed.success ? parsed.data : undefined;
}
