import { UsageError } from "../../domain/errors.ts";
import { proxyFor } from "../../network/proxy-for.ts";
import type { ServerConfig } from "../../spec/backend-schema.ts";
import type { BackendDeps } from "../server-backend.ts";
import { HttpClient } from "./client.ts";
import { readSecrets } from "./secrets.ts";

/** A client for a backend's server, with a connection for each request in flight. Throws `UsageError` when a credential is missing or a proxy's address is none. */
export async function openClient(config: ServerConfig, baseUrl: string, deps: BackendDeps): Promise<HttpClient> {
  const proxy = proxyFor(baseUrl, deps.env);
  if (proxy !== undefined && !URL.canParse(proxy))
    throw new UsageError("the proxy's address in HTTPS_PROXY or HTTP_PROXY is no URL", {
      hint: "write it as http://host:port",
    });
  const straight = deps.lookup === undefined ? {} : { lookup: deps.lookup };
  return new HttpClient({
    baseUrl,
    timeouts: config.timeouts,
    connections: mostInFlight(config),
    secrets: await readSecrets(config, deps.env),
    now: deps.now,
    route: proxy === undefined ? straight : { proxy },
  });
}

/** The most requests a config lets be in flight. */
export function mostInFlight(config: ServerConfig): number {
  return typeof config.concurrency === "number" ? config.concurrency : config.concurrency.adaptive;
}

/** A URL without the slashes at its end. */
export function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}
