import type { LookupFunction } from "node:net";
import type { VariantIdentity } from "../domain/record.ts";
import type { LocateModel } from "../files/located-model.ts";
import type { Backend } from "./backend.ts";

/** A backend behind a URL: it can go away and come back, and not always as the same. */
export interface ServerBackend extends Backend {
  /** Asks the server anew what it serves; rejects with `BackendError` while it can't tell. */
  identify(signal: AbortSignal): Promise<VariantIdentity>;
  /** Takes back the requests that have not been sent: they reject with a `BackendError` of kind `not-sent`. */
  recall(): void;
}

/** What a backend needs from outside; wired in `compose.ts`. */
export interface BackendDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Wall clock. */
  readonly now: () => Date;
  /** Milliseconds that only go forward. */
  readonly clock: () => number;
  /** Resolves after a time; rejects with `InterruptedError` when `signal` is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Where answers and fingerprints are kept between runs; absent: nowhere. */
  readonly cacheFolder?: string;
  /** Finds a model of a hub that was pulled before. */
  readonly locateModel: LocateModel;
  /** Finds the addresses of a server's host, and may refuse them; absent: the system's. */
  readonly lookup?: LookupFunction;
}
