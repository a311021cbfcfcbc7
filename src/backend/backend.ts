import type { AnswerOf, BackendRequest } from "../domain/answer.ts";
import { EXIT, QuantGateError } from "../domain/errors.ts";
import type { VariantIdentity } from "../domain/record.ts";

export interface BackendCapabilities {
  readonly text: boolean;
  /** `full`: exact log-probabilities of any letter; a number: only the top k are shown. */
  readonly letters: "none" | "full" | { readonly topK: number };
  readonly continuations: boolean;
  readonly seed: boolean;
}

/** Which item a request is for; only backends that look answers up by item need it. */
export interface RequestContext {
  readonly task: string;
  readonly item: string;
  /** Past any cache of answers: the request must reach the model. */
  readonly fresh?: boolean;
}

/**
 * Port: one opened variant. `generate` answers one request; it rejects with `BackendError` for what concerns this item and
 * honours `signal`. Calls may overlap up to `concurrency`; more are queued by the backend.
 */
export interface Backend {
  readonly identity: VariantIdentity;
  readonly capabilities: BackendCapabilities;
  /** How many requests may usefully be in flight. */
  readonly concurrency: number;
  /** How many more are worth having ready beside those, so that one leaves the moment an answer has come; absent: none. */
  readonly ahead?: number;
  /** Time spent loading the model, when opening did that; 0 for servers that load on demand. */
  readonly loadMs: number;
  generate<R extends BackendRequest>(request: R, signal: AbortSignal, context?: RequestContext): Promise<AnswerOf<R>>;
  close(): Promise<void>;
}

export type BackendErrorKind =
  | "unreachable"
  /** Taken back before it was sent, because the server refused another; no try. */
  | "not-sent"
  | "timeout"
  | "overloaded"
  | "server-error"
  | "bad-response"
  | "model-missing"
  | "unauthorized"
  | "rejected"
  | "context-overflow"
  | "unsupported"
  | "not-recorded";

/** A backend couldn't answer one request. `retryable`: the same request may succeed later. */
export class BackendError extends QuantGateError {
  readonly kind: BackendErrorKind;
  readonly retryable: boolean;
  /** The server's own wish when to come back. */
  readonly retryAfterMs: number | undefined;
  /** Of the answer that was no success, where there was one. */
  readonly status: number | undefined;

  constructor(details: {
    readonly kind: BackendErrorKind;
    readonly message: string;
    readonly retryable?: boolean;
    readonly retryAfterMs?: number;
    readonly status?: number;
    readonly hint?: string;
    readonly cause?: unknown;
  }) {
    super(details.message, EXIT.incomplete, {
      ...(details.hint === undefined ? {} : { hint: details.hint }),
      ...(details.cause === undefined ? {} : { cause: details.cause }),
    });
    this.kind = details.kind;
    this.retryable = details.retryable ?? false;
    this.retryAfterMs = details.retryAfterMs;
    this.status = details.status;
  }
}
