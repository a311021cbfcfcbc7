import { evaluationServices, openStore } from "../compose.ts";
import { readEnv } from "../env.ts";
import { readManifest, rescoreRun } from "../pipeline/evaluate.ts";
import { conclude, type OutputOptions } from "./conclude.ts";
import { interruptSignal } from "./interrupt.ts";

/** `quantgate report`: everything after the journal, computed anew. */
export async function report(id: string, options: OutputOptions & { readonly runs?: string }): Promise<void> {
  const signal = interruptSignal();
  const env = readEnv(process.env);
  const store = openStore(options.runs ?? env.runsFolder);
  const run = await store.open(id);
  await rescoreRun(run, await readManifest(run), evaluationServices(store), signal);
  await conclude(run, options, signal);
}
