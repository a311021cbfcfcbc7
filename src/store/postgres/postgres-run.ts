import { messageOf, QuantGateError, RunError, throwIfAborted } from "../../domain/errors.ts";
import { listRun } from "../listed-run.ts";
import { isPartName } from "../part-name.ts";
import type { DocumentName, PartName, Position, Rebuild, Run, StoredLine, StreamName } from "../run-store.ts";
import { plain, toBytes, toText } from "./bytes.ts";
import type { Database, Query } from "./database.ts";
import { endOf, LineWriter } from "./line-writer.ts";
import { openWriterSession, type WriterSession } from "./writer-session.ts";

/** Lines fetched at a time. */
const PAGE = 100;

/** One run as rows. */
export class PostgresRun implements Run {
  readonly id: string;
  readonly location: string;
  readonly #database: Database;
  readonly #writers: Readonly<Record<StreamName, LineWriter>>;
  #session: Promise<WriterSession> | undefined;

  constructor(id: string, database: Database) {
    this.id = id;
    this.location = `${database.name} run ${id}`;
    this.#database = database;
    const session = () => this.#writerSession();
    this.#writers = {
      records: new LineWriter(id, "records", session),
      scores: new LineWriter(id, "scores", session),
    };
  }

  async read(name: DocumentName): Promise<string | undefined> {
    const [row] = await this.#database.query("SELECT body FROM quantgate_documents WHERE run = $1 AND name = $2", [
      this.id,
      name,
    ]);
    return row === undefined ? undefined : toText(row.body);
  }

  async write(name: DocumentName, text: string): Promise<void> {
    await this.#ofExisting(() =>
      this.#database.transaction(async (query) => {
        // One writer after the other, so that the card fits both documents that it is made from.
        await query("SELECT FROM quantgate_runs WHERE id = $1 FOR UPDATE", [this.id]);
        await writeDocument(query, this.id, name, text);
      }),
    );
  }

  async lock(): Promise<void> {
    this.#session ??= openWriterSession(this.#database, this.id);
    await this.#session.catch((error: unknown) => {
      this.#session = undefined;
      throw error;
    });
  }

  async append(stream: StreamName, line: string): Promise<void> {
    await this.#told(this.#writers[stream].append(line));
  }

  async #told(appended: Promise<void>): Promise<void> {
    await appended.catch((cause: unknown) => {
      if (cause instanceof QuantGateError) throw cause;
      throw new RunError(`${this.location}: can't write: ${messageOf(cause)}`, {
        cause,
        hint: "make room, then go on with `quantgate run --resume`",
      });
    });
  }

  async *lines(stream: StreamName, from: Position, signal: AbortSignal): AsyncGenerator<StoredLine> {
    for (let position = from; ; ) {
      throwIfAborted(signal);
      const rows = await this.#database.query(
        `SELECT position, line FROM quantgate_lines WHERE run = $1 AND stream = $2 AND position >= $3
         ORDER BY position LIMIT ${PAGE}`,
        [this.id, stream, position],
      );
      for (const row of rows) {
        const bytes = row.line as Buffer;
        position = Number(row.position) + bytes.length + 1;
        yield { text: bytes.toString("utf8"), next: position };
      }
      if (rows.length < PAGE) return;
    }
  }

  async end(stream: StreamName): Promise<Position> {
    return endOf((text, values) => this.#database.query(text, values), this.id, stream);
  }

  async rebuild(stream: "scores"): Promise<Rebuild> {
    const beside = `${stream}.new`;
    const clear = "DELETE FROM quantgate_lines WHERE run = $1 AND stream = $2";
    await this.#database.query(clear, [this.id, beside]);
    const writer = new LineWriter(this.id, beside, () => this.#writerSession());
    return {
      append: (line) => this.#told(writer.append(line)),
      commit: async () => {
        await this.#database.transaction(async (query) => {
          await query(clear, [this.id, stream]);
          await query("UPDATE quantgate_lines SET stream = $3 WHERE run = $1 AND stream = $2", [
            this.id,
            beside,
            stream,
          ]);
        });
        this.#writers[stream].forgetEnd();
      },
      discard: async () => {
        await this.#database.query(clear, [this.id, beside]);
      },
    };
  }

  async putPart(name: PartName, text: string): Promise<"written" | "exists"> {
    const rows = await this.#database.query(
      `INSERT INTO quantgate_parts (run, name, body)
       SELECT id, $2, $3 FROM quantgate_runs WHERE id = $1 AND NOT sealed FOR SHARE
       ON CONFLICT DO NOTHING RETURNING name`,
      [this.id, name, toBytes(text)],
    );
    if (rows.length > 0) return "written";
    const [run] = await this.#database.query("SELECT FROM quantgate_runs WHERE id = $1", [this.id]);
    if (run === undefined) throw this.#deleted();
    return "exists";
  }

  async readPart(name: PartName): Promise<string | undefined> {
    const [row] = await this.#database.query("SELECT body FROM quantgate_parts WHERE run = $1 AND name = $2", [
      this.id,
      name,
    ]);
    return row === undefined ? undefined : toText(row.body);
  }

  async partNames(): Promise<ReadonlySet<PartName>> {
    const rows = await this.#database.query("SELECT name FROM quantgate_parts WHERE run = $1", [this.id]);
    return new Set(rows.map(({ name }) => String(name)).filter(isPartName));
  }

  async sealParts(): Promise<void> {
    await this.#database.transaction(async (query) => {
      // Parts that are being put are waited for; later ones see this.
      await query("UPDATE quantgate_runs SET sealed = true WHERE id = $1", [this.id]);
      await query("DELETE FROM quantgate_parts WHERE run = $1", [this.id]);
    });
  }

  async arePartsSealed(): Promise<boolean> {
    const [row] = await this.#database.query("SELECT sealed FROM quantgate_runs WHERE id = $1", [this.id]);
    return row?.sealed === true;
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await (await session?.catch(() => undefined))?.end();
  }

  /** The session that holds the lock; a new one when the connection was lost. */
  async #writerSession(): Promise<WriterSession> {
    const last = this.#session;
    if (last === undefined) throw new Error(`run ${this.id} is appended to without its lock`);
    const session = await last;
    if (session.isOpen()) return session;
    // Both streams may ask; the first one opens it for both.
    if (this.#session !== last) return this.#writerSession();
    const next = openWriterSession(this.#database, this.id).catch((error: unknown) => {
      this.#session = last;
      throw error;
    });
    this.#session = next;
    return next;
  }

  async #ofExisting<T>(work: () => Promise<T>): Promise<T> {
    return work().catch((error: unknown) => {
      throw isForeignKeyViolation(error) ? this.#deleted() : error;
    });
  }

  #deleted(): RunError {
    return new RunError(`${this.location} was deleted`);
  }
}

