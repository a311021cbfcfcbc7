import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A proxy on loopback that makes tunnels and nothing else; `refuse`: the status with which it refuses them. It ends with the test. */
export async function connectProxy(refuse?: number) {
  const tunnels: { readonly to: string; readonly authorization: string | undefined }[] = [];
  const sockets = new Set<Socket>();
  const keep = <S extends Socket>(socket: S): S => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    return socket;
  };
  const server = createServer((_, response) => void response.writeHead(501).end());
  server.on("connect", (request, client: Socket, head: Buffer) => {
    keep(client);
    tunnels.push({ to: request.url ?? "", authorization: request.headers["proxy-authorization"] });
    if (refuse !== undefined) {
      client.end(`HTTP/1.1 ${refuse} No\r\n\r\n`);
      return;
    }
    const { hostname, port } = new URL(`http://${request.url}`);
    const target = keep(connect(Number(port), hostname.replace(/^served\.example$/, "127.0.0.1")));
    target.on("connect", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      target.write(head);
      client.pipe(target).pipe(client);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, tunnels };
}
