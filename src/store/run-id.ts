import { UsageError } from "../domain/errors.ts";
import { NAME } from "../domain/name.ts";

export function isRunId(id: string): boolean {
  return NAME.test(id);
}

/** Throws `UsageError` for what can't be a run's id. */
export function assertRunId(id: string): void {
  if (!isRunId(id))
    throw new UsageError(`"${id}" is not a run's id`, { hint: "`quantgate runs` lists the runs there are" });
}

/** What a store says of a run that isn't there. */
export function noSuchRun(id: string, place: string): UsageError {
  return new UsageError(`no run "${id}" in ${place}`, { hint: "`quantgate runs` lists the runs there are" });
}

export function runExists(id: string, place: string, cause?: unknown): UsageError {
  return new UsageError(`${place}: there is a run "${id}" already`, cause === undefined ? {} : { cause });
}
