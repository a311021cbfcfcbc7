import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

const ROOT = join(import.meta.dirname, "..", "..");

interface Service {
  readonly image: string;
  readonly user?: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly profiles?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

const text = await readFile(join(ROOT, "docker-compose.yml"), "utf8");
const compose = parse(text, { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, object>>;
};
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
        expect(source.startsWith("./") || Object.hasOwn(compose.volumes, source), volume).toBe(true);
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
