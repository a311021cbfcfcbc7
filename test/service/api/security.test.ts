import { request as rawRequest } from "node:http";
import { describe, expect, it } from "vitest";
import { classifyAddress } from "../../../src/service/api/address-guard.ts";
import { BackendRegistry, loadBackendRegistry } from "../../../src/service/api/backend-registry.ts";
import { listen } from "../../../src/service/api/listen.ts";
import { RateLimiter } from "../../../src/service/api/rate-limiter.ts";
import { temporaryFolder } from "../../support/cli.ts";
import { ask, runToEnd, specOf, startHarness, writeRegistry } from "./harness.ts";

/** A request as no well-behaved client would send it. */
function raw(url: string, path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const request = rawRequest({ hostname, port, path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on("error", reject).end();
  });
}

describe("who may do what", () => {
  it.each([
    ["nobody", "GET", "/api/v1/runs", 401],
    ["read", "GET", "/api/v1/runs", 200],
    ["read", "POST", "/api/v1/runs", 403],
    ["submit", "POST", "/api/v1/runs", 201],
    ["submit", "PUT", "/api/v1/baselines/x", 403],
    ["nobody", "GET", "/metrics", 401],
    ["nobody", "GET", "/healthz", 200],
  ] as const)("%s: %s %s is answered with %i", async (scope, method, path, status) => {
    const harness = await startHarness();
    const body = method === "GET" ? {} : { body: path.includes("baselines") ? { run: "x" } : specOf() };
    expect((await ask(harness, method, path, { scope, ...body })).status).toBe(status);
  });

  it("takes no token that is wrong, cut, empty or removed, and never keeps or logs one", async () => {
    const harness = await startHarness();
    const token = harness.tokens.read;
    for (const wrong of ["", "x", token.slice(0, -1), `${token}x`, token.toUpperCase()]) {
      const answer = await ask(harness, "GET", "/api/v1/runs", {
        scope: "nobody",
        headers: { authorization: `Bearer ${wrong}` },
      });
      expect(answer.status).toBe(401);
      expect(answer.headers.get("www-authenticate")).toContain("Bearer");
    }
    const kept = await harness.store.collection("tokens").get("read");
    expect(kept).toMatch(/"sha256":"[0-9a-f]{64}"/);
    expect(kept).not.toContain(token);
    await ask(harness, "GET", "/api/v1/runs", { scope: "read" });
    expect(harness.log.join("")).not.toContain(token);
    expect(harness.log.join("")).toContain('"caller":"read"');
  });

  it("refuses to serve others without tokens, and names that only lead here", async () => {
    const harness = await startHarness({ authentication: "none" });
    expect((await ask(harness, "GET", "/api/v1/runs", { scope: "nobody" })).status).toBe(200);
    expect(await raw(harness.url, "/api/v1/runs", { host: "evil.example" })).toBe(403);
    const foreign = { origin: "https://evil.example", "content-type": "application/json" };
    expect(
      (await ask(harness, "POST", "/api/v1/runs", { scope: "nobody", body: specOf(), headers: foreign })).status,
    ).toBe(403);
    const parts = { authentication: { kind: "none" } } as Parameters<typeof listen>[0];
    await expect(listen(parts, { host: "0.0.0.0", port: 0 })).rejects.toThrow("loopback");
  });

  it("limits the requests of each token", async () => {
    const harness = await startHarness({ requestsPerMinute: 3 });
    const statuses: number[] = [];
    for (let index = 0; index < 5; index += 1)
      statuses.push((await ask(harness, "GET", "/api/v1/runs", { scope: "read" })).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    expect((await ask(harness, "GET", "/api/v1/runs", { scope: "admin" })).status).toBe(200);
  });

  it("gives requests back as time passes, never more than a minute's", () => {
    let nowMs = 0;
    const limiter = new RateLimiter(60, () => nowMs);
    for (let index = 0; index < 60; index += 1) expect(limiter.take("a")).toBe(0);
    expect(limiter.take("a")).toBe(1);
    nowMs = 1_000;
    expect(limiter.take("a")).toBe(0);
    expect(limiter.take("a")).toBe(1);
    nowMs = 3_600_000;
    for (let index = 0; index < 60; index += 1) expect(limiter.take("a")).toBe(0);
    expect(limiter.take("a")).toBe(1);
  });
});

describe("what is sent", () => {
  it("can't be a URL, a path, a poisoned key, too deep or too large", async () => {
    const harness = await startHarness({ maxAnswers: 60 });
    const spec = specOf();
    const [task] = spec.tasks;
    const cases: readonly (readonly [unknown, number, string])[] = [
      [{ ...spec, backends: { mine: { type: "ollama", url: "http://169.254.169.254" } } }, 422, "backends"],
      [{ ...spec, tasks: [{ dataset: "../../etc" }] }, 422, "tasks[0].dataset"],
      [{ ...spec, tasks: [{ dataset: "/etc" }] }, 422, "tasks[0].dataset"],
      [{ ...spec, tasks: [{ dataset: "__proto__" }] }, 422, "dataset"],
      [{ ...spec, policy: "./policy.yaml" }, 422, "policy"],
      [{ ...spec, scorers: { coherence: { model: "../secrets" } } }, 422, "scorers"],
      [{ ...spec, scorers: { mine: "./mine.mjs" } }, 422, "scorers"],
      [{ ...spec, name: "a\nb" }, 422, "name"],
      [specOf({ FP16: "/etc/passwd" }), 422, "no model file"],
      [specOf({ FP16: "constructor" }), 422, "no model file"],
      [
        {
          ...spec,
          models: [{ ...spec.models[0], variants: [{ quantization: "FP16", model: "good", backend: "toString" }] }],
        },
        422,
        "no backend",
      ],
      ['{"__proto__": {"polluted": true}}', 400, "__proto__"],
      [`{"name": "x", "models": [{"constructor": {"prototype": {"polluted": true}}}]}`, 400, "constructor"],
      [`${"[".repeat(50)}${"]".repeat(50)}`, 400, "nested"],
      [JSON.stringify({ name: "x".repeat(300_000) }), 413, "larger"],
      [`[${"1,".repeat(30_000)}1]`, 413, "values"],
      ["nonsense", 400, "not valid JSON"],
      [{ ...spec, tasks: [task, { ...task, name: "again" }] }, 422, "160 answers"],
    ];
    for (const [body, status, says] of cases) {
      const answer = await ask(harness, "POST", "/api/v1/runs", { body });
      expect(answer.status, `${says}: ${answer.text}`).toBe(status);
      expect(answer.text).toContain(says);
      expect(answer.text).not.toContain(harness.folder);
      expect(answer.text).not.toMatch(/ at .*\.ts:/);
    }
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(await harness.store.list()).toEqual([]);
  });

  it.each(["..%2f..%2fetc%2fpasswd", ".shelves", "a%00b", "a%0d%0aSet-Cookie:x", "x".repeat(500), "%E0%A4%A"])(
    "as a run's id leads nowhere: %s",
    async (id) => {
      const harness = await startHarness();
      for (const path of [`/api/v1/runs/${id}`, `/api/v1/runs/${id}/records`, `/runs/${id}`, `/runs/${id}/report`]) {
        const answer = await ask(harness, "GET", path);
        expect([400, 404], `${path}: ${answer.text}`).toContain(answer.status);
        expect(answer.headers.get("set-cookie")).toBeNull();
        expect(answer.text).not.toContain("root:");
      }
    },
  );

  it("as a path leads nowhere", async () => {
    const harness = await startHarness();
    const headers = { authorization: `Bearer ${harness.tokens.admin}` };
    for (const path of [
      "/api/v1/runs/%2e%2e",
      "/api/v1/runs/../../etc/passwd",
      "//etc/passwd",
      "/assets/..%2f..%2fapp.ts",
    ])
      expect([400, 404], path).toContain(await raw(harness.url, path, headers));
  });

  it("can't forge a line of the log or a header", async () => {
    const harness = await startHarness();
    await ask(harness, "GET", "/api/v1/runs/x%0a%7B%22level%22%3A%22fatal%22%7D");
    await ask(harness, "GET", `/${"y".repeat(5_000)}%0aforged`);
    expect(harness.log.length).toBeGreaterThan(1);
    for (const line of harness.log) {
      expect(line.indexOf("\n")).toBe(line.length - 1);
      expect(line.length).toBeLessThan(1_000);
      expect((JSON.parse(line) as { level: string }).level).toBe("info");
    }
  });

  it("is shown as text in pages, which load nothing from elsewhere", async () => {
    const harness = await startHarness();
    const id = await runToEnd(harness);
    const evil = '<script>alert(1)</script>"';
    for (const path of [
      `/runs?model=${encodeURIComponent(evil)}`,
      `/models/${encodeURIComponent(evil)}`,
      `/runs/${id}`,
    ]) {
      const answer = await ask(harness, "GET", path);
      expect(answer.status).toBe(200);
      expect(answer.text).not.toContain("<script>alert");
      expect(answer.headers.get("content-security-policy")).toMatch(/default-src 'none'.*script-src 'self'/);
      expect(answer.headers.get("content-security-policy")).not.toContain("unsafe");
      expect(answer.text).not.toMatch(/(?:src|href)="https?:/);
      expect(answer.text).not.toContain("style=");
    }
    const report = await ask(harness, "GET", `/runs/${id}/report`);
    expect(report.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(report.headers.get("content-security-policy")).not.toContain("script-src");
  });
});

describe("where backends may be", () => {
  it.each([
    ["93.184.216.34", "public"],
    ["2606:2800:220:1::1", "public"],
    ["10.1.2.3", "private"],
    ["172.31.0.1", "private"],
    ["192.168.1.1", "private"],
    ["127.0.0.1", "private"],
    ["100.64.0.1", "private"],
    ["::1", "private"],
    ["fd12::1", "private"],
    ["::ffff:10.0.0.1", "private"],
    ["169.254.169.254", "denied"],
    ["100.100.100.200", "denied"],
    ["0.0.0.0", "denied"],
    ["224.0.0.1", "denied"],
    ["fe80::1", "denied"],
    ["fe80::1%eth0", "denied"],
    ["fd00:ec2::254", "denied"],
    ["::", "denied"],
    ["::ffff:169.254.169.254", "denied"],
    ["64:ff9b::169.254.169.254", "denied"],
    ["64:ff9b::a9fe:a9fe", "denied"],
    ["64:ff9b::10.0.0.1", "private"],
    ["64:ff9b::93.184.216.34", "public"],
    ["2002:a9fe:a9fe::1", "denied"],
    ["not an address", "denied"],
  ] as const)("%s is %s", (address, expected) => {
    expect(classifyAddress(address)).toBe(expected);
  });

  it("is checked when the file is read", async () => {
    const folder = await temporaryFolder();
    const { writeFile } = await import("node:fs/promises");
    const path = await writeRegistry(folder);
    expect(await loadBackendRegistry(path)).toBeInstanceOf(BackendRegistry);
    const load = async (url: string, extra = "") => {
      await writeFile(path, `backends: { gpu: { type: ollama, url: "${url}" } }\n${extra}`);
      return loadBackendRegistry(path);
    };
    const allowed = "allowPrivate: [gpu]\n";
    await expect(load("http://127.0.0.1:11434")).rejects.toThrow("private");
    expect((await load("http://127.0.0.1:11434", allowed)).list()).toEqual([{ name: "gpu", type: "ollama" }]);
    await expect(load("http://169.254.169.254", allowed)).rejects.toThrow("no backend may be at");
    await expect(load("http://[64:ff9b::a9fe:a9fe]", allowed)).rejects.toThrow("no backend may be at");
    await expect(load("http://2852039166", allowed)).rejects.toThrow("no backend may be at");
    await expect(load("http://localhost:1")).rejects.toThrow("private");
    await expect(load("http://1.1.1.1", "allowPrivate: [gpuu]\n")).rejects.toThrow('no backend or webhook "gpuu"');
  });
});
