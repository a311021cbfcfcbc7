import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One repository on the test hub: contents by file name. Files of 1,000 bytes and more are kept in the store, as a hub does. */
export interface HostedRepository {
  readonly commit: string;
  readonly files: Readonly<Record<string, Buffer>>;
}

export interface SeenRequest {
  readonly server: "hub" | "store";
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly range: string | undefined;
}

/** Takes a request over; gives false to let it be answered as usual. */
export type Interference = (
  request: IncomingMessage & { readonly server: "hub" | "store" },
  response: ServerResponse,
) => boolean;

const LARGE_BYTES = 1_000;
export const COMMIT = "a".repeat(40);

/**
 * A server that speaks a hub's file protocol on loopback: HEAD and GET of `/{id}/resolve/{revision}/{file}` (data sets under
 * `/datasets`), with commit, size and digest in headers, and a second server, of another origin, that large files are redirected to.
 */
export class HubServer {
  /** By key: `owner/name`, or `datasets/owner/name`. */
  readonly repositories = new Map<string, HostedRepository>();
  readonly requests: SeenRequest[] = [];
  /** Asked first, in order; for misbehaviour. */
  readonly interferences: Interference[] = [];
  readonly #hub: Server;
  readonly #store: Server;

  private constructor() {
    this.#hub = createServer((request, response) => this.#handle("hub", request, response));
    this.#store = createServer((request, response) => this.#handle("store", request, response));
  }

  static async start(): Promise<HubServer> {
    const server = new HubServer();
    for (const part of [server.#hub, server.#store])
      await new Promise<void>((resolve) => part.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get endpoint(): string {
    return addressOf(this.#hub);
  }

  async close(): Promise<void> {
    for (const part of [this.#hub, this.#store]) {
      part.closeAllConnections();
      await new Promise((resolve) => part.close(resolve));
    }
  }

  #handle(server: "hub" | "store", request: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://host").pathname);
    const { authorization, range } = request.headers;
    this.requests.push({ server, method: request.method ?? "", path, authorization, range });
    const tagged = Object.assign(request, { server });
    if (this.interferences.some((interfere) => interfere(tagged, response))) return;
    if (server === "store") this.#sendStored(path, request, response);
    else this.#answer(path, request, response);
  }

  #answer(path: string, request: IncomingMessage, response: ServerResponse): void {
    const [, id = "", revision = "", file = ""] = /^\/(.+?)\/resolve\/([^/]+)\/(.+)$/.exec(path) ?? [];
    const repository = this.repositories.get(id);
    const contents = repository?.files[file];
    if (repository === undefined) refuse(response, 401, "RepoNotFound");
    else if (revision !== "main" && revision !== repository.commit) refuse(response, 404, "RevisionNotFound");
    else if (contents === undefined) refuse(response, 404, "EntryNotFound", { "x-repo-commit": repository.commit });
    else this.#sendFile({ id, file, contents, commit: repository.commit }, request, response);
  }

  #sendFile(
    { id, file, contents, commit }: { id: string; file: string; contents: Buffer; commit: string },
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    const headers = { "x-repo-commit": commit };
    if (contents.length < LARGE_BYTES) {
      const gitHash = createHash("sha1").update(`blob ${contents.length}\0`).update(contents).digest("hex");
      sendBytes(contents, { ...headers, etag: `"${gitHash}"` }, request, response);
      return;
    }
    response.writeHead(302, {
      ...headers,
      "x-linked-size": contents.length,
      "x-linked-etag": `"${createHash("sha256").update(contents).digest("hex")}"`,
      location: `${addressOf(this.#store)}/${id}/${file}`,
    });
    response.end("Found. Redirecting.");
  }

  #sendStored(path: string, request: IncomingMessage, response: ServerResponse): void {
    const files = [...this.repositories].flatMap(([id, { files }]) =>
      Object.entries(files).map(([file, contents]) => ({ path: `/${id}/${file}`, contents })),
    );
    const stored = files.find((file) => file.path === path);
    if (stored === undefined) refuse(response, 404, "NoSuchKey");
    else sendBytes(stored.contents, { etag: '"of the store"' }, request, response);
  }
}

/** Answers with a refusal as a hub words it. */
export function refuse(
  response: ServerResponse,
  status: number,
  code: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { ...headers, "x-error-code": code });
  response.end();
}

function sendBytes(
  contents: Buffer,
  headers: Record<string, string>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  if (from >= contents.length && from > 0) {
    refuse(response, 416, "RangeNotSatisfiable");
    return;
  }
  const part = contents.subarray(from);
  const whole = request.headers.range === undefined;
  const range = whole ? {} : { "content-range": `bytes ${from}-${contents.length - 1}/${contents.length}` };
  response.writeHead(whole ? 200 : 206, { ...headers, ...range, "content-length": part.length });
  response.end(request.method === "HEAD" ? undefined : part);
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
