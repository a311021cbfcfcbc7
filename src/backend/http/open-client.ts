import type { ServerConfig } from "../../spec/backend-schema.ts";
import type { BackendDeps } from "../server-backend.ts";
import { HttpClient } from "./client.ts";
import { readSecrets } from "./secrets.ts";

/** A client for a backend's server, with a connection for each request in flight. Throws `UsageError` when a credential is missing. */
export async function openClient(config: ServerConfig, baseUrl: string, deps: BackendDeps): Promise<HttpClient> {
  return new HttpClient({
    baseUrl,
    timeouts: config.timeouts,
    connections: mostInFlight(config),
    secrets: await readSecrets(config, deps.env),
    now: deps.now,
    ...(deps.lookup === undefined ? {} : { lookup: deps.lookup }),
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
