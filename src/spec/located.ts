import { messageOf, QuantGateError, UsageError } from "../domain/errors.ts";

/** Where something stands in a spec, as an error says it. */
export type Place = (path: readonly PropertyKey[]) => string;

/** Puts the place in the spec in front of what a check complains about. */
export async function located<T>(where: string, check: () => T | Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof QuantGateError)) throw error;
    throw new UsageError(`${where}: ${messageOf(error)}`, {
      cause: error,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }
}
