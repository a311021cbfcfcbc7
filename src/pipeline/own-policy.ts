import { readFile } from "node:fs/promises";
import { z } from "zod";
import { parseKeptPolicy } from "../gate/kept-policy.ts";
import { loadPolicy, type Policy } from "../gate/policies.ts";
import { policyOfVersion01 } from "../gate/policies-0.1.ts";
import type { RunManifest } from "../store/manifest.ts";
import type { Run } from "../store/run-store.ts";

const DecidedSchema = z.object({ policy: z.object({ hash: z.string() }) });

/**
 * The policy that is a run's own: the one it was decided by when it ended, as it was then; of a run that wasn't decided yet the one that its
 * spec names, as it is now. Runs of version 0.1 kept the hash alone: the policy that has it is found again.
 */
export async function ownPolicy(run: Run, { spec }: RunManifest): Promise<Policy> {
  const kept = await run.read("policy.json");
  const policy = kept === undefined ? undefined : parseKeptPolicy(kept);
  if (policy !== undefined) return policy;
  const hash = kept === undefined ? await decidingHash(run) : undefined;
  const old = hash === undefined ? undefined : policyOfVersion01(hash, await fileOf(spec.policy));
  return old ?? loadPolicy(spec.policy);
}

async function decidingHash(run: Run): Promise<string | undefined> {
  const text = await run.read("verdicts.json");
  if (text === undefined) return undefined;
  try {
    return DecidedSchema.safeParse(JSON.parse(text)).data?.policy.hash;
  } catch {
    return undefined;
  }
}

/** The text of a policy file; `undefined` for names and for files that are gone. */
async function fileOf(
  policy: string | readonly string[],
): Promise<{ readonly text: string; readonly file: string } | undefined> {
  if (typeof policy !== "string") return undefined;
  return readFile(policy, "utf8").then(
    (text) => ({ text, file: policy }),
    () => undefined,
  );
}
