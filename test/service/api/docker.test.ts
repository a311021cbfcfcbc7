import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { QuantGateClient } from "../../../src/client/index.ts";
import { SubmittedSpecSchema } from "../../../src/service/api/submitted-spec.ts";
import { cli, temporaryFolder, until } from "../../support/cli.ts";
import { PostgresServer, postgresMissing } from "../../support/postgres-server.ts";
import { RedisServer, redisMissing } from "../../support/redis-server.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");

/** What the Compose Specification knows of what the file uses; a key that isn't here is a mistake, or to be added. */
const DurationSchema = z.string().regex(/^\d+(ms|s|m|h)$/);
const NamesSchema = z.array(z.string().min(1));
const ServiceSchema = z.strictObject({
  image: z.string().regex(/^[a-z0-9][a-z0-9._/-]*:[A-Za-z0-9._-]+$/),
  build: z.string().optional(),
  user: z.string().optional(),
  restart: z.enum(["no", "always", "on-failure", "unless-stopped"]),
  init: z.boolean().optional(),
  read_only: z.boolean().optional(),
  tmpfs: NamesSchema.optional(),
  cap_drop: NamesSchema.optional(),
  security_opt: NamesSchema.optional(),
  stop_grace_period: DurationSchema.optional(),
  command: NamesSchema.optional(),
  entrypoint: NamesSchema.optional(),
  // Numbers and booleans in YAML mean something else to Compose than to whoever wrote them.
  environment: z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), z.string()).optional(),
  healthcheck: z.strictObject({
    test: NamesSchema,
    interval: DurationSchema,
    timeout: DurationSchema,
    start_period: DurationSchema.optional(),
  }),
  volumes: z.array(z.string().regex(/^[^:]+(:-[^:}]+\})?:\/[^:]*(:ro)?$/)).optional(),
  ports: z.array(z.string().regex(/^[\d.]+:\d+:\d+$/)).optional(),
  profiles: NamesSchema.optional(),
  depends_on: z
    .record(z.string(), z.strictObject({ condition: z.enum(["service_started", "service_healthy"]) }))
    .optional(),
});
const ComposeSchema = z.strictObject({
  name: z.string(),
  services: z.record(z.string().regex(/^[a-z]+$/), ServiceSchema),
  volumes: z.record(z.string(), z.strictObject({})),
});

const text = await readFile(join(ROOT, "docker-compose.yml"), "utf8");
const { "x-quantgate": _, "x-worker": __, ...written } = parse(text, { merge: true }) as Record<string, unknown>;
const compose = ComposeSchema.parse(written);
const services = Object.entries(compose.services);
const workers = ["generate", "score", "finalize"];
const noWorkers = !workers.every((name) => existsSync(join(ROOT, "workers", `${name}.ts`)));

