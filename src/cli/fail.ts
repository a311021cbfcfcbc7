import { messageOf, QuantGateError } from "../domain/errors.ts";

/** Tells an error in as few lines as it has and sets the exit code; a defect shows its stack, since it is ours to fix. */
export function fail(error: unknown): void {
  if (error instanceof QuantGateError) {
    const hint = error.hint === undefined ? "" : `\n  → ${error.hint}`;
    process.stderr.write(`quantgate: ${error.message}${hint}\n`);
    process.exitCode = error.exitCode;
    return;
  }
  const stack = error instanceof Error ? error.stack : undefined;
  process.stderr.write(`quantgate: unexpected error: ${messageOf(error)}\n${stack ?? ""}\n`);
  process.exitCode = 4;
}
