import { parseKeptPolicy, policyText } from "../gate/kept-policy.ts";
import type { Policy } from "../gate/policies.ts";
import type { Verdicts } from "../gate/verdict.ts";
import type { Run } from "../store/run-store.ts";

/** Who puts a verdict on record, and by what. */
export interface Author {
  /** A person and machine, a token's name, … */
  readonly by: string;
  /** What they called: `run`, `report`, `gate --save`, `service`. */
  readonly how: string;
  readonly at: Date;
  /** The run's own policy; it is kept with the run from its first decision on. */
  readonly own: Policy;
}

/** A line of `verdicts.log`: one decision that became the record. */
export interface VerdictsLogEntry {
  readonly at: string;
  readonly by: string;
  readonly how: string;
  readonly policy: { readonly name: string; readonly hash: string; readonly own: boolean };
  readonly overall: Verdicts["overall"];
  readonly exitCode: number;
  readonly variants: Readonly<Record<string, string>>;
}

/**
 * Makes verdicts the run's record: `verdicts.json`, a line in `verdicts.log`, and at the first time `policy.json`. Returns them as they are kept.
 */
export async function recordVerdicts(run: Run, verdicts: Verdicts, { by, how, at, own }: Author): Promise<Verdicts> {
  const kept = await run.read("policy.json");
  const ownHash = (kept === undefined ? undefined : parseKeptPolicy(kept))?.hash ?? own.hash;
  if (kept === undefined) await run.write("policy.json", policyText(own));
  const recorded: Verdicts = {
    ...verdicts,
    policy: { ...verdicts.policy, own: verdicts.policy.hash === ownHash },
  };
  const { policy, overall, exitCode, models } = recorded;
  const entry: VerdictsLogEntry = {
    at: at.toISOString(),
    by,
    how,
    policy: { name: policy.name, hash: policy.hash, own: policy.own === true },
    overall,
    exitCode,
    variants: Object.fromEntries(
      models.flatMap((model) => model.variants.map(({ variant, verdict }) => [variant, verdict])),
    ),
  };
  await run.write("verdicts.json", `${JSON.stringify(recorded, null, 2)}\n`);
  await run.write("verdicts.log", `${(await run.read("verdicts.log")) ?? ""}${JSON.stringify(entry)}\n`);
  return recorded;
}
