import { buildConnector, Client, type Dispatcher, Pool, ProxyAgent } from "undici";
import type { Route } from "../../network/dispatcher.ts";

interface Limits {
  readonly connectMs: number;
  readonly idleMs: number;
}

/** So that a dead peer is noticed while it seems to think. */
const KEEP_ALIVE_MS = 10_000;

/**
 * Makes connections to a server that each connect when something is sent on them, and carry one request at a time. They share what a later encrypted
 * connection can be begun with, faster.
 */
export function connectionsTo(
  origin: string,
  { proxy, lookup }: Route,
  { connectMs, idleMs }: Limits,
): () => Dispatcher {
  const connect = { timeout: connectMs, keepAliveInitialDelay: KEEP_ALIVE_MS };
  // How long an answer may take to begin is for the deadline of the whole request.
  const options = { headersTimeout: 0, bodyTimeout: idleMs, pipelining: 1 };
  if (proxy === undefined) {
    const connector = buildConnector(lookup === undefined ? connect : { ...connect, lookup });
    return () => new Client(origin, { ...options, connect: connector });
  }
  return () =>
    new ProxyAgent({
      ...options,
      uri: proxy,
      connections: 1,
      proxyTls: connect,
      requestTls: connect,
      clientFactory: (url, given) => new Pool(url, { ...given, headersTimeout: connectMs }),
    });
}
