import { BackendError } from "../backend.ts";

/** Status 500, or the same in a stream; a prompt that is too long by itself is a 400 with other words. */
const CROWDED = /answered 500: .*Context size has been exceeded/;

/**
 * llama-server's slots share one cache unless it was started otherwise. When they need more of it together than there is, each request in flight
 * fails, however short its own prompt: that heals with fewer in flight, so it is throttling and no overflow of the item.
 */
export function asCrowded(error: unknown): unknown {
  if (!(error instanceof BackendError) || !CROWDED.test(error.message)) return error;
  return new BackendError({
    kind: "overloaded",
    retryable: true,
    message: `${error.message} (the requests in flight need more context together than its slots share)`,
    hint: "start it with a larger --ctx-size or fewer --parallel slots, or lower the backend's concurrency",
    cause: error,
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
  });
}
