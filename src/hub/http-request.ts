import { InterruptedError, messageOf, throwIfAborted } from "../domain/errors.ts";
import { HubError } from "./hub-error.ts";

/** What requests need of the world outside. */
export interface NetworkDeps {
  readonly fetch: typeof fetch;
  /** Waits; rejects when `signal` is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface HttpRequest {
  readonly url: string;
  readonly method: "GET" | "HEAD";
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent to the origin of `url` only. */
  readonly token?: string | undefined;
  /** Whether a redirect is the answer, not a way to it. */
  readonly isAnswer?: (response: Response) => boolean;
}

const MOST_REDIRECTS = 8;
const MOST_ATTEMPTS = 5;
const FIRST_PAUSE_MS = 1_000;
/** A server that wants a longer pause than this is reported instead of waited for. */
const LONGEST_PAUSE_MS = 120_000;
const TRANSIENT = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Sends a request, follows redirects and tries again after passing failures, with growing pauses or as long as the server asks.
 * Gives the last response, whatever its status. Throws HubError "unreachable", "rate-limited" or "bad-response".
 */
export async function sendRequest(request: HttpRequest, deps: NetworkDeps, signal: AbortSignal): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    throwIfAborted(signal);
    const outcome = await attemptRequest(request, deps, signal);
    if (!(outcome instanceof Error) && !TRANSIENT.has(outcome.status)) return outcome;
    const pauseMs = pauseBefore(outcome, attempt, deps.now());
    if (attempt >= MOST_ATTEMPTS || pauseMs > LONGEST_PAUSE_MS) throw giveUp(request.url, outcome, pauseMs);
    if (!(outcome instanceof Error)) await outcome.body?.cancel();
    await deps.sleep(pauseMs, signal);
  }
}

/** A response, or the network's failure. */
async function attemptRequest(request: HttpRequest, deps: NetworkDeps, signal: AbortSignal): Promise<Response | Error> {
  try {
    return await followRedirects(request, deps, signal);
  } catch (error) {
    if (signal.aborted) throw new InterruptedError("interrupted", { cause: signal.reason });
    if (error instanceof HubError) throw error;
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function followRedirects(request: HttpRequest, deps: NetworkDeps, signal: AbortSignal): Promise<Response> {
  const home = new URL(request.url).origin;
  let url = new URL(request.url);
  for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
    const headers = new Headers({ "accept-encoding": "identity", ...request.headers });
    if (request.token !== undefined && url.origin === home) headers.set("authorization", `Bearer ${request.token}`);
    const response = await deps.fetch(url, { method: request.method, headers, redirect: "manual", signal });
    const location = response.headers.get("location");
    const redirected = response.status >= 300 && response.status < 400 && location !== null;
    if (!redirected || request.isAnswer?.(response)) return response;
    await response.body?.cancel();
    const next = new URL(location, url);
    if (!["http:", "https:"].includes(next.protocol) || (url.protocol === "https:" && next.protocol === "http:"))
      throw badResponse(request.url, `it redirects from ${url.protocol} to ${next.protocol}`);
    url = next;
  }
  throw badResponse(request.url, `it redirects more than ${MOST_REDIRECTS} times`);
}

/** What the server asks for in Retry-After (seconds or a date), else a pause that doubles with every attempt. */
function pauseBefore(outcome: Response | Error, attempt: number, nowMs: number): number {
  const wish = outcome instanceof Error ? null : outcome.headers.get("retry-after");
  if (wish !== null && /^\d+$/.test(wish.trim())) return Number(wish) * 1_000;
  const date = wish === null ? Number.NaN : Date.parse(wish);
  return Number.isNaN(date) ? FIRST_PAUSE_MS * 2 ** (attempt - 1) : Math.max(0, date - nowMs);
}

function giveUp(url: string, outcome: Response | Error, pauseMs: number): HubError {
  const { host } = new URL(url);
  if (outcome instanceof Error)
    return new HubError({
      kind: "unreachable",
      message: `${host} can't be reached: ${messageOf(outcome.cause ?? outcome)}`,
      hint: "check the network and HF_ENDPOINT, or work with files that are there (--offline)",
      cause: outcome,
    });
  if (outcome.status === 429)
    return new HubError({
      kind: "rate-limited",
      message: `${host} refuses further requests for now (429)`,
      hint: `try again in ${Math.ceil(pauseMs / 1_000)} s; with HF_TOKEN the limits are higher`,
    });
  return new HubError({
    kind: "unreachable",
    message: `${host} answers ${outcome.status} again and again`,
    hint: "try again later",
  });
}

function badResponse(url: string, why: string): HubError {
  return new HubError({
    kind: "bad-response",
    message: `${url} can't be downloaded: ${why}`,
    hint: "check HF_ENDPOINT, or the proxy in between",
  });
}
