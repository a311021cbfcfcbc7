import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { VariantSummary } from "../../src/analyze/summary.ts";
import type { Quantization } from "../../src/domain/quantization.ts";
import { loadPolicy } from "../../src/gate/policies.ts";
import { findResults } from "../../src/import/find-results.ts";
import { type ImportRequest, importRun } from "../../src/import/import-run.ts";
import type { ImportedRow } from "../../src/import/imported-row.ts";
import { decideRun } from "../../src/pipeline/decide-run.ts";
import { FileStore } from "../../src/store/file-store.ts";
import { readManifest } from "../../src/store/read-manifest.ts";
import { temporaryFolder } from "../support/cli.ts";

export const signal = new AbortController().signal;

/** Every row of a file or folder. */
export async function rowsOf(path: string): Promise<readonly ImportedRow[]> {
  const rows: ImportedRow[] = [];
  for await (const row of (await findResults(path)).rows(signal)) rows.push(row);
  return rows;
}

/** Writes files below a new folder, by their paths in it. */
export async function written(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

/** Imports results by label and decides on them. */
export async function decided(paths: Readonly<Record<string, string>>, extra: Partial<ImportRequest> = {}) {
  const sources = await Promise.all(
    Object.entries(paths).map(async ([label, path]) => ({
      quantization: label as Quantization,
      path,
      results: await findResults(path),
    })),
  );
  const store = new FileStore(join(await temporaryFolder(), "runs"));
  const deps = { store, now: () => new Date(0), version: "test" };
  const request = { id: "imported", model: "m", sources, policy: "accuracy-only", ...extra };
  const { run, policy, remarks } = await importRun(request, deps, signal);
  const manifest = await readManifest(run);
  const decided = await decideRun(run, manifest, await loadPolicy(policy), { signal });
  const variants = decided.summary.models.flatMap((model) => model.variants);
  const variant = (label: string): VariantSummary => {
    const found = variants.find(({ quantization }) => quantization === label);
    if (found === undefined) throw new Error(`no variant ${label}`);
    return found;
  };
  return { run, manifest, verdicts: decided.verdicts, summary: decided.summary, policy, remarks, variant };
}

/** Right answers and flips of a variant on a task. */
export function countsOf(variant: VariantSummary, task: string) {
  const summary = variant.tasks.find((each) => each.task === task);
  if (summary?.type !== "multiple-choice" || summary.accuracy.kind !== "scored")
    throw new Error(`no accuracy of ${task}`);
  const { correct, trials } = summary.accuracy;
  const compared = variant.comparison?.tasks.find((each) => each.task === task);
  if (compared?.type !== "multiple-choice") return { correct, trials };
  const { lost, gained, pairs, unmatched, differentPrompt } = compared.accuracy;
  return { correct, trials, lost, gained, pairs, unmatched, differentPrompt };
}
