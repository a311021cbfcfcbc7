import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { findProgram, postgresFolders } from "./find-program.ts";
import { freePort } from "./free-port.ts";

const run = promisify(execFile);
/** Postgres refuses to run as root; this is nobody. */
const NOT_ROOT = 65_534;

const initdb = findProgram("initdb", postgresFolders());
const postgres = findProgram("postgres", postgresFolders());

/** Why there is no Postgres here; `undefined` when there is. */
export const postgresMissing =
  initdb === undefined || postgres === undefined ? "no initdb and postgres on this machine" : undefined;

/** A Postgres of its own, in a temporary folder and on a free port of the loopback interface. */
export class PostgresServer {
  readonly #folder: string;
  readonly #port: number;
  #child: ChildProcess | undefined;
  #databases = 0;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
  }

  static async start(): Promise<PostgresServer> {
    if (initdb === undefined) throw new Error(postgresMissing);
    const folder = await mkdtemp(join(tmpdir(), "quantgate-postgres-"));
    if (process.getuid?.() === 0) await chown(folder, NOT_ROOT, NOT_ROOT);
    const server = new PostgresServer(folder, await freePort());
    await run(
      initdb,
      ["-D", join(folder, "data"), "-U", "quantgate", "--auth=trust", "--no-sync", "-E", "UTF8"],
      identity(),
    );
    await server.restart();
    return server;
  }

  url(database: string): string {
    return `postgres://quantgate@127.0.0.1:${this.#port}/${database}`;
  }

  /** A fresh, empty database; returns its URL. */
  async makeDatabase(): Promise<string> {
    this.#databases += 1;
    const name = `test_${this.#databases}`;
    await this.#admin(`CREATE DATABASE ${name}`);
    return this.url(name);
  }

  /** Starts the server on the same data. */
  async restart(): Promise<void> {
    if (postgres === undefined) throw new Error(postgresMissing);
    const settings = { listen_addresses: "127.0.0.1", port: this.#port, unix_socket_directories: "", fsync: "off" };
    const args = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    this.#child = spawn(postgres, ["-D", join(this.#folder, "data"), ...args], { ...identity(), stdio: "ignore" });
    for (;;) {
      try {
        await this.#admin("SELECT 1");
        return;
      } catch (error) {
        if (this.#child.exitCode !== null) throw new Error("postgres has ended", { cause: error });
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  /** SIGINT disconnects everybody and ends it well, SIGQUIT ends it at once. */
  async stop(signal: "SIGINT" | "SIGQUIT" = "SIGINT"): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill(signal);
    await gone;
  }

  async remove(): Promise<void> {
    await this.stop("SIGQUIT");
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #admin(sql: string): Promise<void> {
    const client = new pg.Client(this.url("postgres"));
    client.on("error", () => {});
    try {
      await client.connect();
      await client.query(sql);
    } finally {
      await client.end().catch(() => {});
    }
  }
}

function identity(): { readonly uid?: number; readonly gid?: number; readonly cwd: string } {
  return process.getuid?.() === 0 ? { uid: NOT_ROOT, gid: NOT_ROOT, cwd: tmpdir() } : { cwd: tmpdir() };
}
