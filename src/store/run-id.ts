import { UsageError } from "../domain/errors.ts";

/** Ids go into paths: letters, digits, dot, dash and underscore only, and no leading dot. */
const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

export function isRunId(id: string): boolean {
  return RUN_ID.test(id);
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
