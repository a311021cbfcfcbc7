import { z } from "zod";
import { QuantGateError, UsageError } from "../../domain/errors.ts";

/** RFC 9457: what went wrong, for programs (`type`, `status`) and people (`title`, `detail`, `hint`). */
export const ProblemSchema = z.strictObject({
  type: z.string().describe("Kind of problem, such as urn:quantgate:invalid-spec."),
  title: z.string(),
  status: z.int().min(400).max(599),
  detail: z.string(),
  hint: z.string().optional().describe("What to do next."),
  requestId: z.string().optional().describe("Finds the request in the server's log."),
});
export type Problem = z.output<typeof ProblemSchema>;

const TITLES = {
  "invalid-request": [400, "The request is not valid"],
  unauthenticated: [401, "A token is needed"],
  forbidden: [403, "The token doesn't allow this"],
  "not-found": [404, "There is no such thing"],
  "method-not-allowed": [405, "The method is not allowed here"],
  "not-ready": [409, "Not in this state"],
  "key-reused": [409, "The idempotency key belongs to another spec"],
  "too-large": [413, "The body is too large"],
  "unsupported-type": [415, "The body's type is not supported"],
  "invalid-spec": [422, "The spec is not valid"],
  "too-many-requests": [429, "Too many requests"],
  internal: [500, "Something went wrong in the server"],
  unavailable: [503, "The server can't do this now"],
} as const;
export type ProblemKind = keyof typeof TITLES;

/** An error that is answered as it is. */
export class HttpProblem extends Error {
  readonly kind: ProblemKind;
  readonly hint: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    kind: ProblemKind,
    detail: string,
    { hint, headers = {} }: { readonly hint?: string | undefined; readonly headers?: Record<string, string> } = {},
  ) {
    super(detail);
    this.kind = kind;
    this.hint = hint;
    this.headers = headers;
  }

  get status(): number {
    return TITLES[this.kind][0];
  }

  toProblem(requestId: string): Problem {
    return {
      type: `urn:quantgate:${this.kind}`,
      title: TITLES[this.kind][1],
      status: this.status,
      detail: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      requestId,
    };
  }
}

/** What a thrown value is to the caller. Only errors that are meant for users show their words; of a defect nothing leaves the server. */
export function problemOf(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof UsageError) return new HttpProblem("invalid-request", error.message, { hint: error.hint });
  // Where and how runs are kept is the operator's business: the log has the words.
  if (error instanceof QuantGateError)
    return new HttpProblem("unavailable", "the server can't do this at the moment; its log says why", {
      hint: "try again later",
    });
  const kind = bodyProblem(error);
  if (kind !== undefined) return kind;
  return new HttpProblem("internal", "an unexpected error; the server's log has the details", {
    hint: "tell whoever runs the server the requestId",
  });
}

/** Errors of the router and the body parser carry a status, and most a `type`. */
function bodyProblem(error: unknown): HttpProblem | undefined {
  if (typeof error !== "object" || error === null || !("status" in error)) return undefined;
  switch ("type" in error ? error.type : undefined) {
    case "entity.too.large":
      return new HttpProblem("too-large", "the body is larger than the server takes");
    case "entity.parse.failed":
      return new HttpProblem("invalid-request", "the body is not valid JSON");
    case "charset.unsupported":
    case "encoding.unsupported":
      return new HttpProblem("unsupported-type", "the body's charset or encoding is not supported", {
        hint: "send UTF-8 without compression",
      });
    default:
      return typeof error.status === "number" && error.status >= 400 && error.status < 500
        ? new HttpProblem("invalid-request", "the request can't be read")
        : undefined;
  }
}
