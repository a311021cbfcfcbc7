import type { BackendAnswer, BackendRequest } from "../../domain/answer.ts";
import type { BackendErrorKind } from "../backend.ts";
import type { DecoderOptions } from "./decoder.ts";

/** What a thread needs to have a model ready. */
export interface ThreadModel extends DecoderOptions {
  readonly contextSize: number;
  readonly chat: boolean;
  /** Absent: the one in tokenizer_config.json. */
  readonly chatTemplate?: string;
}

/** What a thread is started with. */
export interface ThreadData {
  /** The TypeScript module to run; only in development. */
  readonly entry?: string;
  /** One number: the call whose answer isn't wanted any more. A thread that computes reads no messages. */
  readonly unwanted: Int32Array<SharedArrayBuffer>;
}

export type ThreadRequest =
  | { readonly call: number; readonly kind: "open"; readonly model: ThreadModel }
  | { readonly call: number; readonly kind: "answer"; readonly request: BackendRequest }
  | { readonly call: number; readonly kind: "close" };

export type ThreadReply =
  | { readonly call: number; readonly kind: "done"; readonly answer?: BackendAnswer }
  | { readonly call: number; readonly kind: "interrupted" }
  | { readonly call: number; readonly kind: "failed"; readonly failure: ThreadFailure };

/** An error as it crosses the thread boundary; without a kind it concerns the model, not a request. */
export interface ThreadFailure {
  readonly message: string;
  readonly hint?: string;
  readonly kind?: BackendErrorKind;
}
