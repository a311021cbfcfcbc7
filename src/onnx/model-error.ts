import { EXIT, QuantGateError } from "../domain/errors.ts";

/** What can be wrong with a model or the runtime under it. */
export type ModelErrorKind =
  | "missing-file"
  | "bad-file"
  | "layer-not-found"
  | "provider-unavailable"
  | "unsupported"
  | "inference-failed"
  | "engine-closed";

const USAGE: readonly ModelErrorKind[] = [
  "missing-file",
  "bad-file",
  "layer-not-found",
  "provider-unavailable",
  "unsupported",
];

/** A neural model can't be used; the message says what happened and where, the hint what to do. */
export class ModelError extends QuantGateError {
  readonly kind: ModelErrorKind;

  constructor(details: {
    readonly kind: ModelErrorKind;
    readonly message: string;
    readonly hint: string;
    readonly cause?: unknown;
  }) {
    super(details.message, USAGE.includes(details.kind) ? EXIT.usage : EXIT.incomplete, {
      hint: details.hint,
      ...(details.cause === undefined ? {} : { cause: details.cause }),
    });
    this.kind = details.kind;
  }
}
