import { z } from "zod";
import { BackendError } from "./backend.ts";

/** A log-probability as servers send them: rounding may lift 0 a little. */
export const LogprobSchema = z.number().max(0.001);

/**
 * Checks the shape of a server's answer; fields it has beyond the schema are passed over. Throws `BackendError` `bad-response` that names
 * the first field that doesn't fit.
 */
export function parseReply<T>(schema: z.ZodType<T>, body: unknown, what: string): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue?.path.join(".") ?? "";
  throw new BackendError({
    kind: "bad-response",
    message: `${what}: ${path === "" ? "" : `field "${path}": `}${issue?.message ?? "not the expected shape"}`,
    hint: "is that the server the backend's type names, in a version that QuantGate knows?",
  });
}
