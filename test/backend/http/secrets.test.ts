import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { HttpClient } from "../../../src/backend/http/client.ts";
import { readSecrets } from "../../../src/backend/http/secrets.ts";
import { openServer } from "../../../src/backend/registry.ts";
import { BackendSchema, type OpenAiConfig } from "../../../src/spec/backend-schema.ts";
import { testDeps } from "../../support/backend-deps.ts";
import { json, scriptedServer } from "../../support/scripted-server.ts";

const CANARY = "sk-canary-7f3a9b";
/** The same to whoever reads it as JSON. */
const ESCAPED = CANARY.replace("canary", "\\u0063an\\u0061ry");
const SECOND = "tenant-canary-22";

describe("secrets", () => {
  it.each([110, 112, 230, 235, 239])(
    "are not shown by half where a quotation of %i characters ends in them",
    async (before) => {
      const said = "x".repeat(before) + CANARY;
      const server = await scriptedServer((request, response) => {
        if (request.path === "/error") json(response, { error: said }, 400);
        else void response.writeHead(200, { "content-type": "application/json" }).end(said);
      });
      const secrets = await readSecrets({ apiKeyEnv: "KEY" }, { KEY: CANARY });
      const timeouts = { connectMs: 1000, idleMs: 1000, totalMs: 5000 };
      const client = new HttpClient({ baseUrl: server.url, timeouts, connections: 1, secrets, now: () => new Date(0) });
      onTestFinished(() => client.close());
      for (const path of ["/error", "/garbage"]) {
        const error = await client.get(path, new AbortController().signal).catch((thrown: unknown) => thrown);
        expect(String(error)).toContain("xxx");
        expect(String(error)).not.toContain("sk-");
      }
    },
  );

  it("come from the variable or file that the config names", async () => {
    const folder = await mkdtemp(join(tmpdir(), "quantgate-secrets-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const apiKeyFile = join(folder, "key");
    await writeFile(apiKeyFile, `${CANARY}\n`);
    expect((await readSecrets({ apiKeyFile }, {})).headers).toEqual({ authorization: `Bearer ${CANARY}` });
    const fromEnv = await readSecrets(
      { apiKeyEnv: "KEY", headersFromEnv: { "X-Tenant": "TENANT" } },
      { KEY: CANARY, TENANT: SECOND },
    );
    expect(fromEnv.headers).toEqual({ authorization: `Bearer ${CANARY}`, "x-tenant": SECOND });
    expect(fromEnv.redact(`a ${CANARY} b ${SECOND}`)).toBe("a [secret] b [secret]");
  });

  it("are named, not shown, when they are missing or no header can carry them", async () => {
    await expect(readSecrets({ apiKeyEnv: "KEY" }, {})).rejects.toThrow(/environment variable KEY/);
    const bad = `${CANARY}\nX-Evil: 1`;
    const error = await readSecrets({ apiKeyEnv: "KEY" }, { KEY: bad }).catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(/KEY.*header/);
    expect(String(error)).not.toContain("canary");
    await expect(readSecrets({ apiKeyFile: "/no/such/file" }, {})).rejects.toThrow(/apiKeyFile/);
  });

  it("reach the server, and no error, identity or answer", async () => {
    const leaks: string[] = [];
    const server = await scriptedServer((request, response) => {
      const said = `you sent ${String(request.headers.authorization)} and ${String(request.headers["x-tenant"])}`;
      if (request.path === "/v1/models") json(response, { data: [{ id: "m" }] });
      else if (request.path === "/version") json(response, { version: "1" });
      else if (request.path === "/v1/completions" && request.body.prompt === "redirect")
        json(response, {}, 302, { location: `http://x.invalid/?key=${CANARY}` });
      else if (request.path === "/v1/completions" && request.body.prompt === "escaped")
        void response.writeHead(400, { "content-type": "application/json" }).end(`{"error": "bad key ${ESCAPED}"}`);
      else if (request.path === "/v1/completions" && request.body.prompt === "escaped garbage")
        void response.writeHead(200, { "content-type": "application/json" }).end(`no JSON but ${ESCAPED}`);
      else if (request.path === "/v1/completions" && request.body.prompt === "cut")
        void response
          .writeHead(400, { "content-type": "application/json", "content-length": "1000" })
          .write(`{"error": "bad key ${CANARY.slice(0, -3)}`, () => response.destroy());
      else if (request.path === "/v1/completions" && request.body.prompt === "garbage")
        void response.writeHead(200, { "content-type": "application/json" }).end(said);
      else if (request.body.stream === true)
        void response
          .writeHead(200, { "content-type": "text/event-stream" })
          .end(`data: ${JSON.stringify({ error: { message: said, code: 500 } })}\n\ndata: [DONE]\n\n`);
      else if (request.path === "/v1/completions") json(response, { error: { message: said } }, 400);
      else json(response, { error: said }, 404);
    });
    const config = BackendSchema.parse({
      type: "openai",
      url: server.url,
      apiKeyEnv: "KEY",
      headersFromEnv: { "x-tenant": "TENANT" },
      stream: false,
    }) as OpenAiConfig;
    const signal = new AbortController().signal;
    const backend = await openServer("m", config, signal, testDeps({ KEY: CANARY, TENANT: SECOND }));
    onTestFinished(() => backend.close());
    leaks.push(JSON.stringify(backend.identity), JSON.stringify(config));
    for (const prompt of ["a", "redirect", "garbage", "escaped", "escaped garbage", "cut"]) {
      const error = await backend
        .generate({ kind: "text", prompt, maxTokens: 1, stop: [], temperature: 0, seed: 0 }, signal)
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Error);
      leaks.push(describeDeeply(error));
    }
    const streaming = await openServer(
      "m",
      { ...config, stream: true },
      signal,
      testDeps({ KEY: CANARY, TENANT: SECOND }),
    );
    onTestFinished(() => streaming.close());
    const inStream = await streaming
      .generate({ kind: "text", prompt: "stream", maxTokens: 1, stop: [], temperature: 0, seed: 0 }, signal)
      .catch((thrown: unknown) => thrown);
    expect(String(inStream)).toContain("in the stream");
    leaks.push(describeDeeply(inStream));
    const missing = await openServer("n", config, signal, testDeps({ KEY: CANARY, TENANT: SECOND })).catch(
      (e: unknown) => e,
    );
    leaks.push(describeDeeply(missing));
    expect(server.seen.every(({ headers }) => headers.authorization === `Bearer ${CANARY}`)).toBe(true);
    expect(leaks.join("\n")).toContain("[secret]");
    expect(leaks.join("\n")).not.toContain("canary");
    expect(leaks.join("\n")).not.toContain(ESCAPED);
  });
});

/** Message, stack, hint and every cause. */
function describeDeeply(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = Object.getOwnPropertyNames(error).map((key) => `${key}: ${String(Reflect.get(error, key))}`);
  return [...own, error.cause === undefined ? "" : describeDeeply(error.cause)].join("\n");
}
