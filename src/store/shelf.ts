import { UsageError } from "../domain/errors.ts";

/** Kinds of small documents that belong to no single run. */
export type ShelfName = "schedules" | "alerts" | "baselines" | "tokens";

/** Port: small documents by name, such as the schedules. Each is replaced whole; the last writer wins. */
export interface Shelf {
  get(name: string): Promise<string | undefined>;
  put(name: string, text: string): Promise<void>;
  /** Whether there was one. */
  remove(name: string): Promise<boolean>;
  /** Sorted. */
  names(): Promise<readonly string[]>;
}

/** Names go into paths, as run ids do. */
const ENTRY_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Throws `UsageError` for a name that a shelf can't take. */
export function assertEntryName(name: string): void {
  if (!ENTRY_NAME.test(name))
    throw new UsageError(`"${name}" is not a name`, {
      hint: "letters, digits, '.', '_' and '-', at most 128, starting with a letter or digit",
    });
}
