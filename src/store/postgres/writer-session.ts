import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { RunBusyError } from "../../domain/errors.ts";
import type { Database, Query } from "./database.ts";

/** A killed process' session lives on for an instant. */
const TRIES = 3;
const BETWEEN_TRIES_MS = 100;

/** The right to append to a run: a lock that Postgres holds for a connection, and frees when that ends, however it ends. */
export interface WriterSession {
  /** On the connection that holds the lock: fails when the lock is gone. */
  readonly query: Query;
  isOpen(): boolean;
  end(): Promise<void>;
}

/** Takes a run for this process. Throws `RunBusyError` when another session has it. */
export async function openWriterSession(database: Database, run: string): Promise<WriterSession> {
  return database.patiently(async () => {
    let open = true;
    const session = await database.session(() => {
      open = false;
    });
    try {
      await takeLock(database, session.query, run);
      await session.query("UPDATE quantgate_runs SET writer = $2 WHERE id = $1", [
        run,
        `process ${process.pid} on ${hostname()}`,
      ]);
    } catch (error) {
      await session.end();
      throw error;
    }
    return { query: session.query, isOpen: () => open, end: session.end };
  });
}

async function takeLock(database: Database, query: Query, run: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const [row] = await query("SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS taken", [
      `quantgate run ${run}`,
    ]);
    if (row?.taken === true) return;
    if (tries === TRIES) break;
    await sleep(BETWEEN_TRIES_MS);
  }
  const [holder] = await query("SELECT writer FROM quantgate_runs WHERE id = $1", [run]);
  throw new RunBusyError(`the run is being written by ${String(holder?.writer ?? "another process")}`, {
    hint: `wait for it; if that process is gone, end its session in ${database.name}`,
  });
}
