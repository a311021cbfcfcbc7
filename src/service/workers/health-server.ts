import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { messageOf, UsageError } from "../../domain/errors.ts";

export interface HealthSource {
  /** Why the worker can't work now; empty when it can. */
  readonly troubles: () => Promise<readonly string[]>;
  readonly metrics: () => Promise<{ readonly type: string; readonly text: string }>;
}

/**
 * Answers `/healthz` (the process lives), `/readyz` (it can work: what it needs is there) and `/metrics`. Throws `UsageError` when the port is
 * taken.
 */
export async function serveHealth(
  { host, port }: { readonly host: string; readonly port: number },
  source: HealthSource,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const send = (status: number, type: string, text: string): void => {
      response.writeHead(status, { "content-type": type, "cache-control": "no-store" }).end(text);
    };
    const path = (request.url ?? "").replace(/\?.*$/, "");
    const answer = async (): Promise<void> => {
      if (request.method !== "GET" && request.method !== "HEAD") return send(405, "text/plain", "GET only\n");
      if (path === "/healthz") return send(200, "application/json", '{"status":"ok"}\n');
      if (path === "/readyz") {
        const troubles = await source.troubles();
        const body = { status: troubles.length === 0 ? "ready" : "not ready", troubles };
        return send(troubles.length === 0 ? 200 : 503, "application/json", `${JSON.stringify(body)}\n`);
      }
      if (path !== "/metrics") return send(404, "text/plain", "/healthz, /readyz and /metrics are here\n");
      const { type, text } = await source.metrics();
      send(200, type, text);
    };
    answer().catch((error: unknown) => send(500, "text/plain", `${messageOf(error)}\n`));
  });
  server.listen(port, host);
  await once(server, "listening").catch((cause: unknown) => {
    throw new UsageError(`can't listen on ${host}:${port}: ${messageOf(cause)}`, {
      cause,
      hint: "set QUANTGATE_HEALTH_PORT to a free port",
    });
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${taken}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
