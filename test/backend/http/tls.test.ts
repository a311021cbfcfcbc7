import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";

/**
 * A self-signed certificate for localhost and nothing else, made with `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes
 * -days 36500 -subj /CN=localhost -addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:TRUE`.
 */
const FOLDER = join(import.meta.dirname, "tls");
const CERTIFICATE = join(FOLDER, "localhost-cert.pem");

/** What a client in another process is told by an HTTPS server that it reaches as `host`. */
async function ask(
  host: string,
  trusting: boolean,
): Promise<{ readonly answers: unknown; readonly connections: number }> {
  let connections = 0;
  const server = createServer(
    { key: readFileSync(join(FOLDER, "localhost-key.pem")), cert: readFileSync(CERTIFICATE) },
    async (request, response) => {
      let text = "";
      for await (const chunk of request) text += String(chunk);
      response.setHeader("content-type", "application/json").end(text);
    },
  );
  server.on("secureConnection", () => {
    connections += 1;
  });
  server.listen(0);
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const args = ["--import", import.meta.resolve("tsx"), join(FOLDER, "ask.ts"), `https://${host}:${port}`];
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    env: trusting ? { ...env, NODE_EXTRA_CA_CERTS: CERTIFICATE } : env,
  });
  return { answers: JSON.parse(stdout), connections };
}

it("a server whose certificate is trusted is asked over one encrypted connection", async () => {
  expect(await ask("localhost", true)).toEqual({ answers: [{ round: 0 }, { round: 1 }], connections: 1 });
});

it("a certificate that nobody vouches for is refused", async () => {
  const { answers } = await ask("localhost", false);
  const refusal = expect.stringContaining("the server's certificate is not accepted (DEPTH_ZERO_SELF_SIGNED_CERT)");
  expect(answers).toEqual([refusal, refusal]);
});

it("a certificate for another name is refused", async () => {
  const { answers } = await ask("127.0.0.1", true);
  const refusal = expect.stringContaining("the server's certificate is not accepted (ERR_TLS_CERT_ALTNAME_INVALID)");
  expect(answers).toEqual([refusal, refusal]);
});