describe("docker-compose.yml", () => {
  it("has the API, the workers, Redis and Postgres; Ollama only when it is asked for", () => {
    const names = services.map(([name]) => name);
    for (const name of ["api", ...workers, "redis", "postgres", "ollama"]) expect(names).toContain(name);
    expect(services.filter(([, { profiles }]) => profiles !== undefined).map(([name]) => name)).toEqual(["ollama"]);
  });

  it("checks the health of every service, runs none as root, and names every volume", () => {
    for (const [name, { healthcheck, user, build, volumes = [] }] of services) {
      expect(healthcheck?.test[0], name).toBe("CMD");
      expect(build !== undefined || (user !== undefined && user !== "root" && user !== "0"), name).toBe(true);
      for (const volume of volumes) {
        const [source = ""] = volume.split(":");
        expect(/^\.\/|^\$\{\w+:-\.\//.test(volume) || Object.hasOwn(compose.volumes, source), volume).toBe(true);
      }
    }
  });

  it("holds no secret: the one password must be given, and stands nowhere else", () => {
    expect(text.match(/\$\{POSTGRES_PASSWORD:\?[^}]+\}/g)).toHaveLength(2);
    for (const [name, { environment = {} }] of services)
      for (const [key, value] of Object.entries(environment))
        if (/PASSWORD|TOKEN|SECRET|KEY|_URL$/.test(key))
          expect(value, `${name} ${key}`).toMatch(/\$\{POSTGRES_PASSWORD:\?|^redis:\/\/redis:6379$/);
    for (const [, { ports = [] }] of services) for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it("keeps what Redis holds, and waits for Redis and Postgres to be healthy", () => {
    const command = compose.services.redis?.command?.join(" ");
    expect(command).toContain("--appendonly yes");
    expect(command).toContain("--maxmemory-policy noeviction");
    for (const name of ["api", ...workers])
      for (const needed of ["redis", "postgres"])
        expect(compose.services[name]?.depends_on?.[needed]?.condition, name).toBe("service_healthy");
  });

  it("starts the API by the command line's own entry point", async () => {
    const dockerfile = await readFile(join(ROOT, "Dockerfile"), "utf8");
    const [, entry = ""] = /^ENTRYPOINT \["node", "([^"]+)"\]$/m.exec(dockerfile) ?? [];
    expect(existsSync(join(ROOT, entry)), entry).toBe(true);
    expect(compose.services.api?.command?.[0]).toBe("serve");
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).toMatch(/^HEALTHCHECK /m);
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files = ""]) =>
      files.split(" "),
    );
    expect(copied.length).toBeGreaterThan(8);
    for (const path of copied.filter((each) => each !== "workers" || !noWorkers))
      expect(existsSync(join(ROOT, path)), path).toBe(true);
  });

  it.skipIf(noWorkers)(
    `starts workers by files that the build makes${noWorkers ? " (skipped: workers/ isn't there yet)" : ""}`,
    () => {
      for (const name of workers) {
        const [program, file = ""] = compose.services[name]?.entrypoint ?? [];
        expect(program).toBe("node");
        expect(existsSync(join(ROOT, file)), file).toBe(true);
      }
    },
  );
});

const missing = redisMissing ?? postgresMissing;

