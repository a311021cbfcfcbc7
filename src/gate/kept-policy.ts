import { z } from "zod";
import type { Policy } from "./policies.ts";
import { PolicySchema } from "./policy-schema.ts";

/** `policy.json`: the policy that a run was decided by, with every rule, so that it is the same when its file or this program has changed. */
const KeptSchema = z.strictObject({
  name: z.string(),
  description: z.string().optional(),
  rules: PolicySchema.shape.rules,
  onInconclusive: PolicySchema.shape.onInconclusive,
  recommended: PolicySchema.shape.recommended,
  hash: z.string(),
});

/** A policy as its file in a run holds it. */
export function policyText(policy: Policy): string {
  const { name, description, rules, onInconclusive, recommended, hash } = policy;
  return `${JSON.stringify({ name, description, hash, onInconclusive, recommended, rules }, null, 2)}\n`;
}

/** `undefined`: it is damaged, or has rules that this version doesn't know. */
export function parseKeptPolicy(text: string): Policy | undefined {
  try {
    const parsed = KeptSchema.safeParse(JSON.parse(text)).data;
    if (parsed === undefined) return undefined;
    const { description, recommended = [], ...rest } = parsed;
    return { ...rest, recommended, ...(description === undefined ? {} : { description }) };
  } catch {
    return undefined;
  }
}
