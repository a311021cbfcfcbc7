/** What neural scorers run with, chosen from the machine or set in the spec. None of it moves a number by more than 1e-5. */
export interface InferenceSettings {
  /** ONNX Runtime's execution provider, e.g. `cpu`. */
  readonly provider: string;
  readonly workers: number;
  readonly threadsPerWorker: number;
  /** Most tokens in one batch. */
  readonly tokenSlots: number;
  /** The inference engine and its version. */
  readonly runtime: string;
}

/** How a run's scores are computed. */
export interface Scoring {
  /** Signature of each score, by task and metric. */
  readonly signatures: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Absent where no neural scorer runs. */
  readonly inference?: InferenceSettings;
}