describe.skipIf(missing)(`what docker compose starts${missing === undefined ? "" : ` (skipped: ${missing})`}`, () => {
  it("works with the file's own commands and environment: a run of the demo reaches its verdict", async () => {
    const redis = await RedisServer.start();
    const postgres = await PostgresServer.start();
    const database = await postgres.makeDatabase();
    const folder = await temporaryFolder();
    const started: ChildProcess[] = [];
    onTestFinished(async () => {
      for (const child of started) {
        if (child.exitCode !== null) continue;
        const gone = once(child, "exit");
        child.kill("SIGTERM");
        await gone;
      }
      await redis.remove();
      await postgres.remove();
    });
    /** Only what differs outside of containers: where the others are, which folders there are, which ports are free. */
    const here = (text: string): string =>
      text
        .replace("redis://redis:6379", redis.url)
        .replace(/^postgres:\/\/.*$/, database)
        .replace(/^\/data(?=\/)/, folder)
        .replace(/^\/app(?=\/)/, ROOT)
        .replace(/^(8080|9090)$/, "0");
    const environmentOf = (name: string): Record<string, string> => {
      const own = Object.entries(compose.services[name]?.environment ?? {});
      return { PATH: process.env.PATH ?? "", ...Object.fromEntries(own.map(([key, value]) => [key, here(value)])) };
    };
    const start = async (name: string, command: readonly string[]): Promise<string> => {
      const child = spawn(process.execPath, command.map(here), {
        cwd: ROOT,
        env: environmentOf(name),
        stdio: ["ignore", "pipe", "inherit"],
      });
      started.push(child);
      return new Promise((resolve, reject) => {
        child.once("exit", (code) => reject(new Error(`${name} has ended with ${code}`)));
        createInterface({ input: child.stdout }).on("line", (text) => {
          const line = JSON.parse(text) as { readonly msg: string; readonly url?: string; readonly health?: string };
          if (line.msg === "listening" || line.msg === "working") resolve(line.url ?? line.health ?? "");
        });
      });
    };
    const added = await cli(["tokens", "add", "me", "--scopes", "admin"], { env: environmentOf("api") });
    expect(added.code, added.stderr).toBe(0);
    const urls = new Map<string, string>();
    for (const name of workers) urls.set(name, await start(name, compose.services[name]?.entrypoint?.slice(1) ?? []));
    const api = await start("api", ["dist/src/cli/main.js", ...(compose.services.api?.command ?? [])]);
    urls.set("api", api);
    for (const [name, url] of urls) {
      const answer = await fetch(`${url.replace("0.0.0.0", "127.0.0.1")}/readyz`);
      expect(answer.status, `${name}: ${await answer.text()}`).toBe(200);
    }
    const demo = SubmittedSpecSchema.parse(parse(await readFile(join(ROOT, "examples/service/demo.yaml"), "utf8")));
    const [model] = demo.models;
    const small = {
      ...demo,
      models: [
        { name: "demo", variants: (model?.variants ?? []).filter(({ quantization }) => quantization !== "Q8_0") },
      ],
      tasks: demo.tasks.slice(0, 1).map((task) => ({ ...task, limit: 40 })),
    };
    const server = api.replace("0.0.0.0", "127.0.0.1");
    const client = new QuantGateClient({ server, token: added.stdout.trim() });
    const { id } = await client.submit(small);
    expect(await client.wait(id)).toMatchObject({ status: "completed", done: 120, overall: "fail" });
    const metric = async (name: string, line: RegExp): Promise<number> => {
      const headers = { authorization: `Bearer ${added.stdout.trim()}` };
      const text = await (
        await fetch(`${urls.get(name)?.replace("0.0.0.0", "127.0.0.1")}/metrics`, { headers })
      ).text();
      return Number(line.exec(text)?.[1]);
    };
    // The second submission has the same answers, from the cache; what is counted has grown.
    for (const runs of [1, 2]) {
      expect(
        await metric("generate", /^quantgate_answers_total\{backend="embedded",outcome="answered"\} (\d+)$/m),
      ).toBe(120 * runs);
      expect(await metric("generate", /^quantgate_answer_seconds_count\{backend="embedded"\} (\d+)$/m)).toBe(
        120 * runs,
      );
      expect(await metric("generate", /^quantgate_answer_seconds_sum\{backend="embedded"\} (\S+)$/m)).toBeGreaterThan(
        0,
      );
      expect(
        await metric("generate", /^quantgate_jobs_total\{queue="generate.embedded",outcome="done"\} (\d+)$/m),
      ).toBe(3 * runs);
      expect(await metric("score", /^quantgate_shards_scored_total (\d+)$/m)).toBe(3 * runs);
      expect(await metric("finalize", /^quantgate_runs_ended_total\{status="completed",overall="fail"\} (\d+)$/m)).toBe(
        runs,
      );
      expect(await metric("finalize", /^quantgate_verdicts_total\{verdict="reference"\} (\d+)$/m)).toBe(runs);
      expect(await metric("api", /^quantgate_runs_submitted_total (\d+)$/m)).toBe(runs);
      expect(await metric("api", /^quantgate_queue_jobs\{queue="generate.embedded",state="waiting"\} (\d+)$/m)).toBe(0);
      if (runs === 1) await client.wait((await client.submit(small)).id);
    }
    // With nobody to take them, jobs are seen to wait.
    const generate = started[0];
    const gone = generate === undefined ? [] : once(generate, "exit");
    generate?.kill("SIGTERM");
    await gone;
    await client.submit(small);
    await until(
      async () =>
        (await metric("api", /^quantgate_queue_jobs\{queue="generate.embedded",state="waiting"\} (\d+)$/m)) === 3,
    );
    expect(await metric("api", /^quantgate_runs\{phase="running"\} (\d+)$/m)).toBe(1);
  });
});
