import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { messageOf, RunError } from "../../domain/errors.ts";
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
  readonly #pool: pg.Pool;
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
    this.#pool = new pg.Pool({ ...this.#config, max: 8, allowExitOnIdle: true });
    // A connection that breaks while idle concerns nobody: the next query takes another one.
    this.#pool.on("error", () => {});
  }

  async query(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    return this.patiently(async () => (await this.#pool.query<Row>(text, [...values])).rows);
  }

  /** All of it or nothing. */
  async transaction<T>(work: (query: Query) => Promise<T>): Promise<T> {
    return this.patiently(async () => {
      const client = await this.#pool.connect();
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
    const client = new pg.Client(this.#config);
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
        if (!passing && !(error instanceof pg.DatabaseError)) throw error;
        if (!passing || performance.now() + waitMs > until) {
          throw new RunError(`${this.name}: ${messageOf(error)}`, {
            cause: error,
            hint: passing
              ? "is the database running? Nothing is lost: the run can go on when it is back"
              : "is there room for it, and may the user write there?",
          });
        }
        await sleep(waitMs);
      }
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}
