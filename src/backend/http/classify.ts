import { BackendError, type BackendErrorKind } from "../backend.ts";
import { parseRetryAfter } from "./retry-after.ts";

/** A reply that is no success, as far as it was read. */
export interface FailedReply {
  /** `POST http://host/path`, for the message. */
  readonly request: string;
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly location: string | undefined;
  /** What the server said, secrets removed. */
  readonly said: string;
}

interface Meaning {
  readonly kind: BackendErrorKind;
  readonly retryable?: true;
  readonly hint?: string;
}

/** How the servers word it when prompt and answer don't fit: Ollama, vLLM, llama-server, TGI, SGLang, OpenAI. */
const OVERFLOW =
  /context[ _-]?(length|size|window)|exceeds? the (available |model'?s? )?(maximum )?context|exceed_context_size|`inputs` (tokens|must have less)|max_model_len|longer than the model/i;

/** Turns a reply's status and words into an error of the port; only what may heal is retryable. */
export function classifyReply(reply: FailedReply, now: Date): BackendError {
  const meaning = meaningOf(reply);
  const retryAfterMs = parseRetryAfter(reply.retryAfter, now);
  const said = reply.said === "" ? "" : `: ${reply.said}`;
  const where = reply.location === undefined ? "" : ` to ${reply.location}`;
  return new BackendError({
    ...meaning,
    status: reply.status,
    message: `${reply.request} answered ${reply.status}${where}${said}`,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function meaningOf({ status, said }: FailedReply): Meaning {
  if (status >= 300 && status < 400)
    return {
      kind: "rejected",
      hint: "redirects are not followed: they could carry prompts and keys elsewhere; give the final url",
    };
  if (status === 401 || status === 403)
    return {
      kind: "unauthorized",
      hint: "name the variable that holds the key with apiKeyEnv, or the file with apiKeyFile",
    };
  if (status === 408 || status === 504) return { kind: "timeout", retryable: true };
  if (status === 429) return { kind: "overloaded", retryable: true };
  if (status === 409 || status === 425) return { kind: "server-error", retryable: true };
  if (status === 501 || status === 405) return { kind: "unsupported" };
  // An overflow is one at any status: some servers call it a 500, and asking again would not shorten the prompt.
  if (OVERFLOW.test(said))
    return { kind: "context-overflow", hint: "raise the server's context length, or lower maxTokens of the task" };
  if (status === 503) return { kind: "overloaded", retryable: true };
  // TGI: "Request failed during generation".
  if (status === 424 || status >= 500) return { kind: "server-error", retryable: true };
  if (status === 404 && /model/i.test(said))
    return { kind: "model-missing", hint: "is it pulled or loaded under that name?" };
  if (status === 404) return { kind: "rejected", hint: "does the url end where the server's API begins?" };
  return { kind: "rejected" };
}

/** What came was an answer's beginning and no more, in the codes of undici and its parser. */
const CUT = new Set(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET", "UND_ERR_RES_CONTENT_LENGTH_MISMATCH"]);

/** What a failed connection means, by the error codes of Node and undici. */
export function classifyNetworkError(error: NodeJS.ErrnoException, request: string, answering: boolean): BackendError {
  const code = error.code ?? "";
  const refusal = /^Proxy response \((\d+)\)/.exec(error.message)?.[1];
  if (refusal !== undefined) return proxyRefused(Number(refusal), request);
  if (/^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS)/.test(code))
    return new BackendError({
      kind: "rejected",
      message: `${request}: the server's certificate is not accepted (${code})`,
    });
  if (/^(EPROTO$|ERR_SSL_)/.test(code))
    return new BackendError({
      kind: "rejected",
      message: `${request}: the server speaks no TLS there (${code})`,
      hint: "is it http, and not https?",
    });
  if (code === "ADDRESS_DENIED" || code === "CLIENT_CLOSED")
    return new BackendError({ kind: "rejected", message: `${request}: ${error.message}`, cause: error });
  // The request arrived and no whole answer came back: the server may have died of it, so this counts as a try.
  if (CUT.has(code) || (error.name === "HTTPParserError" && /EOF/.test(error.message)))
    return new BackendError({
      kind: "bad-response",
      retryable: true,
      message: `${request}: the answer was cut off (${code.startsWith("E") ? code : "connection closed"})`,
    });
  if (error.name === "HTTPParserError" || code === "UND_ERR_HEADERS_OVERFLOW") {
    const [, reason = error.message] = /\((.*)\)$/.exec(error.message) ?? [];
    return new BackendError({
      kind: "bad-response",
      retryable: true,
      message: `${request}: what came back is not HTTP (${reason})`,
    });
  }
  if (answering)
    return new BackendError({
      kind: "bad-response",
      retryable: true,
      message: `${request}: the answer was cut off (${code || "connection closed"})`,
    });
  return new BackendError({
    kind: "unreachable",
    retryable: true,
    message: `${request}: no connection (${code || error.message})`,
    hint: "is the server running at that url?",
  });
}

/** A proxy let nothing through; what it answers in the server's stead may heal like the server's own. */
function proxyRefused(status: number, request: string): BackendError {
  const message = `${request}: the proxy answered ${status} and let nothing through`;
  if (status === 407)
    return new BackendError({
      kind: "unauthorized",
      message,
      hint: "put its user and password into HTTPS_PROXY or HTTP_PROXY, as http://user:password@host:port",
    });
  if (status >= 500 || status === 429) return new BackendError({ kind: "unreachable", retryable: true, message });
  return new BackendError({
    kind: "rejected",
    message,
    hint: "if the server is to be reached without it, name its host in NO_PROXY",
  });
}
