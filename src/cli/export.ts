import { openStore } from "../compose.ts";
import { UsageError } from "../domain/errors.ts";
import { readEnv } from "../env.ts";
import { exportLmEval } from "../import/export-lm-eval.ts";
import { interruptSignal } from "./interrupt.ts";

/** `quantgate export`: a run's numbers in another tool's layout, which `quantgate import` reads back. */
export async function exportAs(
  id: string,
  folder: string,
  { format, runs }: { readonly format: string; readonly runs?: string },
): Promise<void> {
  if (format !== "lm-eval") throw new UsageError(`--format: "${format}" is none of lm-eval`);
  const run = await openStore(runs ?? readEnv(process.env).runsFolder).open(id);
  const folders = await exportLmEval(run, folder, interruptSignal());
  process.stdout.write(`${folders.join("\n")}\n`);
}
