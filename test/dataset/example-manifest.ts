import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Dataset, openDataset } from "../../src/dataset/dataset.ts";
import { type Manifest, ManifestSchema } from "../../src/dataset/manifest.ts";
import { temporaryFolder } from "../support/cli.ts";

/** A manifest that is right, with some of its entries replaced. */
export function exampleManifest(entries: Partial<Manifest> = {}): Manifest {
  return ManifestSchema.parse({
    name: "example",
    version: "1.0.0",
    licence: "CC0-1.0",
    source: "this test",
    description: "made up",
    type: "generation",
    kind: "qa",
    prompt: "{prompt}",
    items: 0,
    file: "items.jsonl",
    sha256: "0".repeat(64),
    fields: {},
    ...entries,
  });
}

/** Writes a dataset whose items are these bytes, with a manifest that tells the truth unless `entries` say otherwise. */
export async function writeDataset(
  bytes: string | Uint8Array,
  entries: Partial<Manifest> & { readonly items: number },
): Promise<Dataset> {
  const folder = join(await temporaryFolder(), "example");
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  await mkdir(folder);
  await writeFile(join(folder, "items.jsonl"), bytes);
  await writeFile(join(folder, "manifest.json"), JSON.stringify(exampleManifest({ sha256, ...entries })));
  return openDataset(folder);
}
