import { randomUUID } from "node:crypto";
import type { Summary } from "../analyze/summary.ts";
import { InterruptedError } from "../domain/errors.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { Verdicts } from "../gate/verdict.ts";
import { pause } from "../pause.ts";
import type { Investigation } from "../report/investigation.ts";
import type {
  Baseline,
  NewSchedule,
  RecordPage,
  RegisteredBackend,
  RunList,
  Schedule,
  SubmittedRun,
} from "../service/api/api-schemas.ts";
import type { RunEvent, RunState } from "../service/api/run-service.ts";
import type { SubmittedSpec } from "../service/api/submitted-spec.ts";
import { readEvents } from "./event-stream.ts";
import { ServiceError } from "./service-error.ts";
import { ATTEMPTS, type CallOptions, type ClientOptions, only, PAUSE_MS, Transport } from "./transport.ts";

export interface RunQuery {
  readonly model?: string;
  readonly status?: RunState["status"];
  readonly overall?: Outcome;
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

/**
 * A QuantGate service from a program. Rejects with `ServiceError`, which says what the server said, or with `InterruptedError` when `signal` is
 * aborted. Requests are sent again when the network fails: all of them are safe to repeat.
 */
export class QuantGateClient {
  readonly #transport: Transport;

  constructor(options: ClientOptions) {
    this.#transport = new Transport(options);
  }

  /** Submits a spec. Without a key of the caller's one is made, so that a repeated request makes no second run. */
  submit(
    spec: SubmittedSpec,
    { idempotencyKey = randomUUID(), signal }: CallOptions & { readonly idempotencyKey?: string } = {},
  ): Promise<SubmittedRun> {
    const headers = { "idempotency-key": idempotencyKey };
    return this.#transport.json("/api/v1/runs", { method: "POST", body: spec, headers, ...only({ signal }) });
  }

  runs(query: RunQuery = {}, options: CallOptions = {}): Promise<RunList> {
    return this.#transport.json(`/api/v1/runs${search(query)}`, options);
  }

  run(id: string, options: CallOptions = {}): Promise<RunState> {
    return this.#transport.json(pathOf(id), options);
  }

  cancel(id: string, options: CallOptions = {}): Promise<RunState> {
    return this.#transport.json(`${pathOf(id)}/cancel`, { method: "POST", ...options });
  }

  async remove(id: string, options: CallOptions = {}): Promise<void> {
    await this.#transport.send(pathOf(id), { method: "DELETE", ...options });
  }

  summary(id: string, options: CallOptions = {}): Promise<Summary> {
    return this.#transport.json(`${pathOf(id)}/summary`, options);
  }

  verdicts(id: string, options: CallOptions = {}): Promise<Verdicts> {
    return this.#transport.json(`${pathOf(id)}/verdicts`, options);
  }

  async report(
    id: string,
    format: "report.html" | "report.md" | "junit.xml",
    options: CallOptions = {},
  ): Promise<string> {
    return (await this.#transport.send(`${pathOf(id)}/${format}`, options)).text();
  }

  records(id: string, query: RecordQuery = {}, options: CallOptions = {}): Promise<RecordPage> {
    return this.#transport.json(`${pathOf(id)}/records${search(query)}`, options);
  }

  compare(reference: string, newer: string, options: CallOptions = {}): Promise<Investigation> {
    return this.#transport.json(`/api/v1/comparisons${search({ reference, newer })}`, options);
  }

  async baselines(options: CallOptions = {}): Promise<readonly Baseline[]> {
    return (await this.#transport.json<{ baselines: Baseline[] }>("/api/v1/baselines", options)).baselines;
  }

  nameBaseline(name: string, run: string, options: CallOptions = {}): Promise<Baseline> {
    return this.#transport.json(`/api/v1/baselines/${encodeURIComponent(name)}`, {
      method: "PUT",
      body: { run },
      ...options,
    });
  }

  async removeBaseline(name: string, options: CallOptions = {}): Promise<void> {
    await this.#transport.send(`/api/v1/baselines/${encodeURIComponent(name)}`, { method: "DELETE", ...options });
  }

  async schedules(options: CallOptions = {}): Promise<readonly Schedule[]> {
    return (await this.#transport.json<{ schedules: Schedule[] }>("/api/v1/schedules", options)).schedules;
  }

  schedule(name: string, options: CallOptions = {}): Promise<Schedule> {
    return this.#transport.json(`/api/v1/schedules/${encodeURIComponent(name)}`, options);
  }

  /** Has a spec submitted by the clock from now on, in the place of a schedule of the same name. */
  putSchedule(name: string, schedule: NewSchedule, options: CallOptions = {}): Promise<Schedule> {
    const path = `/api/v1/schedules/${encodeURIComponent(name)}`;
    return this.#transport.json(path, { method: "PUT", body: schedule, ...options });
  }

  async removeSchedule(name: string, options: CallOptions = {}): Promise<void> {
    await this.#transport.send(`/api/v1/schedules/${encodeURIComponent(name)}`, { method: "DELETE", ...options });
  }

  /** Backends that a spec's variants may name. */
  async backends(options: CallOptions = {}): Promise<readonly RegisteredBackend[]> {
    return (await this.#transport.json<{ backends: RegisteredBackend[] }>("/api/v1/backends", options)).backends;
  }

  /** Webhooks that a schedule may name. */
  async webhooks(options: CallOptions = {}): Promise<readonly string[]> {
    return (await this.#transport.json<{ webhooks: string[] }>("/api/v1/webhooks", options)).webhooks;
  }

  async datasets(options: CallOptions = {}): Promise<readonly string[]> {
    return (await this.#transport.json<{ datasets: string[] }>("/api/v1/datasets", options)).datasets;
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
        const response = await this.#transport.send(`${pathOf(id)}/events`, { headers, ...only({ signal }) });
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
        throw new ServiceError(`${this.#transport.server} keeps ending the stream of run ${id}`, {
          hint: "is it restarting?",
        });
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

async function* emptyBody(): AsyncGenerator<Uint8Array> {}
