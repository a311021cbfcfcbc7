import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readEvents } from "../../src/client/event-stream.ts";
import { QuantGateClient } from "../../src/client/index.ts";
import { ITEMS, specOf, startHarness, writeRegistry } from "../service/api/harness.ts";
import { cli, startCli, temporaryFolder, until } from "../support/cli.ts";
import { collect } from "../support/collect.ts";

/** The compiled service in a process of its own. */
async function startService(folder: string) {
  const runs = join(folder, "runs");
  const registry = await writeRegistry(folder);
  const added = await cli(["tokens", "add", "ci", "--scopes", "submit", "--runs", runs]);
  expect(added.code, added.stderr).toBe(0);
  const { child, result } = startCli(["serve", "--backends", registry, "--runs", runs, "--port", "0", "--no-probe"]);
  let log = "";
  child.stdout?.on("data", (text: string) => {
    log += text;
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  let ended = false;
  void result.then(() => {
    ended = true;
  });
  await until(() => ended || log.includes('"url"'));
  const url = /"url":"([^"]+)"/.exec(log)?.[1];
  if (url === undefined) throw new Error(`${log}\n${(await result).stderr}`);
  return { url, token: added.stdout.trim(), child, result, log: () => log };
}

describe("the command line and a service", () => {
  it("submits, waits, saves reports and exits by the verdict; lists, watches, cancels; stops on SIGTERM", async () => {
    const folder = await temporaryFolder();
    const service = await startService(folder);
    expect(service.log()).toContain("no Redis");
    expect(service.log()).not.toContain(service.token);
    const spec = join(folder, "spec.yaml");
    await writeFile(spec, JSON.stringify(specOf()));
    const env = { MY_TOKEN: service.token };
    const there = ["--server", service.url, "--token-env", "MY_TOKEN"];
    const junit = join(folder, "junit.xml");
    const markdown = join(folder, "report.md");
    const waited = await cli(["submit", spec, ...there, "--wait", "--junit", junit, "--markdown", markdown], { env });
    expect(waited.code, waited.stderr).toBe(1);
    expect(waited.stdout).toContain("Q4_K_M");
    expect(waited.stderr).toContain(`${2 * ITEMS}/${2 * ITEMS}`);
    expect(await readFile(junit, "utf8")).toContain("<testsuite");
    expect(await readFile(markdown, "utf8")).toContain("Q4_K_M");

    const submitted = await cli(["submit", spec, ...there, "--idempotency-key", "k"], { env });
    const again = await cli(["submit", spec, ...there, "--idempotency-key", "k"], { env });
    expect(again.stdout).toBe(submitted.stdout);
    const id = submitted.stdout.trim();
    const watched = await cli(["watch", id, ...there, "--json"], { env });
    expect(watched.code, watched.stderr).toBe(1);
    expect(JSON.parse(watched.stdout)).toMatchObject({ run: id, verdicts: { overall: "fail" } });
    const listed = await cli(["runs", ...there, "--json"], { env });
    expect(JSON.parse(listed.stdout)).toHaveLength(2);
    const cancelled = await cli(["cancel", id, ...there], { env });
    expect(cancelled.stdout).toBe(`${id} completed\n`);

    for (const [args, code, says] of [
      [["submit", spec, "--server", service.url], 2, "token"],
      [["watch", "nothing", ...there], 2, 'no run "nothing"'],
      [["watch", id, "--server", "http://127.0.0.1:9"], 4, "can't be reached"],
      [["submit", spec, "--server", "ftp://x"], 2, "not the URL of a server"],
      [["submit", spec, ...there, "--junit", junit], 2, "--wait"],
    ] as const) {
      const result = await cli([...args], { env });
      expect(result.code, result.stderr).toBe(code);
      expect(result.stderr).toContain(says);
    }
    await writeFile(spec, "backends: { a: { type: ollama } }\nmodels: []\ntasks: []\n");
    const refused = await cli(["submit", spec, ...there], { env });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/spec\.yaml:1: unknown key "backends"/);

    service.child.kill("SIGTERM");
    const { code, signal } = await service.result;
    expect([code, signal]).toEqual([0, null]);
  });

  it("doesn't start without a token, or open to others without tokens", async () => {
    const folder = await temporaryFolder();
    const registry = await writeRegistry(folder);
    const args = ["serve", "--backends", registry, "--runs", join(folder, "runs"), "--port", "0"];
    const none = await cli(args);
    expect(none.code).toBe(2);
    expect(none.stderr).toContain("quantgate tokens add");
    const open = await cli([...args, "--insecure-no-auth", "--host", "0.0.0.0"]);
    expect(open.code).toBe(2);
    expect(open.stderr).toContain("loopback");
  });
});

describe("the client", () => {
  it("submits, follows and reads a run", async () => {
    const harness = await startHarness();
    const client = new QuantGateClient({ server: harness.url, token: harness.tokens.submit });
    const { id } = await client.submit(specOf());
    const phases: string[] = [];
    const last = await client.wait(id, { onState: ({ phase }) => phases.push(phase) });
    expect(last).toMatchObject({ status: "completed", exitCode: 1 });
    expect(phases.at(-1)).toBe("ended");
    expect((await client.summary(id)).models[0]?.variants).toHaveLength(2);
    expect((await client.verdicts(id)).overall).toBe("fail");
    expect((await client.records(id, { limit: 5 })).records).toHaveLength(5);
    expect((await client.runs({ model: "taped-1b" })).runs).toHaveLength(1);
    await expect(client.nameBaseline("x", id)).rejects.toMatchObject({ status: 403, exitCode: 2 });
    await expect(client.run("nothing")).rejects.toThrow('no run "nothing"');
  });

  it("goes on with events after lost connections, with the id that it saw last", async () => {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      const after = request.headers["last-event-id"];
      asked.push(typeof after === "string" ? after : undefined);
      response.writeHead(200, { "content-type": "text/event-stream" });
      const ended = asked.length === 3;
      const state = JSON.stringify({ id: "r", phase: ended ? "ended" : "running", done: asked.length });
      response.write(`id: ${asked.length}\nevent: state\ndata: ${state}\n\n`);
      if (ended) response.end();
      else response.write(`id: 99\nevent: state\ndata: {"ph`, () => response.destroy());
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => {
      server.close();
    });
    const client = new QuantGateClient({ server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
    const events = await collect(client.events("r"));
    expect(events.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(asked).toEqual([undefined, "1", "2"]);
  });

  it("follows no redirect, and says when a server is none of ours", async () => {
    const server = createServer((request, response) => {
      if (request.url?.includes("redirect")) response.writeHead(302, { location: "http://example.org/" }).end();
      else response.writeHead(200, { "content-type": "text/html" }).end("<html>");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => {
      server.close();
    });
    const client = new QuantGateClient({
      server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      token: "t",
    });
    await expect(client.run("x")).rejects.toThrow("not JSON");
    await expect(client.run("redirect")).rejects.toThrow("can't be reached");
  });

  it("reads events whose lines come in pieces", async () => {
    const bytes = new TextEncoder().encode(
      ": hello\nretry: 5\n\nid: 1\nevent: state\ndata: ä\ndata: b\r\n\r\nid: 2\ndata: cut",
    );
    async function* pieces() {
      for (const byte of bytes) yield Uint8Array.of(byte);
    }
    expect(await collect(readEvents(pieces()))).toEqual([{ id: "1", event: "state", data: "ä\nb" }]);
  });
});
