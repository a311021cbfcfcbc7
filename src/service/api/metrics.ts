import { Counter, Gauge, Histogram } from "prom-client";
import { CommonMetrics } from "./common-metrics.ts";
import type { ServiceEvent } from "./in-process-service.ts";
import type { RunService } from "./run-service.ts";

/** What Prometheus reads. No label holds a caller's text: their number would grow without limit. */
export class Metrics extends CommonMetrics {
  readonly #requests: Histogram<"operation" | "status">;
  readonly #submitted: Counter;
  readonly #answers: Counter<"outcome">;
  readonly #loads: Histogram;

  constructor() {
    super({ endedHelp: "Runs ended, by status and verdict." });
    const registers = [this.registry];
    this.#requests = new Histogram({
      name: "quantgate_http_request_seconds",
      help: "Time to answer, by operation and status.",
      labelNames: ["operation", "status"],
      buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5],
      registers,
    });
    this.#submitted = new Counter({ name: "quantgate_runs_submitted_total", help: "Runs submitted.", registers });
    this.#answers = new Counter({
      name: "quantgate_answers_total",
      help: "Items answered, or errored, by this process.",
      labelNames: ["outcome"],
      registers,
    });
    this.#loads = new Histogram({
      name: "quantgate_backend_load_seconds",
      help: "Time to open a backend with a model.",
      buckets: [0.1, 0.5, 1, 5, 15, 60, 300],
      registers,
    });
  }

  /** Reads the length of the queue whenever it is asked. */
  watch(service: Pick<RunService, "load">): void {
    const gauge = new Gauge({
      name: "quantgate_runs",
      help: "Runs that wait or are executed.",
      labelNames: ["phase"],
      registers: [this.registry],
      async collect() {
        const { queued, running } = await service.load();
        gauge.set({ phase: "queued" }, queued);
        gauge.set({ phase: "running" }, running);
      },
    });
  }

  answered(backend: string, wallMs: number): void {
    this.answerSeconds.observe({ backend }, wallMs / 1000);
  }

  request(operation: string, status: number, seconds: number): void {
    this.#requests.observe({ operation, status: String(status) }, seconds);
  }

  observe(event: ServiceEvent): void {
    if (event.kind === "submitted") this.#submitted.inc();
    else if (event.kind === "ended") this.runsEnded.inc({ status: event.status, overall: event.overall ?? "none" });
    else if (event.kind === "progress") {
      const { event: progress } = event;
      if (progress.kind === "answered") this.#answers.inc({ outcome: progress.errored ? "errored" : "answered" });
      if (progress.kind === "variant-opened") this.#loads.observe(progress.loadMs / 1000);
    }
  }
}
