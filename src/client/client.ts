import { randomUUID } from "node:crypto";
import type { Summary } from "../analyze/summary.ts";
import { InterruptedError, messageOf } from "../domain/errors.ts";
import type { Verdicts } from "../gate/verdict.ts";
import type { RecordPage, RunList, SubmittedRun } from "../http/api-schemas.ts";
import type { RunEvent, RunState } from "../http/run-service.ts";
import type { SubmittedSpec } from "../http/submitted-spec.ts";
import type { Investigation } from "../pipeline/compare-runs.ts";
import { readEvents } from "./event-stream.ts";
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

export interface RunQuery {
  readonly model?: string;
  readonly status?: RunState["status"];
  readonly overall?: "pass" | "fail" | "inconclusive";
  readonly schedule?: string;
  readonly submittedBy?: string;
  readonly limit?: number;
  readonly after?: string;
}

export interface RecordQuery {
  readonly variant?: string;
  readonly task?: string;
  readonly item?: string;
  readonly limit?: number;
  readonly after?: number;
}

/** How often a request that may be sent again is sent, and the first pause between. */
const ATTEMPTS = 4;
const PAUSE_MS = 300;

interface Call extends CallOptions {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/**
 * A QuantGate service from a program. Rejects with `ServiceError`, which says what the server said, or with `InterruptedError` when `signal` is
 * aborted. Requests are sent again when the network fails: all of them are safe to repeat.
 */
export class QuantGateClient {
  readonly #server: string;
  readonly #token: string | undefined;

  constructor({ server, token }: ClientOptions) {
    if (!/^https?:\/\//.test(server) || !URL.canParse(server))
      throw new ServiceError(`"${server}" is not the URL of a server`, {
        status: 400,
        hint: "such as http://127.0.0.1:8080",
      });
    this.#server = server.replace(/\/+$/, "");
    this.#token = token;
  }

  /** Submits a spec. Without a key of the caller's one is made, so that a repeated request makes no second run. */
  submit(
    spec: SubmittedSpec,
    { idempotencyKey = randomUUID(), signal }: CallOptions & { readonly idempotencyKey?: string } = {},
  ): Promise<SubmittedRun> {
    const headers = { "idempotency-key": idempotencyKey };
    return this.#json("/api/v1/runs", { method: "POST", body: spec, headers, ...only({ signal }) });
  }

  runs(query: RunQuery = {}, options: CallOptions = {}): Promise<RunList> {
    return this.#json(`/api/v1/runs${search(query)}`, options);
  }

  run(id: string, options: CallOptions = {}): Promise<RunState> {
    return this.#json(pathOf(id), options);
  }

  cancel(id: string, options: CallOptions = {}): Promise<RunState> {
    return this.#json(`${pathOf(id)}/cancel`, { method: "POST", ...options });
  }

  async remove(id: string, options: CallOptions = {}): Promise<void> {
    await this.#send(pathOf(id), { method: "DELETE", ...options });
  }

  summary(id: string, options: CallOptions = {}): Promise<Summary> {
    return this.#json(`${pathOf(id)}/summary`, options);
  }

  verdicts(id: string, options: CallOptions = {}): Promise<Verdicts> {
    return this.#json(`${pathOf(id)}/verdicts`, options);
  }

  async report(
    id: string,
    format: "report.html" | "report.md" | "junit.xml",
    options: CallOptions = {},
  ): Promise<string> {
    return (await this.#send(`${pathOf(id)}/${format}`, options)).text();
  }

  records(id: string, query: RecordQuery = {}, options: CallOptions = {}): Promise<RecordPage> {
    return this.#json(`${pathOf(id)}/records${search(query)}`, options);
  }

  compare(reference: string, newer: string, options: CallOptions = {}): Promise<Investigation> {
    return this.#json(`/api/v1/comparisons${search({ reference, newer })}`, options);
  }

  nameBaseline(
    name: string,
    run: string,
    options: CallOptions = {},
  ): Promise<{ readonly name: string; readonly run: string }> {
    return this.#json(`/api/v1/baselines/${encodeURIComponent(name)}`, { method: "PUT", body: { run }, ...options });
  }

  /** States of a run as they come, to its last; goes on after a lost connection where it stopped. */
  async *events(id: string, { signal }: CallOptions = {}): AsyncGenerator<RunEvent> {
    let last: RunEvent | undefined;
    let failures = 0;
    while (last?.state.phase !== "ended") {
      try {
        const headers = {
          accept: "text/event-stream",
          ...(last === undefined ? {} : { "last-event-id": String(last.sequence) }),
        };
        const response = await this.#send(`${pathOf(id)}/events`, { headers, ...only({ signal }) });
        for await (const { id: sequence, data } of readEvents(response.body ?? emptyBody())) {
          last = { sequence: Number(sequence), state: JSON.parse(data) as RunState };
          failures = 0;
          yield last;
        }
      } catch (error) {
        if (error instanceof ServiceError || error instanceof InterruptedError) throw error;
        if (signal?.aborted) throw new InterruptedError("interrupted", { cause: error });
      }
      if (last?.state.phase === "ended") return;
      failures += 1;
      if (failures > ATTEMPTS * 10)
        throw new ServiceError(`${this.#server} keeps ending the stream of run ${id}`, { hint: "is it restarting?" });
      await pause(PAUSE_MS, signal);
    }
  }

  /** Waits until a run has ended; returns its last state. */
  async wait(
    id: string,
    { onState, signal }: CallOptions & { readonly onState?: (state: RunState) => void } = {},
  ): Promise<RunState> {
    for await (const { state } of this.events(id, only({ signal }))) {
      onState?.(state);
      if (state.phase === "ended") return state;
    }
    return this.run(id, only({ signal }));
  }

  async #json<T>(path: string, call: Call): Promise<T> {
    const response = await this.#send(path, call);
    try {
      return (await response.json()) as T;
    } catch (cause) {
      throw new ServiceError(`${this.#server}${path}: the answer is not JSON`, {
        cause,
        hint: "is it a QuantGate server?",
      });
    }
  }

  async #send(path: string, { method = "GET", headers = {}, body, signal }: Call): Promise<Response> {
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
        throw new ServiceError(`${this.#server} can't be reached: ${reasonOf(response.failure)}`, {
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
      return await fetch(`${this.#server}${path}`, init);
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

function pathOf(id: string): string {
  return `/api/v1/runs/${encodeURIComponent(id)}`;
}

function search(query: object): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value));
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}

/** `fetch` hides why it failed in the cause. */
function reasonOf(failure: unknown): string {
  return messageOf(failure instanceof Error && failure.cause !== undefined ? failure.cause : failure);
}

function only({ signal }: { readonly signal?: AbortSignal | undefined }): CallOptions {
  return signal === undefined ? {} : { signal };
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) throw new InterruptedError();
  await new Promise<void>((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(new InterruptedError());
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
