import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../domain/errors.ts";
import { passOf } from "../domain/pass.ts";
import type { ItemResult, ScoreLine, ScoreRow } from "../domain/score-row.ts";
import type { ResolvedTask, ResolvedVariant } from "../spec/resolved.ts";
import type { RunManifest } from "../store/manifest.ts";
import { readManifest } from "../store/read-manifest.ts";
import { type Run, START } from "../store/run-store.ts";

/** A number by lm-evaluation-harness' names: `acc` under the filter `none`. */
interface NamedNumber {
  readonly metric: string;
  readonly filter: string;
  /** `undefined`: there is none for this answer. */
  readonly value: number | undefined;
}

/** Lines held back before they are written. */
const BATCH = 256;

/**
 * Writes the numbers of a run's main pass as lm-evaluation-harness 0.4 lays them out: for each variant a folder with `results_<time>.json` and one
 * `samples_<task>_<time>.jsonl` a task, one row a document and filter. Returns the folders. Throws `UsageError` when `folder` is there already.
 */
export async function exportLmEval(run: Run, folder: string, signal: AbortSignal): Promise<readonly string[]> {
  const manifest = await readManifest(run);
  await mkdir(folder).catch((cause: unknown) => {
    throw new UsageError(`${folder}: it is there already, or can't be made`, {
      cause,
      hint: "name a folder that isn't there",
    });
  });
  const variants = manifest.spec.models.flatMap((model) => model.variants);
  const several = manifest.spec.models.length > 1;
  const folders = new Map(variants.map((variant) => [variant.id, join(folder, nameOf(variant, several))]));
  if (new Set(folders.values()).size < folders.size)
    for (const { id } of variants) folders.set(id, join(folder, id.replace(/[^A-Za-z0-9._-]/g, "_")));
  for (const path of folders.values()) await mkdir(path, { recursive: true });
  const time = timeOf(manifest.startedAt);
  const writer = new SampleWriter();
  const sums = new Map<string, Sums>();
  const tasks = new Map(manifest.spec.tasks.map((task) => [task.name, task]));
  for await (const { text } of run.lines("scores", START, signal)) {
    const row = JSON.parse(text) as ScoreLine;
    if (row.type !== "score" || passOf(row) !== "main") continue;
    const [task, path] = [tasks.get(row.task), folders.get(row.variant)];
    if (task === undefined || path === undefined) continue;
    const numbers = numbersOf(row.result, task);
    for (const number of numbers) sumOf(sums, row.variant, row.task, number).add(number.value);
    for (const line of samplesOf(row, numbers))
      await writer.add(join(path, `samples_${fileName(baseTask(task))}_${time}.jsonl`), line);
  }
  await writer.end();
  for (const variant of variants) {
    const path = join(folders.get(variant.id) ?? folder, `results_${time}.json`);
    await writeFile(path, `${JSON.stringify(resultsOf(manifest, variant, sums), null, 2)}\n`);
  }
  return [...folders.values()];
}

/** What one answer counts, by every figure and metric that there is of it. */
function numbersOf(result: ItemResult, task: ResolvedTask): readonly NamedNumber[] {
  const { imported } = task;
  if (imported !== undefined) {
    const [metric = "", filter = "none"] = imported.metric.split(",");
    return [{ metric, filter, value: importedValue(result, imported.metric) }];
  }
  if (task.type === "multiple-choice") {
    const figures = result.kind === "graded" && result.grade.kind !== "missing" ? result.grade.figures : undefined;
    const names =
      task.protocol === "generated-letter"
        ? (["extracted", "strict"] as const)
        : task.protocol === "continuation-logprob"
          ? (["acc", "acc_norm"] as const)
          : (["acc"] as const);
    return [...names]
      .sort((a, b) => Number(b === task.primary) - Number(a === task.primary))
      .map((figure) => ({
        ...NAMES[figure],
        value: figures?.[figure] === undefined ? undefined : Number(figures[figure]),
      }));
  }
  if (result.kind !== "generated") return [];
  return Object.entries(result.scores).map(([metric, score]) => ({
    metric,
    filter: "none",
    value: score.kind === "scored" ? score.value : undefined,
  }));
}

const NAMES = {
  acc: { metric: "acc", filter: "none" },
  acc_norm: { metric: "acc_norm", filter: "none" },
  extracted: { metric: "exact_match", filter: "flexible-extract" },
  strict: { metric: "exact_match", filter: "strict-match" },
} as const;

function importedValue(result: ItemResult, metric: string): number | undefined {
  if (result.kind === "graded")
    return result.grade.kind === "missing" ? undefined : Number(result.grade.kind === "right");
  if (result.kind !== "generated") return undefined;
  const score = result.scores[metric];
  return score?.kind === "scored" ? score.value : undefined;
}

