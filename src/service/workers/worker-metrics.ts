import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { AnswerRecord } from "../../domain/record.ts";
import type { RunCard } from "../../store/run-card.ts";
import type { QueueName, Queues } from "../queue/queues.ts";

/** What a worker tells Prometheus. Labels are names that the operator chose, never a caller's text. */
export class WorkerMetrics {
  readonly #registry = new Registry();
  readonly #answers: Counter<"backend" | "outcome">;
  readonly #answerSeconds: Histogram<"backend">;
  readonly #jobs: Counter<"queue" | "outcome">;
  readonly #jobSeconds: Histogram<"queue">;
  readonly #scores: Counter;
  readonly #ended: Counter<"status" | "overall">;
  readonly #verdicts: Counter<"verdict">;

  constructor() {
    const registers = [this.#registry];
    // Also how long the event loop lags.
    collectDefaultMetrics({ register: this.#registry, prefix: "quantgate_" });
    this.#answers = new Counter({
      name: "quantgate_answers_total",
      help: "Items answered, or errored, by this worker.",
      labelNames: ["backend", "outcome"],
      registers,
    });
    this.#answerSeconds = new Histogram({
      name: "quantgate_answer_seconds",
      help: "Time that a backend took for one answer.",
      labelNames: ["backend"],
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
      registers,
    });
    this.#jobs = new Counter({
      name: "quantgate_jobs_total",
      help: "Jobs that this worker did, put back or failed to do.",
      labelNames: ["queue", "outcome"],
      registers,
    });
    this.#jobSeconds = new Histogram({
      name: "quantgate_job_seconds",
      help: "Time for one job.",
      labelNames: ["queue"],
      buckets: [0.1, 0.5, 1, 5, 15, 60, 300, 1800],
      registers,
    });
    this.#scores = new Counter({
      name: "quantgate_shards_scored_total",
      help: "Shards scored by this worker.",
      registers,
    });
    this.#ended = new Counter({
      name: "quantgate_runs_ended_total",
      help: "Runs that this worker brought to their end, by status and verdict.",
      labelNames: ["status", "overall"],
      registers,
    });
    this.#verdicts = new Counter({
      name: "quantgate_verdicts_total",
      help: "Verdicts on variants, in runs that this worker brought to their end.",
      labelNames: ["verdict"],
      registers,
    });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Reads the length of queues whenever it is asked; while Redis is away they have none. */
  watch(queues: Queues, names: () => readonly QueueName[]): void {
    const gauge = new Gauge({
      name: "quantgate_queue_jobs",
      help: "Jobs in a queue, by state.",
      labelNames: ["queue", "state"],
      registers: [this.#registry],
      async collect() {
        gauge.reset();
        for (const queue of names()) {
          const counts = await queues.counts(queue).catch(() => ({}));
          for (const [state, count] of Object.entries(counts)) gauge.set({ queue, state }, count);
        }
      },
    });
  }

  answered(backend: string, { outcome }: AnswerRecord): void {
    this.#answers.inc({ backend, outcome: outcome.kind });
    if (outcome.kind === "answered") this.#answerSeconds.observe({ backend }, outcome.answer.timings.wallMs / 1000);
  }

  job(queue: QueueName, outcome: "done" | "put-back" | "failed", ms?: number): void {
    this.#jobs.inc({ queue, outcome });
    if (ms !== undefined) this.#jobSeconds.observe({ queue }, ms / 1000);
  }

  scored(): void {
    this.#scores.inc();
  }

  ended({ status, overall, verdicts = [] }: RunCard): void {
    this.#ended.inc({ status, overall: overall ?? "none" });
    for (const { verdict } of verdicts) this.#verdicts.inc({ verdict });
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
