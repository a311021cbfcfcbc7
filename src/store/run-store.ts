import type { Outcome } from "../domain/outcome.ts";
import type { Collection, CollectionName } from "./collection.ts";
import type { ListedRun } from "./listed-run.ts";

/** Documents of a run: whole files, replaced atomically. */
export const DOCUMENT_NAMES = [
  "manifest.json",
  "summary.json",
  "verdicts.json",
  "policy.json",
  "verdicts.log",
  "performance.json",
  "report.md",
  "report.html",
  "junit.xml",
] as const;
export type DocumentName = (typeof DOCUMENT_NAMES)[number];

/** Append-only streams of JSON lines. `records` is the truth; `scores` is derived from it and can be rebuilt. */
export const STREAM_NAMES = ["records", "scores"] as const;
export type StreamName = (typeof STREAM_NAMES)[number];

/**
 * Parts are what many processes write of one run, each at most once: `records-12` and `scores-12` are the answers and scores of the plan's unit
 * 12, `records-12.0`, `records-12.1` … the answers of a unit that isn't finished, `identity-3` what the backend of the run's variant 3 first told
 * of itself, `signatures` how the scores are computed (`Scoring`), `stop` that somebody cancelled the run.
 */
export type PartName =
  | `${StreamName}-${number}`
  | `records-${number}.${number}`
  | `identity-${number}`
  | "signatures"
  | "stop";

/** A place in a stream, to go on reading from. Only the store that gave it knows what it means. */
export type Position = number;
export const START: Position = 0;

export interface StoredLine {
  readonly text: string;
  /** Where the next line starts. */
  readonly next: Position;
}

/** Which runs are wanted; what is left out doesn't matter. */
export interface RunFilter {
  readonly model?: string;
  readonly statuses?: readonly ListedRun["status"][];
  readonly overall?: Outcome;
  readonly schedule?: string;
  readonly submittedBy?: string;
}

export interface RunPage {
  /** Newest first. */
  readonly runs: readonly ListedRun[];
  /** Whether there are more; they follow the last one's id. */
  readonly more: boolean;
}

/** Port: where runs live. The same bytes go in and come out, whichever store it is. */
export interface RunStore {
  /** With its manifest the run appears as a whole or not at all. Throws `UsageError` when a run of that id exists. */
  create(id: string, manifest?: string): Promise<Run>;
  /** Throws `UsageError` when there is no run of that id. */
  open(id: string): Promise<Run>;
  /** Ids of all runs, newest first. */
  list(): Promise<readonly string[]>;
  /** At most `limit` runs that fit, newest first, those that come after the run `after` in that order; none when there is no such run. */
  find(filter: RunFilter, page: { readonly limit: number; readonly after?: string }): Promise<RunPage>;
  /** Deletes a run for good. Throws `UsageError` when there is none, `RunBusyError` when a process is writing it. */
  remove(id: string): Promise<void>;
  collection(name: CollectionName): Collection;
  /** Throws `RunError` when runs can't be kept here at the moment. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** A derived stream that is being made anew. */
export interface Rebuild {
  append(line: string): Promise<void>;
  /** Puts it into the place of the old one, at once. */
  commit(): Promise<void>;
  /** Throws it away; the old one stays as it is. */
  discard(): Promise<void>;
}

export interface Run {
  readonly id: string;
  /** Where a person finds it, for messages. */
  readonly location: string;
  read(name: DocumentName): Promise<string | undefined>;
  write(name: DocumentName, text: string): Promise<void>;
  /** Takes the run for writing; a half-written last line is cut off. Throws `RunBusyError` when another process has it. */
  lock(): Promise<void>;
  /** Appends one line. A record survives a kill of this process once the promise resolves; a score, which can be made anew, soon after. */
  append(stream: StreamName, line: string): Promise<void>;
  lines(stream: StreamName, from: Position, signal: AbortSignal): AsyncIterable<StoredLine>;
  /** Where the next appended line will start. */
  end(stream: StreamName): Promise<Position>;
  /**
   * Begins a derived stream anew beside the one that is there, which stands until the new one is whole. By who has the lock, one at a time; what
   * a killed process left of one is thrown away.
   */
  rebuild(stream: "scores"): Promise<Rebuild>;
  /**
   * Keeps a part unless it is there: of several writers the first wins. It survives a kill of any process once the promise resolves. Once parts
   * are sealed every one counts as there.
   */
  putPart(name: PartName, text: string): Promise<"written" | "exists">;
  readPart(name: PartName): Promise<string | undefined>;
  partNames(): Promise<ReadonlySet<PartName>>;
  /** Removes all parts, for good: what they hold is in the streams, or not wanted. */
  sealParts(): Promise<void>;
  arePartsSealed(): Promise<boolean>;
  /** Flushes to disk and gives the lock back. */
  close(): Promise<void>;
}
