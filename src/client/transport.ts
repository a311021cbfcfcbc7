import { InterruptedError, messageOf } from "../domain/errors.ts";
import { pause } from "../pause.ts";
import { ServiceError } from "./service-error.ts";

export interface ClientOptions {
  /** Such as `https://quantgate.example.org`. */
  readonly server: string;
  /** Absent: the server asks for none. */
  readonly token?: string;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

/** How often a request that may be sent again is sent, and the first pause between. */
export const ATTEMPTS = 4;
export const PAUSE_MS = 300;

export interface Call extends CallOptions {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Requests to one server, sent again when the network fails. Rejects with `ServiceError` or `InterruptedError`. */
export class Transport {
  readonly server: string;
  readonly #token: string | undefined;

  constructor({ server, token }: ClientOptions) {
    if (!/^https?:\/\//.test(server) || !URL.canParse(server))
      throw new ServiceError(`"${server}" is not the URL of a server`, {
        status: 400,
        hint: "such as http://127.0.0.1:8080",
      });
    this.server = server.replace(/\/+$/, "");
    this.#token = token;
  }

  async json<T>(path: string, call: Call): Promise<T> {
    const response = await this.send(path, call);
    try {
      return (await response.json()) as T;
    } catch (cause) {
      throw new ServiceError(`${this.server}${path}: the answer is not JSON`, {
        cause,
        hint: "is it a QuantGate server?",
      });
    }
  }

  async send(path: string, { method = "GET", headers = {}, body, signal }: Call): Promise<Response> {
    for (let attempt = 1; ; attempt += 1) {
      const response = await this.#ask(path, {
        method,
        // A redirect could carry the token elsewhere.
        redirect: "error",
        headers: {
          accept: "application/json",
          ...headers,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...only({ signal }),
      });
      if (response instanceof Response && response.ok) return response;
      const retryable = !(response instanceof Response) || response.status === 429 || response.status >= 502;
      if (!retryable || attempt === ATTEMPTS) {
        if (response instanceof Response) throw await refusal(response);
        throw new ServiceError(`${this.server} can't be reached: ${reasonOf(response.failure)}`, {
          cause: response.failure,
          hint: "is the server running there?",
        });
      }
      const told = response instanceof Response ? Number(response.headers.get("retry-after") ?? "0") * 1000 : 0;
      await pause(Math.max(told, PAUSE_MS * 2 ** (attempt - 1)), signal);
    }
  }

  async #ask(path: string, init: RequestInit): Promise<Response | { readonly failure: unknown }> {
    try {
      return await fetch(`${this.server}${path}`, init);
    } catch (failure) {
      if (init.signal?.aborted) throw new InterruptedError("interrupted", { cause: failure });
      return { failure };
    }
  }
}

async function refusal(response: Response): Promise<ServiceError> {
  const { status } = response;
  const body: unknown = await response.json().catch(() => undefined);
  const detail = textOf(body, "detail") ?? `the server answered with status ${status}`;
  const hint = textOf(body, "hint");
  return new ServiceError(detail, { status, ...(hint === undefined ? {} : { hint }) });
}

function textOf(body: unknown, key: string): string | undefined {
  if (typeof body !== "object" || body === null || !Object.hasOwn(body, key)) return undefined;
  const value: unknown = Object.entries(body).find(([name]) => name === key)?.[1];
  return typeof value === "string" ? value : undefined;
}

/** `fetch` hides why it failed in the cause. */
function reasonOf(failure: unknown): string {
  return messageOf(failure instanceof Error && failure.cause !== undefined ? failure.cause : failure);
}

export function only({ signal }: { readonly signal?: AbortSignal | undefined }): CallOptions {
  return signal === undefined ? {} : { signal };
}
