import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import type { VariantPair } from "../analyze/manifest-changes.ts";
import { openStore } from "../compose.ts";
import { UsageError } from "../domain/errors.ts";
import { type ImportSource, importRun } from "../import/import-run.ts";
import { packageVersion } from "../package-root.ts";
import type { Run, RunStore } from "../store/run-store.ts";
import { openResults } from "./results-argument.ts";

/** Two results as runs that are gone again afterwards. */
export interface ComparedResults {
  readonly store: RunStore;
  readonly reference: Run;
  readonly newer: Run;
  readonly pair: VariantPair;
}

const MODEL = "results";

/** Imports two other tools' results for the time of `work`. Throws `UsageError` where one of them holds several models. */
export async function withResults<T>(
  arguments_: readonly [reference: string, newer: string],
  signal: AbortSignal,
  work: (compared: ComparedResults) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "quantgate-compare-"));
  try {
    const store = openStore(folder);
    const [reference, newer] = [
      await importOne(arguments_[0], "reference", store, signal),
      await importOne(arguments_[1], "newer", store, signal),
    ];
    return await work({
      store,
      reference: reference.run,
      newer: newer.run,
      pair: { reference: reference.variant, newer: newer.variant },
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function importOne(argument: string, place: string, store: RunStore, signal: AbortSignal) {
  const source = await onlySource(argument, signal);
  const id = `${place}-${basename(resolve(source.path)).replace(/[^A-Za-z0-9._-]/g, "-")}`.slice(0, 100);
  const deps = { store, now: () => new Date(), version: packageVersion() };
  const { run, spec } = await importRun({ id, model: MODEL, sources: [source] }, deps, signal);
  const variant = spec.models[0]?.variants[0];
  if (variant === undefined) throw new Error("an imported run has no variant");
  return { run, variant };
}

async function onlySource(argument: string, signal: AbortSignal): Promise<ImportSource> {
  const [first, second] = await openResults(argument, signal);
  if (first === undefined || second !== undefined)
    throw new UsageError(`${argument} holds results of several models`, {
      hint: "quantgate import makes a run of them, which can be compared",
    });
  return first;
}
