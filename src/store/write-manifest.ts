import type { RunManifest } from "./manifest.ts";
import type { Run } from "./run-store.ts";

export async function writeManifest(run: Run, manifest: RunManifest): Promise<void> {
  await run.write("manifest.json", manifestText(manifest));
}

/** A manifest as its file holds it. */
export function manifestText(manifest: RunManifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
