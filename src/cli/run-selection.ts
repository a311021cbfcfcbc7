import { UsageError } from "../domain/errors.ts";
import { OUTCOMES } from "../domain/outcome.ts";
import { RUN_STATUSES, type RunStatus } from "../domain/run-status.ts";
import type { RunFilter } from "../store/run-store.ts";

/** Which runs `quantgate runs` is to list. */
export interface ListOptions {
  readonly runs?: string;
  readonly model?: string;
  readonly status?: readonly string[];
  readonly overall?: string;
  readonly schedule?: string;
  readonly limit?: string;
  readonly json?: boolean;
}

/** Throws `UsageError` for a status, verdict or number that isn't one. */
export function selectionOf({ model, status, overall, schedule, limit }: ListOptions): {
  readonly filter: RunFilter & { readonly statuses?: readonly RunStatus[] };
  readonly limit: number;
} {
  return {
    filter: {
      ...(model === undefined ? {} : { model }),
      ...(status === undefined ? {} : { statuses: status.map((each) => oneOf(each, RUN_STATUSES, "--status")) }),
      ...(overall === undefined ? {} : { overall: oneOf(overall, OUTCOMES, "--overall") }),
      ...(schedule === undefined ? {} : { schedule }),
    },
    limit: limitOf(limit),
  };
}

function oneOf<T extends string>(text: string, known: readonly T[], option: string): T {
  const found = known.find((each) => each === text);
  if (found === undefined) throw new UsageError(`${option}: "${text}" is none of ${known.join(", ")}`);
  return found;
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`--limit takes a whole number of at least 1, not "${text}"`);
}
