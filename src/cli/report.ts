import { evaluationServices, openStore } from "../compose.ts";
import { readEnv } from "../env.ts";
import { loadPolicy } from "../gate/policies.ts";
import { ownPolicy } from "../pipeline/own-policy.ts";
import { rescoreRun } from "../pipeline/rescore-run.ts";
import { readManifest } from "../store/read-manifest.ts";
import { whoCalls } from "./author.ts";
import { decide, type OutputOptions } from "./decide.ts";
import { interruptSignal } from "./interrupt.ts";

interface ReportOptions extends OutputOptions {
  readonly policy?: readonly string[];
}

/**
 * `quantgate report`: everything after the journal, computed anew. Exits 0 when it is written, whatever the verdict. By another policy than the
 * run's own the decision is a what-if.
 */
export async function report(id: string, options: ReportOptions): Promise<void> {
  const signal = interruptSignal();
  const store = openStore(options.runs ?? readEnv(process.env).runsFolder);
  const run = await store.open(id);
  const manifest = await readManifest(run);
  const own = await ownPolicy(run, manifest);
  const policy = options.policy === undefined ? own : await loadPolicy(options.policy);
  const record = { by: whoCalls(process.env), how: "report", at: new Date(), own };
  await run.lock();
  try {
    const damage = await rescoreRun(run, manifest, evaluationServices(store, readEnv(process.env)), signal);
    for (const told of damage.describe(run)) process.stderr.write(`${told}\n`);
    await decide(run, policy, { ...options, fresh: true, ...(options.policy === undefined ? { record } : {}) }, signal);
  } finally {
    await run.close();
  }
}
