import type { BackendAnswer } from "./answer.ts";
import type { Pass } from "./pass.ts";

/** Why the infrastructure, not the model, failed to answer an item. */
export interface ItemError {
  /** Machine-readable kind, e.g. `context-overflow`, `timeout`, `http-500`. */
  readonly kind: string;
  readonly message: string;
}

/** What is known of a variant's weights and server when it was opened. Absent: the backend doesn't tell. */
export interface VariantIdentity {
  /** Digest of the weights, `sha256:…`, or the server's own. Of a split model over all its shards. */
  readonly weightsDigest?: string;
  /** Digest of every tensor's name, type, shape and data: equal for equal weights, whatever file, name or type they go by. */
  readonly tensorsDigest?: string;
  /** Digest of tokenizer and hyperparameters: equal tensors that differ here are two models. */
  readonly hyperparametersDigest?: string;
  /** Program and build that computed the answers, e.g. `llama.cpp b7406 via node-llama-cpp 3.22.1`. */
  readonly build: string;
  /** Everything that can move the numbers: threads, batch size, context, KV type, template. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  readonly metadata: ModelMetadata;
}

/** From the GGUF header or the server; absent where unknown. */
export interface ModelMetadata {
  readonly architecture?: string;
  readonly parameters?: number;
  readonly layers?: number;
  readonly heads?: number;
  readonly keyValueHeads?: number;
  readonly contextLength?: number;
  readonly embeddingLength?: number;
  readonly vocabularySize?: number;
  readonly fileBytes?: number;
  readonly bitsPerWeight?: number;
  /** The file's or the server's own word for its quantization. */
  readonly quantization?: string;
  /** The type of the tensors that hold most of the parameters, in llama.cpp's words: `Q4_K`. */
  readonly mainTensorType?: string;
}

/** One thing a probe found about a backend. `stop` ends the run before it asks anything; `warn` is to be known when reading the results. */
export interface ProbeFinding {
  readonly check: string;
  readonly level: "ok" | "warn" | "stop";
  readonly message: string;
  readonly hint?: string;
}

/** Journal line: a variant's backend was opened. */
export interface OpenedRecord {
  readonly type: "opened";
  readonly variant: string;
  readonly identity: VariantIdentity;
  readonly loadMs: number;
  /** What the probe found before the first question; absent where none was made. */
  readonly findings?: readonly ProbeFinding[];
  readonly at: string;
}

/** Journal line: one item ended, with an answer or with an infrastructure error. */
export interface AnswerRecord {
  readonly type: "answer";
  readonly variant: string;
  readonly task: string;
  /** Absent for the main pass. */
  readonly pass?: Pass;
  readonly item: string;
  /** The item's position in the task's sample. */
  readonly index: number;
  /** The item was errored before and was asked again, on request. */
  readonly retried?: true;
  /** Hash of the task-rendered prompt; pairing needs it to be equal. */
  readonly promptHash: string;
  readonly outcome:
    | { readonly kind: "answered"; readonly answer: BackendAnswer }
    | { readonly kind: "errored"; readonly error: ItemError };
  readonly at: string;
}

export type JournalRecord = OpenedRecord | AnswerRecord;
