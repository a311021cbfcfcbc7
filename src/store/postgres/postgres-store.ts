import type { Collection, CollectionName } from "../collection.ts";
import type { ListedRun } from "../listed-run.ts";
import { assertRunId, noSuchRun, runExists } from "../run-id.ts";
import type { Run, RunFilter, RunPage, RunStore } from "../run-store.ts";
import { plain, toText } from "./bytes.ts";
import { Database, type Row } from "./database.ts";
import { migrate } from "./migrate.ts";
import { PostgresCollection } from "./postgres-collection.ts";
import { PostgresRun, writeDocument } from "./postgres-run.ts";
import { openWriterSession } from "./writer-session.ts";

/** Runs in a Postgres database, for many processes on many machines. The tables are made when it is first used. */
export class PostgresStore implements RunStore {
  readonly #database: Database;
  readonly #migrations: string;
  #ready: Promise<Database> | undefined;

  /** `url`: `postgres://user:password@host:port/database`; `migrations`: folder of the SQL files that make the tables. */
  constructor(url: string, migrations: string) {
    this.#database = new Database(url);
    this.#migrations = migrations;
  }

  async create(id: string, manifest?: string): Promise<Run> {
    assertRunId(id);
    const database = await this.#migrated();
    const made = await database.transaction(async (query) => {
      const [row] = await query(
        // One that was made but never begun gives way to one with a manifest.
        `INSERT INTO quantgate_runs (id, begun) VALUES ($1, $2)
         ON CONFLICT (id) DO UPDATE SET begun = true WHERE NOT quantgate_runs.begun AND excluded.begun RETURNING id`,
        [id, manifest !== undefined],
      );
      if (row !== undefined && manifest !== undefined) await writeDocument(query, id, "manifest.json", manifest);
      return row !== undefined;
    });
    if (!made) throw runExists(id, database.name);
    return new PostgresRun(id, database);
  }

  async open(id: string): Promise<Run> {
    assertRunId(id);
    const database = await this.#migrated();
    const [row] = await database.query("SELECT FROM quantgate_runs WHERE id = $1 AND begun", [id]);
    if (row === undefined) throw noSuchRun(id, database.name);
    return new PostgresRun(id, database);
  }

  async list(): Promise<readonly string[]> {
    return (await this.#query("SELECT id FROM quantgate_runs WHERE begun ORDER BY made DESC")).map(({ id }) =>
      String(id),
    );
  }

  async find(
    filter: RunFilter,
    { limit, after }: { readonly limit: number; readonly after?: string },
  ): Promise<RunPage> {
    const rows = await this.#query(
      `SELECT card FROM quantgate_runs WHERE begun
         AND ($1::text IS NULL OR made < (SELECT made FROM quantgate_runs WHERE id = $1))
         AND ($2::text IS NULL OR models @> ARRAY[$2::text])
         AND ($3::text[] IS NULL OR status = ANY ($3))
         AND ($4::text IS NULL OR overall = $4)
         AND ($5::text IS NULL OR schedule = $5)
         AND ($6::text IS NULL OR submitted_by = $6)
       ORDER BY made DESC LIMIT $7`,
      [
        plain(after),
        plain(filter.model),
        filter.statuses ?? null,
        plain(filter.overall),
        plain(filter.schedule),
        plain(filter.submittedBy),
        limit + 1,
      ],
    );
    const runs = rows.map(({ card }) => JSON.parse(toText(card)) as ListedRun);
    return { runs: runs.slice(0, limit), more: runs.length > limit };
  }

  async remove(id: string): Promise<void> {
    const run = await this.open(id);
    const session = await openWriterSession(this.#database, run.id);
    try {
      await this.#database.query("DELETE FROM quantgate_runs WHERE id = $1", [id]);
    } finally {
      await session.end();
    }
  }

  collection(name: CollectionName): Collection {
    return new PostgresCollection(name, (text, values) => this.#query(text, values));
  }

  async check(): Promise<void> {
    await this.#query("SELECT");
  }

  async close(): Promise<void> {
    await this.#database.close();
  }

  async #query(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    return (await this.#migrated()).query(text, values);
  }

  #migrated(): Promise<Database> {
    this.#ready ??= migrate(this.#database, this.#migrations).then(
      () => this.#database,
      (error: unknown) => {
        this.#ready = undefined;
        throw error;
      },
    );
    return this.#ready;
  }
}
