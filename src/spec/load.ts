import { readFile } from "node:fs/promises";
import type { DatasetFinder } from "../dataset/find.ts";
import { UsageError } from "../domain/errors.ts";
import { parseYaml } from "./parse.ts";
import { resolveSpec } from "./resolve.ts";
import type { ResolvedSpec } from "./resolved.ts";
import { SpecSchema, specJsonSchema } from "./schema.ts";

/**
 * Reads a spec file (YAML or JSON), checks it strictly and fills in everything that is left open.
 * Throws `UsageError` for every kind of bad input; nothing is written.
 */
export async function loadSpec(path: string, findDataset: DatasetFinder): Promise<ResolvedSpec> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new UsageError(`${path}: the spec can't be read`, {
      cause,
      hint: "check the path; `quantgate run --help` shows an example",
    });
  }
  return resolveSpec(parseYaml(text, path, SpecSchema, specJsonSchema), path, findDataset);
}
