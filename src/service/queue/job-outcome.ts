import { messageOf, QuantGateError, RunError } from "../../domain/errors.ts";

/** The job is to be done later, by whoever gets it then; that is no failure. */
export class LaterError extends Error {
  readonly afterMs: number;

  constructor(why: string, afterMs: number, cause?: unknown) {
    super(why, { cause });
    this.afterMs = afterMs;
  }
}

/** Nobody is to work on the jobs of this queue for a while: the server behind it is overloaded. */
export class ThrottledError extends Error {
  readonly forMs: number;

  constructor(forMs: number, cause: unknown) {
    super("the server is overloaded", { cause });
    this.forMs = forMs;
  }
}

const HINT = "\n→ ";

/** An error in the one text that a failed job keeps. */
export function reasonOf(error: unknown): string {
  const hint = error instanceof QuantGateError ? error.hint : undefined;
  return `${messageOf(error)}${hint === undefined ? "" : `${HINT}${hint}`}`;
}

/** The error that a failed job's text tells of. */
export function errorFrom(reason: string): RunError {
  const [message = "", hint] = reason.split(HINT, 2);
  return new RunError(message, hint === undefined ? {} : { hint });
}
