import { UsageError } from "../domain/errors.ts";
import { NAME } from "../domain/name.ts";

/** Kinds of small documents that belong to no single run. */
export type CollectionName = "schedules" | "alerts" | "baselines" | "tokens";

/** Port: small documents by name, such as the schedules. Each is replaced whole; the last writer wins. */
export interface Collection {
  get(name: string): Promise<string | undefined>;
  put(name: string, text: string): Promise<void>;
  /** Whether there was one. */
  remove(name: string): Promise<boolean>;
  /** Sorted. */
  names(): Promise<readonly string[]>;
}

/** Throws `UsageError` for a name that a collection can't take. */
export function assertEntryName(name: string): void {
  if (!NAME.test(name))
    throw new UsageError(`"${name}" is not a name`, {
      hint: "letters, digits, '.', '_' and '-', at most 128, starting with a letter or digit",
    });
}
