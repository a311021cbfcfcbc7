/** One number that a tool gave one answer, as its file has it. */
export interface ImportedRow {
  /** Which of several models of one file answered, by the file's own label; absent where a file is about one. */
  readonly variant?: string;
  readonly task: string;
  /** Metric and filter as the tool names them: `acc,none`, `exact_match,strict-match`, `match`. */
  readonly metric: string;
  /** The document's id within its task. */
  readonly item: string;
  /** Which of several answers to the same document; absent: there is one. */
  readonly repeat?: string;
  /** What the document is, as text or a hash of it; absent: not told. */
  readonly document?: string;
  /** What the model was asked, as text or a hash of it; absent: not told. */
  readonly prompt?: string;
  /** In [0, 1] for what can be judged; `missing`: the tool has no number, and why. */
  readonly value: number | { readonly missing: string };
  /** How many choices there were to guess among; 0: nothing to guess. */
  readonly choices: number;
  /** The answer that was scored, for telling changed answers; absent: not kept. */
  readonly answer?: string;
}

/** What a file or folder of results is, and its rows, streamed; they can be read more than once. */
export interface ImportedResults {
  /** Tool and version, e.g. `lm-evaluation-harness 0.4.13`. */
  readonly tool: string;
  /** The model's name as the tool has it; absent: not told. */
  readonly model?: string;
  /** Label of what was evaluated, where the tool has one. */
  readonly label?: string;
  /** What the tool tells of how it asked, and that can move answers. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  /** Metrics of each task in the tool's own order, where it tells one; the first is its primary. */
  readonly metrics: ReadonlyMap<string, readonly string[]>;
  readonly rows: (signal: AbortSignal) => AsyncIterable<ImportedRow>;
  /** What to know about the files themselves, a sentence each. */
  readonly remarks: readonly string[];
}
