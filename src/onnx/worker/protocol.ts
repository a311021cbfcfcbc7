import type { EncoderSpec } from "../encoder-spec.ts";
import type { ModelErrorKind } from "../model-error.ts";
import type { EncodedText } from "../token-encoder.ts";

/** The vectors of one text, row after row. */
export interface Vectors {
  readonly values: Float32Array<ArrayBuffer>;
  readonly rows: number;
  readonly width: number;
}

/** What a worker finds out when it opens an encoder. */
export interface EncoderFacts {
  /** Ids of the special tokens around every text. */
  readonly specialIds: readonly number[];
}

/** Cosines of the best matches between two texts' tokens. */
export interface Matches {
  /** For each token of the candidate: its greatest cosine with a token of the reference. */
  readonly candidate: Float32Array;
  /** For each token of the reference: its greatest cosine with a token of the candidate. */
  readonly reference: Float32Array;
}

export interface VectorPair {
  readonly candidate: Vectors;
  readonly reference: Vectors;
}

/** What can be asked of a worker, and what it answers. `encoder` is the key of an encoder that was opened before. */
export interface WorkerCalls {
  readonly open: { request: EncoderSpec; response: EncoderFacts };
  readonly tokenize: { request: { encoder: string; texts: readonly string[] }; response: readonly EncodedText[] };
  /** Texts of one length, as token ids. */
  readonly embed: { request: { encoder: string; texts: readonly Int32Array[] }; response: readonly Vectors[] };
  readonly match: { request: readonly VectorPair[]; response: readonly Matches[] };
  /** Releases the sessions; the thread ends. */
  readonly close: { request: null; response: null };
}

export type WorkerCall = keyof WorkerCalls;

export interface WorkerRequest<Call extends WorkerCall = WorkerCall> {
  readonly id: number;
  readonly call: Call;
  readonly request: WorkerCalls[Call]["request"];
}

export type WorkerResponse<Call extends WorkerCall = WorkerCall> =
  | { readonly id: number; readonly ok: true; readonly response: WorkerCalls[Call]["response"] }
  | { readonly id: number; readonly ok: false; readonly error: WorkerFailure };

/** An error as it crosses the thread boundary. */
export interface WorkerFailure {
  readonly kind: ModelErrorKind;
  readonly message: string;
  readonly hint: string;
}
