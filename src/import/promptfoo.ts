import { readFile } from "node:fs/promises";
import { z } from "zod";
import { messageOf, UsageError } from "../domain/errors.ts";
import type { ImportedResults, ImportedRow } from "./imported-row.ts";
import { parseJson } from "./json-lines.ts";

/*
 * promptfoo, `promptfoo eval -o results.json`: `results.version` 3, one result a test, prompt and provider. Looked at in files of 0.121.20.
 * `failureReason` tells a failed assertion (1) from an error (2); `error` holds the text of either.
 */

const ResultSchema = z.looseObject({
  provider: z.union([z.string(), z.looseObject({ id: z.string().nullish(), label: z.string().nullish() })]),
  testIdx: z.int(),
  promptIdx: z.int().default(0),
  success: z.boolean(),
  score: z.number().nullish(),
  namedScores: z.record(z.string(), z.number().nullable()).nullish(),
  failureReason: z.int().nullish(),
  error: z.unknown().optional(),
  vars: z.unknown().optional(),
  prompt: z.looseObject({ raw: z.unknown().optional() }).nullish(),
  response: z.looseObject({ output: z.unknown().optional() }).nullish(),
  testCase: z.looseObject({ options: z.unknown().optional() }).nullish(),
  repeatIndex: z.int().nullish(),
});
type Result = z.output<typeof ResultSchema>;

const FileSchema = z.looseObject({
  results: z.looseObject({ version: z.number(), results: z.array(ResultSchema) }),
  config: z.looseObject({ description: z.string().nullish() }).nullish(),
  metadata: z.looseObject({ promptfooVersion: z.string().nullish() }).nullish(),
});

const ERRORED = 2;

/** Whether a JSON file begins as promptfoo's does. */
export function isPromptfoo(path: string, head: string): boolean {
  return path.endsWith(".json") && /^\s*\{\s*"evalId"\s*:/.test(head) && head.includes('"results"');
}

/** Results of every provider in a file. Throws `UsageError` for a file that isn't what it begins like. */
export async function openPromptfoo(paths: readonly string[]): Promise<ImportedResults> {
  const [path = "", second] = paths;
  if (second !== undefined)
    throw new UsageError(`${path} and ${second} are two files of promptfoo`, {
      hint: "name one of them; several providers may be in one file",
    });
  const { results, config, metadata } = await readWhole(path);
  const several = new Set(results.results.map(({ promptIdx }) => promptIdx)).size > 1;
  const task = config?.description?.trim() || "promptfoo";
  const graded = results.results.some(({ success, score }) => typeof score === "number" && score !== (success ? 1 : 0));
  const named = new Set(results.results.flatMap(({ namedScores }) => Object.keys(namedScores ?? {})));
  const labels = new Set(results.results.map(labelOf));
  return {
    tool: `promptfoo${metadata?.promptfooVersion ? ` ${metadata.promptfooVersion}` : ""}`,
    ...(labels.size === 1 ? { label: [...labels][0] ?? "" } : {}),
    settings: {},
    metrics: new Map([[task, ["pass", ...(graded ? ["score"] : []), ...named]]]),
    rows: async function* rows() {
      for (const result of results.results) yield* numbersOf(result, { task, several, graded });
    },
    remarks: [],
  };
}

function* numbersOf(
  result: Result,
  { task, several, graded }: { readonly task: string; readonly several: boolean; readonly graded: boolean },
): Generator<ImportedRow> {
  const errored = result.failureReason === ERRORED || (result.failureReason == null && result.response == null);
  const output = result.response?.output;
  const common = {
    variant: labelOf(result),
    task,
    item: several ? `${result.testIdx}/${result.promptIdx}` : String(result.testIdx),
    ...(result.repeatIndex ? { repeat: String(result.repeatIndex) } : {}),
    document: JSON.stringify(result.vars ?? null),
    ...(result.prompt?.raw === undefined ? {} : { prompt: JSON.stringify(result.prompt.raw) }),
    choices: 0,
    ...(output === undefined || output === null
      ? {}
      : { answer: typeof output === "string" ? output : JSON.stringify(output) }),
  };
  const missing = { missing: "errored" };
  yield { ...common, metric: "pass", value: errored ? missing : result.success ? 1 : 0 };
  if (graded) yield { ...common, metric: "score", value: errored || result.score == null ? missing : result.score };
  for (const [metric, value] of Object.entries(result.namedScores ?? {}))
    yield { ...common, metric, value: errored || value === null ? missing : value };
}

function labelOf({ provider }: Result): string {
  return typeof provider === "string" ? provider : provider.label || provider.id || "unnamed";
}

async function readWhole(path: string): Promise<z.output<typeof FileSchema>> {
  try {
    return FileSchema.parse(parseJson((await readFile(path, "utf8")).replace(/^\uFEFF/, "")));
  } catch (cause) {
    const what =
      cause instanceof z.ZodError
        ? z
            .prettifyError(cause)
            .replace(/\s*\n\s*/g, " ")
            .slice(0, 200)
        : messageOf(cause);
    throw new UsageError(`${path} can't be read as promptfoo's results: ${what}`, {
      cause,
      hint: "promptfoo eval -o results.json writes them; files of more than 512 MB can't be read: split the evaluation",
    });
  }
}
