import { openStore } from "../compose.ts";
import { EXIT, messageOf, RunBusyError, UsageError } from "../domain/errors.ts";
import { readEnv } from "../env.ts";
import { loadPolicy } from "../gate/policies.ts";
import { ownPolicy } from "../pipeline/own-policy.ts";
import { readManifest } from "../store/read-manifest.ts";
import type { Run } from "../store/run-store.ts";
import { whoCalls } from "./author.ts";
import { decide, type OutputOptions } from "./decide.ts";
import { interruptSignal } from "./interrupt.ts";

interface GateOptions extends OutputOptions {
  readonly policy?: readonly string[];
  /** Makes the verdict the run's record. */
  readonly save?: boolean;
}

/**
 * `quantgate gate`: decides a run that is there, by its own policy or another, without asking a backend. What if; only `--save` changes the
 * run's record. A run that didn't get to its end is never decided: 4.
 */
export async function gate(id: string, options: GateOptions): Promise<void> {
  const run = await openStore(options.runs ?? readEnv(process.env).runsFolder).open(id);
  const manifest = await readManifest(run);
  const own = await ownPolicy(run, manifest);
  const policy = options.policy === undefined ? own : await loadPolicy(options.policy);
  const signal = interruptSignal();
  if (manifest.status !== "completed") {
    if (options.save === true)
      throw new UsageError(`run ${id} could not complete (${manifest.status}), so its verdict can't be saved`, {
        hint: `quantgate run --resume ${id}`,
      });
    await decide(run, policy, options, signal);
    process.stderr.write(`run ${id} ${await whyIncomplete(run, manifest)}\n`);
    process.exitCode = EXIT.incomplete;
    return;
  }
  if (options.save !== true) {
    const { verdicts } = await decide(run, policy, options, signal);
    process.exitCode = verdicts.exitCode;
    return;
  }
  await run.lock();
  try {
    const record = { by: whoCalls(process.env), how: "gate --save", at: new Date(), own };
    const { verdicts } = await decide(run, policy, { ...options, record }, signal);
    process.exitCode = verdicts.exitCode;
  } finally {
    await run.close();
  }
}

/** What became of a run that isn't complete, and what to do. */
async function whyIncomplete(
  run: Run,
  { status, failure }: Pick<Awaited<ReturnType<typeof readManifest>>, "status" | "failure">,
): Promise<string> {
  const hint = `\`quantgate run --resume ${run.id}\` goes on with it`;
  if (status === "queued") return "has not begun";
  if (status === "cancelled") return "could not complete: it was cancelled";
  if (status !== "running")
    return `could not complete: ${failure === undefined ? `it was ${status}` : failure.message}; ${hint}`;
  // Whoever runs it holds the lock; a killed process doesn't.
  try {
    await run.lock();
  } catch (error) {
    if (error instanceof RunBusyError) return `is not complete yet: ${messageOf(error)}`;
    throw error;
  } finally {
    await run.close();
  }
  return `could not complete: its process was killed; ${hint}`;
}
