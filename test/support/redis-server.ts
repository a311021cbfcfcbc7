import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { findProgram } from "./find-program.ts";
import { freePort } from "./free-port.ts";

const program = findProgram("redis-server");

/** Why there is no Redis here; `undefined` when there is. */
export const redisMissing = program === undefined ? "no redis-server on this machine" : undefined;

/** A Redis of its own, with append-only file and without eviction, in a temporary folder and on a free port of the loopback interface. */
export class RedisServer {
  readonly #folder: string;
  readonly #port: number;
  #child: ChildProcess | undefined;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
  }

  static async start(): Promise<RedisServer> {
    const server = new RedisServer(await mkdtemp(join(tmpdir(), "quantgate-redis-")), await freePort());
    await server.restart();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.#port}`;
  }

  /** Starts it on what its files hold; waits until it answers. */
  async restart(): Promise<void> {
    if (program === undefined) throw new Error(redisMissing);
    const settings = ["--bind", "127.0.0.1", "--port", String(this.#port), "--dir", this.#folder];
    const keeping = [
      "--appendonly",
      "yes",
      "--appendfsync",
      "always",
      "--save",
      "",
      "--maxmemory-policy",
      "noeviction",
    ];
    this.#child = spawn(program, [...settings, ...keeping], { stdio: "ignore" });
    await this.#ask((redis) => redis.ping());
  }

  /** Ends it at once, as a crash does. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  /** Loses everything that its files hold; to be done while it is down. */
  async wipe(): Promise<void> {
    await rm(join(this.#folder, "appendonlydir"), { recursive: true, force: true });
  }

  /** Forgets everything while it runs. */
  async empty(): Promise<void> {
    await this.#ask((redis) => redis.flushall());
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #ask(question: (redis: Redis) => Promise<unknown>): Promise<void> {
    const redis = new Redis(this.url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
    redis.on("error", () => {});
    try {
      await question(redis);
    } finally {
      redis.disconnect();
    }
  }
}
