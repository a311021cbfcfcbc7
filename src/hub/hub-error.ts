import { EXIT, QuantGateError } from "../domain/errors.ts";

/** What can go wrong with a hub. */
export type HubErrorKind =
  | "unauthorized"
  | "not-found"
  | "rate-limited"
  | "unreachable"
  | "bad-response"
  | "hash-mismatch"
  | "offline"
  | "not-pulled"
  | "bad-lock";

const USAGE: readonly HubErrorKind[] = ["unauthorized", "not-found", "offline", "not-pulled", "bad-lock"];

/** A file can't be had from a hub, or isn't what it should be. Messages never contain the access token. */
export class HubError extends QuantGateError {
  readonly kind: HubErrorKind;

  constructor(details: {
    readonly kind: HubErrorKind;
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
