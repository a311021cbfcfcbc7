import type { IncomingMessage, ServerResponse } from "node:http";

/** What a dialect answers: one JSON document, or a stream of them. */
export type Reply =
  | { readonly status: number; readonly json: unknown; readonly headers?: Readonly<Record<string, string>> }
  | {
      readonly status: 200;
      readonly chunks: readonly string[];
      readonly contentType: string;
      readonly headers?: Readonly<Record<string, string>>;
    };

export type Handler = (body: Readonly<Record<string, unknown>>) => Promise<Reply> | Reply;

/** One path of a server; `answers`: it makes the model work, so latency and faults befall it. */
export interface Route {
  readonly answers: boolean;
  readonly handle: Handler;
}

/** `"POST /path"` to what it does. */
export type Routes = Readonly<Record<string, Route>>;

export async function readBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>> | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString("utf8");
  if (text === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

/** The bytes of a reply's body, in the pieces they are sent in. */
export function bodyPieces(reply: Reply): { readonly pieces: readonly string[]; readonly contentType: string } {
  return "json" in reply
    ? { pieces: [reply.json === undefined ? "" : JSON.stringify(reply.json)], contentType: "application/json" }
    : { pieces: reply.chunks, contentType: reply.contentType };
}

export function send(response: ServerResponse, reply: Reply): void {
  const { pieces, contentType } = bodyPieces(reply);
  const length = "json" in reply ? { "content-length": String(Buffer.byteLength(pieces.join(""))) } : {};
  response.writeHead(reply.status, { "content-type": contentType, ...length, ...reply.headers });
  for (const piece of pieces) response.write(piece);
  response.end();
}
