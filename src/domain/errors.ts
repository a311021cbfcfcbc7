/** Exit codes of every command. Precedence when several apply: interrupted, usage, incomplete, failed, inconclusive, pass. */
export const EXIT = { pass: 0, failed: 1, usage: 2, inconclusive: 3, incomplete: 4, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

interface ErrorDetails {
  /** What the user can do next; one sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** An error whose message is meant for the user: what happened and where. Anything else that is thrown is a defect. */
export class QuantGateError extends Error {
  readonly hint: string | undefined;
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.exitCode = exitCode;
    this.hint = details.hint;
  }
}

/** The input is wrong: a flag, a spec, a manifest, a file. Nothing was run. */
export class UsageError extends QuantGateError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, EXIT.usage, details);
  }
}

/** The run could not be completed: a full disk, a model that doesn't load, a lost journal. What was done is kept. */
export class RunError extends QuantGateError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, EXIT.incomplete, details);
  }
}

/** Another process is writing the run. */
export class RunBusyError extends RunError {}

/** What keeps the run is away for now, and was waited for in vain; later the run can go on. */
export class UnavailableError extends RunError {}

/** The user or the caller stopped the run. */
export class InterruptedError extends QuantGateError {
  constructor(message = "interrupted", details: ErrorDetails = {}) {
    super(message, EXIT.interrupted, details);
  }
}

/** Somebody ended the run for good; it is not to be resumed by itself. */
export class CancelledError extends InterruptedError {
  constructor(message = "cancelled", details: ErrorDetails = {}) {
    super(message, details);
  }
}

/** Throws `InterruptedError` once `signal` is aborted. */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new InterruptedError("interrupted", { cause: signal.reason });
}

/** The message of anything that was thrown, in one line. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s*\n\s*/g, " ").trim();
}
