import { once } from "node:events";
import type { Response } from "express";
import type { RunEvent } from "./run-service.ts";

/** Comments that keep proxies from closing a quiet stream. */
const HEARTBEAT_MS = 15_000;
/** How long a browser waits before it comes back. */
const RETRY_MS = 1_000;

/** Writes states as server-sent events; ends with them, or when the caller has gone. A slow reader is waited for. */
export async function sendEvents(response: Response, events: AsyncIterable<RunEvent>): Promise<void> {
  response.status(200).set({
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
  });
  response.write(`retry: ${RETRY_MS}\n\n`);
  const heartbeat = setInterval(() => response.write(": still here\n\n"), HEARTBEAT_MS);
  const gone = once(response, "close");
  try {
    for await (const { sequence, state } of events) {
      if (response.destroyed) return;
      // JSON has no line breaks of its own, so no text can end the event.
      const more = response.write(`id: ${sequence}\nevent: state\ndata: ${JSON.stringify(state)}\n\n`);
      if (!more) await Promise.race([once(response, "drain"), gone]);
    }
  } finally {
    clearInterval(heartbeat);
    response.end();
  }
}
