import { readdir, stat } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { UsageError } from "../domain/errors.ts";
import { convertDataset } from "./convert.ts";
import type { Dataset } from "./dataset.ts";
import type { DatasetTarget } from "./dataset-writer.ts";
import { aboutImported, type Mapping } from "./mapping.ts";
import { readRows } from "./read-rows.ts";
import type { SourceRow } from "./source-row.ts";

export interface ImportSources {
  /** Files, or folders whose files are all taken, in the order of their names. */
  readonly items: readonly string[];
  /** The same, of worked examples. */
  readonly shots: readonly string[];
}

/** The field under which a row carries the subject that its file's name says. */
const FILE_SUBJECT = "subject from the file's name";

/** Imports files of any layout a mapping can tell as a dataset. Throws one `UsageError` with all that is wrong; then nothing is written. */
export async function importFiles(
  sources: ImportSources,
  mapping: Mapping,
  target: Omit<DatasetTarget, "name">,
  signal: AbortSignal,
): Promise<Dataset> {
  const items = await expand(sources.items);
  const shots = await expand(sources.shots);
  const about = aboutImported(
    mapping,
    items.map((file) => basename(file)),
  );
  const fields = mapping.subjectFromFile === undefined ? about.fields : { ...about.fields, subject: FILE_SUBJECT };
  return convertDataset(
    {
      about: { ...about, fields },
      rows: rowsOf(items, mapping, signal),
      ...(shots.length === 0 ? {} : { shots: rowsOf(shots, mapping, signal) }),
    },
    target,
    signal,
  );
}

async function* rowsOf(files: readonly string[], mapping: Mapping, signal: AbortSignal): AsyncGenerator<SourceRow> {
  for (const file of files) {
    const subject = mapping.subjectFromFile === undefined ? undefined : subjectOf(file, mapping.subjectFromFile);
    for await (const source of readRows(file, mapping, signal)) {
      const isObject = "row" in source && typeof source.row === "object" && source.row !== null;
      yield isObject && subject !== undefined
        ? { place: source.place, row: { ...source.row, [FILE_SUBJECT]: subject } }
        : source;
    }
  }
}

function subjectOf(file: string, pattern: string): string {
  let match: RegExpMatchArray | null;
  try {
    match = basename(file, extname(file)).match(new RegExp(pattern, "u"));
  } catch (cause) {
    throw new UsageError(`"subjectFromFile" of the mapping is no regular expression: ${pattern}`, { cause });
  }
  const subject = match?.[1];
  if (subject === undefined || subject === "")
    throw new UsageError(`${file}: its name doesn't tell a subject as the mapping says (${pattern})`, {
      hint: "rename the file, or change `subjectFromFile`; its first group is the subject",
    });
  return subject;
}

/** Folders become their files; hidden ones are passed over. */
async function expand(paths: readonly string[]): Promise<readonly string[]> {
  const files: string[] = [];
  for (const path of paths) {
    const found = await stat(path).catch(() => undefined);
    if (!found?.isDirectory()) {
      files.push(path);
      continue;
    }
    const entries = await readdir(path, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isFile() && !entry.name.startsWith(".")).map((entry) => entry.name);
    if (names.length === 0) throw new UsageError(`${path}: the folder has no files`);
    files.push(...names.sort().map((name) => join(path, name)));
  }
  return files;
}
