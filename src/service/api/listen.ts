import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { messageOf, UsageError } from "../../domain/errors.ts";
import { makeApp } from "./app.ts";
import type { ServiceParts } from "./parts.ts";

export interface ListeningService {
  readonly url: string;
  /** Stops taking requests, ends the streams and the work; resolves when all is stored. */
  close(): Promise<void>;
}

export interface ListenOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** Starts the service. Throws `UsageError` when it can't have the port, and when it would serve others without tokens. */
export async function listen(parts: ServiceParts, { host, port }: ListenOptions): Promise<ListeningService> {
  if (parts.authentication.kind === "none" && !isLoopback(host))
    throw new UsageError(`without tokens the service can only listen on the loopback interface, not on ${host}`, {
      hint: "quantgate tokens add <name> makes a token",
    });
  const server = createServer(makeApp(parts));
  // Slow senders hold no connection for long; streams are answers and have no such limit.
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  server.maxHeadersCount = 60;
  server.listen(port, host);
  await once(server, "listening").catch((cause: unknown) => {
    throw new UsageError(`${host}:${port} can't be listened on: ${messageOf(cause)}`, {
      cause,
      hint: "choose another --port",
    });
  });
  const { port: chosen } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${chosen}`,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      await parts.service.close();
      server.closeIdleConnections();
      const late = setTimeout(() => server.closeAllConnections(), 2_000);
      await closed;
      clearTimeout(late);
    },
  };
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
}
