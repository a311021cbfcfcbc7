import { openStore } from "../compose.ts";
import { readEnv } from "../env.ts";
import { loadPolicy } from "../gate/policies.ts";
import { readManifest } from "../store/read-manifest.ts";
import { decide, type OutputOptions } from "./decide.ts";
import { interruptSignal } from "./interrupt.ts";

interface GateOptions extends OutputOptions {
  readonly policy?: string;
}

/** `quantgate gate`: decides a finished run again, by any policy, without asking a backend. */
export async function gate(id: string, options: GateOptions): Promise<void> {
  const run = await openStore(options.runs ?? readEnv(process.env).runsFolder).open(id);
  const policy = await loadPolicy(options.policy ?? (await readManifest(run)).spec.policy);
  const { verdicts } = await decide(run, policy, options, interruptSignal());
  process.exitCode = verdicts.exitCode;
}
