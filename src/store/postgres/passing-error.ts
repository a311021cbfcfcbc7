import { messageOf } from "../../domain/errors.ts";

/** Of the network while a server restarts. */
const NETWORK = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "EAI_AGAIN", "ENOENT", "EHOSTUNREACH"]);
/** SQLSTATE: shut down by an administrator, crashed, starting up, too many connections, serialization failure, deadlock. */
const STATES = new Set(["57P01", "57P02", "57P03", "53300", "40001", "40P01"]);
/** What the driver says without a code. */
const MESSAGES =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/** Whether an error of the driver may be gone when it is tried again. */
export function isPassing(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isPassing);
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  if (typeof code === "string") return NETWORK.has(code) || STATES.has(code) || code.startsWith("08");
  return error instanceof Error && MESSAGES.test(messageOf(error));
}
