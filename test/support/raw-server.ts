import { type AddressInfo, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export interface RawServer {
  readonly url: string;
  /** Connections that were made so far. */
  readonly connections: () => number;
}

/**
 * A server that speaks TCP and what a test has it say: `onRequest` is called with each whole request (head and body as text) and how many have
 * come before it. It ends with the test.
 */
export async function rawServer(
  onRequest: (socket: Socket, request: string, index: number) => void,
  { onConnection = () => {} }: { readonly onConnection?: (socket: Socket) => void } = {},
): Promise<RawServer> {
  const sockets = new Set<Socket>();
  let made = 0;
  let requests = 0;
  const server = createServer((socket) => {
    made += 1;
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    onConnection(socket);
    let received = "";
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => {
      received += text;
      for (let end = lengthOf(received); end <= received.length; end = lengthOf(received)) {
        onRequest(socket, received.slice(0, end), requests);
        requests += 1;
        received = received.slice(end);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, connections: () => made };
}

/** Characters of the first request, of which only ASCII is sent in these tests; `Infinity` while its head isn't whole. */
function lengthOf(text: string): number {
  const head = text.indexOf("\r\n\r\n");
  if (head < 0) return Number.POSITIVE_INFINITY;
  return head + 4 + Number(/^content-length: (\d+)/im.exec(text.slice(0, head))?.[1] ?? 0);
}
