import { openStore } from "../compose.ts";
import { readEnv } from "../env.ts";
import type { Verdicts } from "../gate/verdict.ts";
import { readManifest } from "../pipeline/evaluate.ts";
import { escapeTerminal } from "../report/escape.ts";

interface RunRow {
  readonly id: string;
  readonly status: string;
  readonly startedAt: string;
  readonly models: readonly string[];
  readonly overall: string;
}

/** `quantgate runs`: the runs on disk, newest first. */
export async function runs(options: { readonly runs?: string; readonly json?: boolean }): Promise<void> {
  const store = openStore(options.runs ?? readEnv(process.env).runsFolder);
  const rows: RunRow[] = [];
  for (const id of await store.list()) {
    const run = await store.open(id);
    const manifest = await readManifest(run);
    const verdicts = await run.read("verdicts.json");
    rows.push({
      id,
      status: manifest.status,
      startedAt: manifest.startedAt,
      models: manifest.spec.models.map((model) => model.name),
      overall: verdicts === undefined ? "not decided" : (JSON.parse(verdicts) as Verdicts).overall,
    });
  }
  if (options.json === true) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  else if (rows.length === 0) process.stdout.write("no runs\n");
  else
    for (const row of rows)
      process.stdout.write(
        `${row.id}  ${row.status.padEnd(11)}  ${row.overall.padEnd(12)}  ${escapeTerminal(row.models.join(", "))}\n`,
      );
}
