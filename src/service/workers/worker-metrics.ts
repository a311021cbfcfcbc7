import { Counter, Histogram } from "prom-client";
import type { AnswerRecord } from "../../domain/record.ts";
import type { ListedRun } from "../../store/listed-run.ts";
import { CommonMetrics } from "../api/common-metrics.ts";
import type { QueueName } from "../queue/queues.ts";

/** What a worker tells Prometheus. Labels are names that the operator chose, never a caller's text. */
export class WorkerMetrics extends CommonMetrics {
  readonly #answers: Counter<"backend" | "outcome">;
  readonly #jobs: Counter<"queue" | "outcome">;
  readonly #jobSeconds: Histogram<"queue">;
  readonly #scores: Counter;
  readonly #verdicts: Counter<"verdict">;

  constructor() {
    super({ endedHelp: "Runs that this worker brought to their end, by status and verdict." });
    const registers = [this.registry];
    this.#answers = new Counter({
      name: "quantgate_answers_total",
      help: "Items answered, or errored, by this worker.",
      labelNames: ["backend", "outcome"],
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
    this.#verdicts = new Counter({
      name: "quantgate_verdicts_total",
      help: "Verdicts on variants, in runs that this worker brought to their end.",
      labelNames: ["verdict"],
      registers,
    });
  }

  answered(backend: string, { outcome }: AnswerRecord): void {
    this.#answers.inc({ backend, outcome: outcome.kind });
    if (outcome.kind === "answered") this.answerSeconds.observe({ backend }, outcome.answer.timings.wallMs / 1000);
  }

  job(queue: QueueName, outcome: "done" | "put-back" | "failed", ms?: number): void {
    this.#jobs.inc({ queue, outcome });
    if (ms !== undefined) this.#jobSeconds.observe({ queue }, ms / 1000);
  }

  scored(): void {
    this.#scores.inc();
  }

  ended({ status, overall, verdicts = [] }: ListedRun): void {
    this.runsEnded.inc({ status, overall: overall ?? "none" });
    for (const { verdict } of verdicts) this.#verdicts.inc({ verdict });
  }
}