/** One row for each filter; numbers that aren't there are `null`. */
function samplesOf(row: ScoreRow, numbers: readonly NamedNumber[]): readonly object[] {
  const choices = row.result.kind === "graded" ? row.result.choices : 1;
  return [...new Set(numbers.map(({ filter }) => filter))].map((filter) => {
    const own = numbers.filter((number) => number.filter === filter);
    return {
      doc_id: /^(?:0|[1-9]\d{0,14})$/.test(row.item) ? Number(row.item) : row.item,
      doc: {},
      target: "",
      arguments: Object.fromEntries(
        Array.from({ length: Math.max(1, choices) }, (_, index) => [`gen_args_${index}`, {}]),
      ),
      // Answers stay in the run's journal; what is here tells whether two of them are equal.
      resps: row.answerHash === undefined ? [] : [[row.answerHash]],
      filtered_resps: row.answerHash === undefined ? [] : [row.answerHash],
      filter,
      metrics: own.map(({ metric }) => metric),
      prompt_hash: row.promptHash,
      ...Object.fromEntries(own.map(({ metric, value }) => [metric, value ?? null])),
    };
  });
}

function resultsOf(manifest: RunManifest, variant: ResolvedVariant, sums: ReadonlyMap<string, Sums>): object {
  const results: Record<string, Record<string, unknown>> = {};
  const configs: Record<string, object> = {};
  for (const task of manifest.spec.tasks) {
    const name = baseTask(task);
    const own = [...sums].filter(([key]) => key.startsWith(`${variant.id}\n${task.name}\n`)).map(([, sum]) => sum);
    const result = results[name] ?? { alias: name };
    for (const { name: metric, filter, mean, standardError } of own.map((sum) => sum.finish())) {
      result[`${metric},${filter}`] = mean;
      result[`${metric}_stderr,${filter}`] = standardError;
    }
    results[name] = result;
    configs[name] ??= {
      task: name,
      output_type:
        task.type === "multiple-choice" && task.imported === undefined ? "multiple_choice" : "generate_until",
    };
  }
  return {
    results,
    configs,
    "n-shot": Object.fromEntries(manifest.spec.tasks.map((task) => [baseTask(task), task.shots ?? 0])),
    config: {
      model: variant.backend.type,
      model_args: { quantization: variant.quantization },
      random_seed: manifest.spec.seed,
    },
    model_name: `${variant.model}/${variant.quantization}`,
    quantgate: { run: manifest.id, version: manifest.versions.quantgate, variant: variant.id },
  };
}

/** Count, mean and the mean's standard error (sample deviation over √n, as lm-evaluation-harness has it). */
class Sums {
  readonly #name: string;
  readonly #filter: string;
  #count = 0;
  #sum = 0;
  #squares = 0;

  constructor({ metric, filter }: NamedNumber) {
    this.#name = metric;
    this.#filter = filter;
  }

  add(value: number | undefined): void {
    if (value === undefined) return;
    this.#count += 1;
    this.#sum += value;
    this.#squares += value * value;
  }

  finish() {
    const mean = this.#sum / this.#count;
    const variance = Math.max(0, this.#squares / this.#count - mean * mean) * (this.#count / (this.#count - 1));
    const standardError = this.#count < 2 ? null : Math.sqrt(variance / this.#count);
    return { name: this.#name, filter: this.#filter, mean: this.#count === 0 ? null : mean, standardError };
  }
}

function sumOf(sums: Map<string, Sums>, variant: string, task: string, number: NamedNumber): Sums {
  const key = `${variant}\n${task}\n${number.metric},${number.filter}`;
  const found = sums.get(key) ?? new Sums(number);
  sums.set(key, found);
  return found;
}

/** Appends lines to many files, some at a time. */
class SampleWriter {
  readonly #waiting = new Map<string, string[]>();

  async add(path: string, row: object): Promise<void> {
    const lines = this.#waiting.get(path) ?? [];
    lines.push(`${JSON.stringify(row)}\n`);
    this.#waiting.set(path, lines);
    if (lines.length >= BATCH) await this.#write(path, lines);
  }

  async end(): Promise<void> {
    for (const [path, lines] of this.#waiting) await this.#write(path, lines);
  }

  async #write(path: string, lines: readonly string[]): Promise<void> {
    this.#waiting.set(path, []);
    await appendFile(path, lines.join(""));
  }
}

/** A further metric of an imported task belongs into that task's file. */
function baseTask({ name, imported, watched }: ResolvedTask): string {
  return watched === true && imported !== undefined && name.endsWith(`:${imported.metric}`)
    ? name.slice(0, -imported.metric.length - 1)
    : name;
}

function nameOf({ model, quantization }: ResolvedVariant, several: boolean): string {
  return fileName(several ? `${model}_${quantization}` : quantization);
}

function fileName(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]/g, "_");
}

/** As the tool has it in names: `2026-01-02T03-04-05.678000`. */
function timeOf(iso: string): string {
  return `${iso.replaceAll(":", "-").replace(/Z$/, "")}000`;
}
