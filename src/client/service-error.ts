import { EXIT, QuantGateError } from "../domain/errors.ts";

/** The service refused, or couldn't be reached. `status` is that of HTTP; absent where there was no answer. */
export class ServiceError extends QuantGateError {
  readonly status: number | undefined;

  constructor(
    message: string,
    { status, hint, cause }: { readonly status?: number; readonly hint?: string; readonly cause?: unknown },
  ) {
    const ours = status !== undefined && status >= 400 && status < 500 && status !== 429;
    super(message, ours ? EXIT.usage : EXIT.incomplete, {
      ...(hint === undefined ? {} : { hint }),
      ...(cause === undefined ? {} : { cause }),
    });
    this.status = status;
  }
}
