import { RunError } from "../../domain/errors.ts";
import { toBytes } from "./bytes.ts";
import type { Query } from "./database.ts";
import { isPassing } from "./passing-error.ts";
import type { WriterSession } from "./writer-session.ts";

interface WaitingLine {
  readonly bytes: Buffer;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Where the next line of a stream starts. */
export async function endOf(query: Query, run: string, stream: string): Promise<number> {
  const [row] = await query(
    `SELECT position + octet_length(line) + 1 AS "end" FROM quantgate_lines
     WHERE run = $1 AND stream = $2 ORDER BY position DESC LIMIT 1`,
    [run, stream],
  );
  return row === undefined ? 0 : Number(row.end);
}

/** Inserts lines one after the other from a position on; returns where the next one starts. */
async function insertLines(
  query: Query,
  run: string,
  stream: string,
  from: number,
  lines: readonly Buffer[],
): Promise<number> {
  let end = from;
  const positions = lines.map((line) => {
    const position = end;
    end += line.length + 1;
    return position;
  });
  await query(
    `INSERT INTO quantgate_lines (run, stream, position, line)
     SELECT $1, $2, * FROM unnest($3::bigint[], $4::bytea[])`,
    [run, stream, positions, lines],
  );
  return end;
}

/**
 * Appends lines to one stream, those that come while others are on their way together. When the connection breaks the lock is taken again, and
 * lines that had arrived are not appended twice.
 */
export class LineWriter {
  readonly #run: string;
  readonly #stream: string;
  /** The session that holds the lock; a new one when the last has broken. */
  readonly #session: () => Promise<WriterSession>;
  #end: number | undefined;
  /** The session on which `#end` was seen to hold. */
  #checked: WriterSession | undefined;
  #waiting: WaitingLine[] = [];
  #flushing = false;

  constructor(run: string, stream: string, session: () => Promise<WriterSession>) {
    this.#run = run;
    this.#stream = stream;
    this.#session = session;
  }

  append(line: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ bytes: toBytes(line), resolve, reject });
      if (!this.#flushing) void this.#flush();
    });
  }

  /** To be called when the stream was changed in another way. */
  forgetEnd(): void {
    this.#end = undefined;
    this.#checked = undefined;
  }

  async #flush(): Promise<void> {
    this.#flushing = true;
    while (this.#waiting.length > 0) {
      const lines = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(lines.map(({ bytes }) => bytes));
        for (const { resolve } of lines) resolve();
      } catch (error) {
        for (const { reject } of lines) reject(error);
      }
    }
    this.#flushing = false;
  }

  async #write(lines: readonly Buffer[]): Promise<void> {
    const bytes = lines.reduce((sum, line) => sum + line.length + 1, 0);
    for (;;) {
      const session = await this.#session();
      try {
        if (session !== this.#checked) {
          const there = await endOf(session.query, this.#run, this.#stream);
          const expected = this.#end ?? there;
          this.#end = there;
          this.#checked = session;
          // Only the answer to the last try was lost, not the lines.
          if (there === expected + bytes) return;
          if (there !== expected)
            throw new RunError("another process went on with the run while the database was away", {
              hint: "leave it to that process",
            });
        }
        this.#end = await insertLines(session.query, this.#run, this.#stream, this.#end ?? 0, lines);
        return;
      } catch (error) {
        if (error instanceof RunError || (!isPassing(error) && session.isOpen())) throw error;
        this.#checked = undefined;
        await session.end();
      }
    }
  }
}
