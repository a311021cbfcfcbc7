import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, UsageError } from "../domain/errors.ts";
import { type Manifest, ManifestSchema } from "./manifest.ts";

/** A dataset folder whose manifest was read. The items stay on disk. */
export interface Dataset {
  readonly folder: string;
  readonly manifest: Manifest;
}

/** Reads and checks `manifest.json` of a dataset folder. */
export async function openDataset(folder: string): Promise<Dataset> {
  const path = join(folder, "manifest.json");
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new UsageError(`no dataset at ${folder}: ${path} can't be read`, {
      cause,
      hint: "`quantgate datasets list` shows what there is",
    });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`${path}: not valid JSON (${messageOf(cause)})`, { cause });
  }
  const parsed = ManifestSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new UsageError(`${path}: ${issue?.path.join(".") || "manifest"}: ${issue?.message ?? "does not fit"}`);
  }
  return { folder, manifest: parsed.data };
}
