import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { findDatasets } from "../compose.ts";
import { checkDataset } from "../dataset/check-dataset.ts";
import { importFiles } from "../dataset/import-files.ts";
import { type Mapping, MappingSchema, mappingJsonSchema } from "../dataset/mapping.ts";
import { UsageError } from "../domain/errors.ts";
import { readEnv } from "../env.ts";
import { escapeTerminal } from "../report/escape.ts";
import { parseYaml } from "../spec/parse.ts";
import { warningText } from "./dataset-warnings.ts";
import { interruptSignal } from "./interrupt.ts";

export interface ImportOptions {
  readonly mapping: string;
  readonly shots?: readonly string[];
  readonly name?: string;
  readonly to?: string;
  readonly replace?: boolean;
}

/** `quantgate datasets import`: makes a dataset of files of the user's own. */
export async function importDataset(paths: readonly string[], options: ImportOptions): Promise<void> {
  const signal = interruptSignal();
  const mapping = await readMapping(options.mapping);
  const named = options.name === undefined ? mapping : MappingSchema.parse({ ...mapping, name: options.name });
  const folder = options.to ?? join(readEnv(process.env).cacheFolder, "datasets");
  if (options.to === undefined) await assertCanBeFound(named.name, folder);
  const sources = { items: paths, shots: options.shots ?? [] };
  const dataset = await importFiles(sources, named, { folder, replace: options.replace ?? false }, signal);
  const { items, shots, warnings } = await checkDataset(dataset, signal);
  const examples = shots === 0 ? "" : `, ${shots} worked examples`;
  process.stdout.write(`${named.name}: ${items} items${examples} → ${dataset.folder}\n`);
  for (const warning of warnings) process.stdout.write(`warning: ${escapeTerminal(warningText(warning))}\n`);
}

async function readMapping(name: string): Promise<Mapping> {
  const { BUILT_IN_MAPPINGS } = await import("../dataset/built-in-mappings.ts");
  const builtIn = Object.hasOwn(BUILT_IN_MAPPINGS, name) ? BUILT_IN_MAPPINGS[name] : undefined;
  if (builtIn !== undefined) return builtIn;
  let text: string;
  try {
    text = await readFile(name, "utf8");
  } catch (cause) {
    throw new UsageError(`${name}: the mapping can't be read`, {
      cause,
      hint: `give a YAML or JSON file, or one of: ${Object.keys(BUILT_IN_MAPPINGS).join(", ")}`,
    });
  }
  return parseYaml(text, name, MappingSchema, mappingJsonSchema).value;
}

/** Bundled datasets are found first: another one of the same name in the cache never would be. */
async function assertCanBeFound(name: string, folder: string): Promise<void> {
  const found = await findDatasets(readEnv(process.env)).folderOf(name);
  if (found !== undefined && found !== join(folder, name))
    throw new UsageError(`"${name}" is a bundled dataset`, { hint: "give yours another name: --name my-set" });
}
