import { assertEntryName, type Shelf, type ShelfName } from "../shelf.ts";
import { toBytes, toText } from "./bytes.ts";
import type { Query } from "./database.ts";

/** A shelf as rows of a table. */
export class PostgresShelf implements Shelf {
  readonly #shelf: ShelfName;
  readonly #query: Query;

  constructor(shelf: ShelfName, query: Query) {
    this.#shelf = shelf;
    this.#query = query;
  }

  async get(name: string): Promise<string | undefined> {
    assertEntryName(name);
    const [row] = await this.#query("SELECT body FROM quantgate_shelves WHERE shelf = $1 AND name = $2", [
      this.#shelf,
      name,
    ]);
    return row === undefined ? undefined : toText(row.body);
  }

  async put(name: string, text: string): Promise<void> {
    assertEntryName(name);
    await this.#query(
      `INSERT INTO quantgate_shelves (shelf, name, body) VALUES ($1, $2, $3)
       ON CONFLICT (shelf, name) DO UPDATE SET body = excluded.body`,
      [this.#shelf, name, toBytes(text)],
    );
  }

  async remove(name: string): Promise<boolean> {
    assertEntryName(name);
    const rows = await this.#query("DELETE FROM quantgate_shelves WHERE shelf = $1 AND name = $2 RETURNING name", [
      this.#shelf,
      name,
    ]);
    return rows.length > 0;
  }

  async names(): Promise<readonly string[]> {
    const rows = await this.#query("SELECT name FROM quantgate_shelves WHERE shelf = $1 ORDER BY name", [this.#shelf]);
    return rows.map(({ name }) => String(name));
  }
}
