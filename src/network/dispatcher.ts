import type { LookupFunction } from "node:net";
import type { Dispatcher } from "undici";

/** How connections are made. */
export interface Route {
  /** URL of the proxy that leads there; absent: straight. */
  readonly proxy?: string;
  /** Finds a host's addresses, and may refuse them; absent: the system's. Of no use behind a proxy, which finds them itself. */
  readonly lookup?: LookupFunction;
}

/** What sends requests by a route, for a few of them: its connections are its own. */
export async function dispatcherBy({ proxy, lookup }: Route): Promise<Dispatcher> {
  const { Agent, ProxyAgent } = await import("undici");
  if (proxy !== undefined) return new ProxyAgent(proxy);
  return new Agent(lookup === undefined ? {} : { connect: { lookup } });
}
