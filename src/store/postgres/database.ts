import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { messageOf, RunError, UnavailableError } from "../../domain/errors.ts";
import { isPassing } from "./passing-error.ts";

export type Row = Record<string, unknown>;
/** Runs one statement and gives its rows. */
export type Query = (text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;

/** How long a database that is away is waited for, as while it restarts. */
const PATIENCE_MS = 60_000;
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 2_000;

/**
 * Connections to one Postgres database. What fails because the database is away or restarts is tried again for a minute, so everything
 * that is asked of it must come to the same when done twice. Rejects with `RunError`.
 */
export class Database {
  #pool: Promise<pg.Pool> | undefined;
  readonly #config: pg.ClientConfig;
  /** Host, port and name of the database; no secrets. */
  readonly name: string;

  constructor(url: string) {
    const { hostname, port, pathname } = new URL(url);
    this.name = `postgres://${hostname}${port === "" ? "" : `:${port}`}${pathname}`;
    this.#config = {
      connectionString: url,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      application_name: `quantgate ${process.pid}`,
    };
  }

  async query(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    return this.patiently(async () => (await (await this.#open()).query<Row>(text, [...values])).rows);
  }

  /** All of it or nothing. */
  async transaction<T>(work: (query: Query) => Promise<T>): Promise<T> {
    return this.patiently(async () => {
      const client = await (await this.#open()).connect();
      let broken: Error | undefined;
      try {
        await client.query("BEGIN");
        const result = await work(async (text, values = []) => (await client.query<Row>(text, [...values])).rows);
        await client.query("COMMIT");
        return result;
      } catch (error) {
        await client.query("ROLLBACK").catch((cause: Error) => {
          broken = cause;
        });
        throw error;
      } finally {
        client.release(broken);
      }
    });
  }

  /** A connection of its own, for what lives as long as a session; `onGone` tells when it breaks. */
  async session(onGone: () => void): Promise<{ readonly query: Query; readonly end: () => Promise<void> }> {
    const { Client } = await loadDriver();
    const client = new Client(this.#config);
    client.on("error", onGone);
    client.on("end", onGone);
    await client.connect();
    return {
      query: async (text, values = []) => (await client.query<Row>(text, [...values])).rows,
      end: () => client.end().catch(() => {}),
    };
  }

  /** Does something again while it fails for a reason that passes. Errors of the database become a `RunError`. */
  async patiently<T>(work: () => Promise<T>): Promise<T> {
    const until = performance.now() + PATIENCE_MS;
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(LONGEST_WAIT_MS, 2 * waitMs)) {
      try {
        return await work();
      } catch (error) {
        const passing = isPassing(error);
        if (!passing && !isOfDatabase(error)) throw error;
        if (!passing)
          throw new RunError(`${this.name}: ${messageOf(error)}`, {
            cause: error,
            hint: "is there room for it, and may the user write there?",
          });
        if (performance.now() + waitMs > until)
          throw new UnavailableError(`${this.name}: ${messageOf(error)}`, {
            cause: error,
            hint: "is the database running? Nothing is lost: the run can go on when it is back",
          });
        await sleep(waitMs);
      }
    }
  }

  async close(): Promise<void> {
    await (await this.#pool)?.end();
  }

  #open(): Promise<pg.Pool> {
    this.#pool ??= loadDriver().then(({ Pool }) => {
      const pool = new Pool({ ...this.#config, max: 8, allowExitOnIdle: true });
      // A connection that breaks while idle concerns nobody: the next query takes another one.
      pool.on("error", () => {});
      return pool;
    });
    return this.#pool;
  }
}

/** Loaded when it is used: most runs are kept in files. */
async function loadDriver() {
  return (await import("pg")).default;
}

/** Errors that the server sent carry their SQLSTATE. */
function isOfDatabase(error: unknown): boolean {
  return error instanceof Error && "code" in error && "severity" in error;
}
