import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { ServiceEvent } from "./in-process-service.ts";
import type { RunService } from "./run-service.ts";

const ANSWER_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** Jobs of queues, by state; rejects while they can't be counted. */
export type QueueCounts = () => Promise<ReadonlyMap<string, Readonly<Record<string, number>>>>;

/** What Prometheus reads. No label holds a caller's text: their number would grow without limit. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Histogram<"operation" | "status">;
  readonly #submitted: Counter;
  readonly #ended: Counter<"status" | "overall">;
  readonly #answers: Counter<"outcome">;
  readonly #answerSeconds: Histogram<"backend">;
  readonly #loads: Histogram;

  constructor() {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry, prefix: "quantgate_" });
    this.#requests = new Histogram({
      name: "quantgate_http_request_seconds",
      help: "Time to answer, by operation and status.",
      labelNames: ["operation", "status"],
      buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5],
      registers,
    });
    this.#submitted = new Counter({ name: "quantgate_runs_submitted_total", help: "Runs submitted.", registers });
    this.#ended = new Counter({
      name: "quantgate_runs_ended_total",
      help: "Runs ended, by status and verdict.",
      labelNames: ["status", "overall"],
      registers,
    });
    this.#answers = new Counter({
      name: "quantgate_answers_total",
      help: "Items answered, or errored, by this process.",
      labelNames: ["outcome"],
      registers,
    });
    this.#answerSeconds = new Histogram({
      name: "quantgate_answer_seconds",
      help: "Time that a backend took for one answer.",
      labelNames: ["backend"],
      buckets: ANSWER_SECONDS,
      registers,
    });
    this.#loads = new Histogram({
      name: "quantgate_backend_load_seconds",
      help: "Time to open a backend with a model.",
      buckets: [0.1, 0.5, 1, 5, 15, 60, 300],
      registers,
    });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Reads the length of the queue whenever it is asked. */
  watch(service: Pick<RunService, "load">): void {
    const gauge = new Gauge({
      name: "quantgate_runs",
      help: "Runs that wait or are executed.",
      labelNames: ["phase"],
      registers: [this.#registry],
      async collect() {
        const { queued, running } = await service.load();
        gauge.set({ phase: "queued" }, queued);
        gauge.set({ phase: "running" }, running);
      },
    });
  }

  /** Reads how many jobs the queues have whenever it is asked; while they can't be counted there are no values. */
  watchQueues(counts: QueueCounts): void {
    const gauge = new Gauge({
      name: "quantgate_queue_jobs",
      help: "Jobs in a queue, by state.",
      labelNames: ["queue", "state"],
      registers: [this.#registry],
      async collect() {
        gauge.reset();
        const found = await counts().catch(() => new Map<string, Readonly<Record<string, number>>>());
        for (const [queue, states] of found)
          for (const [state, count] of Object.entries(states)) gauge.set({ queue, state }, count);
      },
    });
  }

  answered(backend: string, wallMs: number): void {
    this.#answerSeconds.observe({ backend }, wallMs / 1000);
  }

  request(operation: string, status: number, seconds: number): void {
    this.#requests.observe({ operation, status: String(status) }, seconds);
  }

  observe(event: ServiceEvent): void {
    if (event.kind === "submitted") this.#submitted.inc();
    else if (event.kind === "ended") this.#ended.inc({ status: event.status, overall: event.overall ?? "none" });
    else if (event.kind === "progress") {
      const { event: progress } = event;
      if (progress.kind === "answered") this.#answers.inc({ outcome: progress.errored ? "errored" : "answered" });
      if (progress.kind === "variant-opened") this.#loads.observe(progress.loadMs / 1000);
    }
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
