import { open, readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { UsageError } from "../domain/errors.ts";
import { isEveryEvalEver, openEveryEvalEver } from "./every-eval-ever.ts";
import type { ImportedResults } from "./imported-row.ts";
import { isInspect, openInspect } from "./inspect-ai.ts";
import { isLmEvalSamples, openLmEval } from "./lm-evaluation-harness.ts";
import { isNemo, openNemo } from "./nemo-evaluator.ts";
import { isPromptfoo, openPromptfoo } from "./promptfoo.ts";

/** Formats by what their files are like, the surest first. */
interface Format {
  readonly name: string;
  /** Whether a file is its; `head` are the first bytes. */
  readonly knows: (path: string, head: string) => boolean;
  readonly open: (paths: readonly string[], all: readonly string[]) => Promise<ImportedResults>;
}

const FORMATS: readonly Format[] = [
  { name: "lm-evaluation-harness", knows: (path) => isLmEvalSamples(path), open: (_, all) => openLmEval(all) },
  { name: "Inspect", knows: isInspect, open: openInspect },
  { name: "promptfoo", knows: isPromptfoo, open: openPromptfoo },
  { name: "NeMo Evaluator", knows: isNemo, open: openNemo },
  { name: "Every Eval Ever", knows: isEveryEvalEver, open: openEveryEvalEver },
];

const HEAD_BYTES = 4096;
const DEEPEST = 6;

/**
 * Opens what another tool wrote about one model, from a file or a folder with all below it, and recognizes the tool by its files. Throws
 * `UsageError` for a path that isn't there, that no format fits, or that holds results of several tools.
 */
export async function findResults(path: string): Promise<ImportedResults> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined)
    throw new UsageError(`there is nothing at ${path}`, {
      hint: "give LABEL=PATH, with the path of a file or folder of results",
    });
  const files = found.isDirectory() ? await filesBelow(path, DEEPEST) : [path];
  const heads = new Map<string, string>();
  for (const file of files) heads.set(file, await headOf(file));
  const matches = FORMATS.flatMap((format) => {
    const own = files.filter((file) => format.knows(file, heads.get(file) ?? ""));
    return own.length === 0 ? [] : [{ format, own }];
  });
  const [first, second] = matches;
  if (first === undefined)
    throw new UsageError(
      `${path}: no results of a tool that is known${files.length === 1 ? "" : ` in ${files.length} files`}`,
      {
        hint: `known are ${FORMATS.map(({ name }) => name).join(", ")}; samples must have been kept (lm-evaluation-harness: --log_samples)`,
      },
    );
  if (second !== undefined)
    throw new UsageError(`${path} holds results of ${first.format.name} and of ${second.format.name}`, {
      hint: "name the file or folder of one of them",
    });
  // A single file may have its neighbours' help, as the results beside samples.
  const all = found.isDirectory() ? files : [path, ...(await neighboursOf(path))];
  return first.format.open(first.own, all);
}

async function filesBelow(folder: string, depth: number): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isFile()) files.push(path);
    else if (entry.isDirectory() && depth > 0) files.push(...(await filesBelow(path, depth - 1)));
  }
  return files;
}

/** Files that tell more about a single one: results, never other samples. */
async function neighboursOf(path: string): Promise<readonly string[]> {
  const folder = join(path, "..");
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => name !== basename(path) && /^results_.*\.json$/.test(name))
    .map((name) => join(folder, name));
}

async function headOf(path: string): Promise<string> {
  const file = await open(path, "r");
  try {
    const buffer = Buffer.alloc(HEAD_BYTES);
    const { bytesRead } = await file.read(buffer, 0, HEAD_BYTES, 0);
    return buffer.toString("utf8", 0, bytesRead).replace(/^\uFEFF/, "");
  } finally {
    await file.close();
  }
}
