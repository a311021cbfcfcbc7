/** Documents of a run: whole files, replaced atomically. */
export type DocumentName =
  | "manifest.json"
  | "summary.json"
  | "verdicts.json"
  | "performance.json"
  | "report.md"
  | "report.html"
  | "junit.xml";

/** Append-only streams of JSON lines. `records` is the truth; `scores` is derived from it and can be rebuilt. */
export type StreamName = "records" | "scores";

/** A place in a stream, to go on reading from. Only the store that gave it knows what it means. */
export type Position = number;
export const START: Position = 0;

export interface StoredLine {
  readonly text: string;
  /** Where the next line starts. */
  readonly next: Position;
}

/** Port: where runs live. The same bytes go in and come out, whichever store it is. */
export interface RunStore {
  /** Throws `UsageError` when a run of that id exists. */
  create(id: string): Promise<Run>;
  /** Throws `UsageError` when there is no run of that id. */
  open(id: string): Promise<Run>;
  /** Ids of all runs, newest first. */
  list(): Promise<readonly string[]>;
}

export interface Run {
  readonly id: string;
  /** Where a person finds it, for messages. */
  readonly location: string;
  read(name: DocumentName): Promise<string | undefined>;
  write(name: DocumentName, text: string): Promise<void>;
  /** Takes the run for writing; a half-written last line is cut off. Throws `RunError` when another process has it. */
  lock(): Promise<void>;
  /** Appends one line; it survives a kill of this process once the promise resolves. */
  append(stream: StreamName, line: string): Promise<void>;
  lines(stream: StreamName, from: Position, signal: AbortSignal): AsyncIterable<StoredLine>;
  /** Where the next appended line will start. */
  end(stream: StreamName): Promise<Position>;
  /** Empties a derived stream. */
  reset(stream: "scores"): Promise<void>;
  /** Flushes to disk and gives the lock back. */
  close(): Promise<void>;
}
