import { UsageError } from "../domain/errors.ts";
import type { RunManifest } from "./manifest.ts";
import type { Run } from "./run-store.ts";

/** Throws `UsageError` when a run has none, or a damaged one. */
export async function readManifest(run: Run): Promise<RunManifest> {
  const text = await run.read("manifest.json");
  if (text === undefined) throw new UsageError(`${run.location}: manifest.json is missing`);
  try {
    return JSON.parse(text) as RunManifest;
  } catch (cause) {
    throw new UsageError(`${run.location}: manifest.json is damaged`, { cause });
  }
}
