import { assertEntryName, type Collection, type CollectionName } from "../collection.ts";
import { toBytes, toText } from "./bytes.ts";
import type { Query } from "./database.ts";

/** A collection as rows of a table. */
export class PostgresCollection implements Collection {
  readonly #collection: CollectionName;
  readonly #query: Query;

  constructor(collection: CollectionName, query: Query) {
    this.#collection = collection;
    this.#query = query;
  }

  async get(name: string): Promise<string | undefined> {
    assertEntryName(name);
    const [row] = await this.#query("SELECT body FROM quantgate_shelves WHERE shelf = $1 AND name = $2", [
      this.#collection,
      name,
    ]);
    return row === undefined ? undefined : toText(row.body);
  }

  async put(name: string, text: string): Promise<void> {
    assertEntryName(name);
    await this.#query(
      `INSERT INTO quantgate_shelves (shelf, name, body) VALUES ($1, $2, $3)
       ON CONFLICT (shelf, name) DO UPDATE SET body = excluded.body`,
      [this.#collection, name, toBytes(text)],
    );
  }

  async remove(name: string): Promise<boolean> {
    assertEntryName(name);
    const rows = await this.#query("DELETE FROM quantgate_shelves WHERE shelf = $1 AND name = $2 RETURNING name", [
      this.#collection,
      name,
    ]);
    return rows.length > 0;
  }

  async names(): Promise<readonly string[]> {
    const rows = await this.#query("SELECT name FROM quantgate_shelves WHERE shelf = $1 ORDER BY name", [
      this.#collection,
    ]);
    return rows.map(({ name }) => String(name));
  }
}
