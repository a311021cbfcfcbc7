import type { Input, OperationName } from "./operations/operations.ts";
import type { RunEvent } from "./run-service.ts";
import type { Caller } from "./tokens.ts";

export type Reply =
  | { readonly kind: "json"; readonly status: number; readonly body: unknown; readonly location?: string }
  | { readonly kind: "text"; readonly type: string; readonly text: string }
  | { readonly kind: "page"; readonly html: string }
  | { readonly kind: "events"; readonly events: AsyncIterable<RunEvent> }
  | { readonly kind: "empty" };

export function json(body: unknown): Reply {
  return { kind: "json", status: 200, body };
}

export interface Context {
  readonly caller: Caller;
  /** Aborts when the caller has gone. */
  readonly signal: AbortSignal;
}

/** What an operation does. */
export type Handler<K extends OperationName> = (input: Input<K>, context: Context) => Promise<Reply>;