/** Keeps a document of a run, and the run's card up to date. */
export async function writeDocument(query: Query, run: string, name: DocumentName, text: string): Promise<void> {
  await query(
    `INSERT INTO quantgate_documents (run, name, body) VALUES ($1, $2, $3)
     ON CONFLICT (run, name) DO UPDATE SET body = excluded.body`,
    [run, name, toBytes(text)],
  );
  if (name !== "manifest.json" && name !== "verdicts.json") return;
  const rows = await query("SELECT name, body FROM quantgate_documents WHERE run = $1 AND name = ANY ($2)", [
    run,
    ["manifest.json", "verdicts.json"],
  ]);
  const texts = new Map(rows.map((row) => [String(row.name), toText(row.body)]));
  const card = listRun(run, texts.get("manifest.json"), texts.get("verdicts.json"));
  await query(
    `UPDATE quantgate_runs SET begun = $2, card = $3, status = $4, overall = $5, schedule = $6, submitted_by = $7, models = $8
     WHERE id = $1`,
    [
      run,
      texts.has("manifest.json"),
      toBytes(JSON.stringify(card)),
      card.status,
      plain(card.overall),
      plain(card.schedule),
      plain(card.submittedBy),
      card.models.map(plain),
    ],
  );
}

function isForeignKeyViolation(error: unknown): boolean {
  const cause = error instanceof RunError ? error.cause : undefined;
  return typeof cause === "object" && cause !== null && "code" in cause && cause.code === "23503";
}
