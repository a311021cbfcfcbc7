import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { RunError } from "../../domain/errors.ts";
import type { Database } from "./database.ts";

/**
 * Brings the tables to what this version needs: applies the SQL files that were not applied yet, in the order of their names, all or none.
 * Of many processes that start together one does it. Throws `RunError` when a newer version was here before.
 */
export async function migrate(database: Database, folder: string): Promise<void> {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  await database.transaction(async (query) => {
    await query("SELECT pg_advisory_xact_lock(hashtextextended('quantgate migrations', 0))");
    await query(
      "CREATE TABLE IF NOT EXISTS quantgate_migrations (name text PRIMARY KEY, applied timestamptz NOT NULL DEFAULT now())",
    );
    const applied = new Set((await query("SELECT name FROM quantgate_migrations")).map(({ name }) => String(name)));
    const unknown = [...applied].filter((name) => !files.includes(name));
    if (unknown.length > 0) {
      throw new RunError(
        `${database.name}: its tables were made by a newer version of quantgate (${unknown.join(", ")})`,
        {
          hint: "use that version, or another database",
        },
      );
    }
    for (const name of files.filter((file) => !applied.has(file))) {
      await query(await readFile(join(folder, name), "utf8"));
      await query("INSERT INTO quantgate_migrations (name) VALUES ($1)", [name]);
    }
  });
}
