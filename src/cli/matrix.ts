import { writeFile } from "node:fs/promises";
import type { Summary } from "../analyze/summary.ts";
import { openStore } from "../compose.ts";
import { UsageError } from "../domain/errors.ts";
import { readEnv } from "../env.ts";
import { type CompatibilityMatrix, compatibilityMatrix, publishedMatrix } from "../gate/compatibility.ts";
import { runNamed } from "../pipeline/find-baseline.ts";

interface MatrixOptions {
  readonly runs?: string;
  readonly json?: boolean;
  readonly markdown?: string;
  /** The study's own table instead of runs. */
  readonly published?: boolean;
}

/** `quantgate matrix`: which quantizations of which models work, from one run or many. */
export async function matrix(names: readonly string[], options: MatrixOptions): Promise<void> {
  if ((options.published === true) === names.length > 0)
    throw new UsageError("give either runs or --published", {
      hint: "quantgate matrix <run> …; `quantgate runs` lists them",
    });
  const found = options.published === true ? publishedMatrix() : await ofRuns(names, options.runs);
  if (options.markdown !== undefined) {
    const { renderCompatibilityMarkdown } = await import("../report/compatibility-table.ts");
    await writeFile(options.markdown, renderCompatibilityMarkdown(found)).catch((cause: unknown) => {
      throw new UsageError(`${options.markdown}: can't be written`, { cause });
    });
  }
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
    return;
  }
  const { renderCompatibility } = await import("../report/compatibility-table.ts");
  const color = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
  process.stdout.write(`${renderCompatibility(found, { columns: process.stdout.columns ?? 80, color })}\n`);
}

async function ofRuns(names: readonly string[], runs: string | undefined): Promise<CompatibilityMatrix> {
  const store = openStore(runs ?? readEnv(process.env).runsFolder);
  const summaries: Summary[] = [];
  for (const id of new Set(await Promise.all(names.map((name) => runNamed(name, store))))) {
    const text = await (await store.open(id)).read("summary.json");
    if (text === undefined)
      throw new UsageError(`run ${id} has no summary yet`, { hint: `quantgate report ${id} computes it` });
    summaries.push(JSON.parse(text) as Summary);
  }
  return compatibilityMatrix(summaries);
}
