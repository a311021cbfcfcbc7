import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** Jobs of queues, by state; rejects while they can't be counted. */
export type QueueCounts = () => Promise<ReadonlyMap<string, Readonly<Record<string, number>>>>;

/** What the service and its workers tell Prometheus alike. Labels are names that the operator chose, never a caller's text. */
export class CommonMetrics {
  protected readonly registry = new Registry();
  protected readonly answerSeconds: Histogram<"backend">;
  protected readonly runsEnded: Counter<"status" | "overall">;

  constructor({ endedHelp }: { readonly endedHelp: string }) {
    const registers = [this.registry];
    // Also how long the event loop lags.
    collectDefaultMetrics({ register: this.registry, prefix: "quantgate_" });
    this.answerSeconds = new Histogram({
      name: "quantgate_answer_seconds",
      help: "Time that a backend took for one answer.",
      labelNames: ["backend"],
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
      registers,
    });
    this.runsEnded = new Counter({
      name: "quantgate_runs_ended_total",
      help: endedHelp,
      labelNames: ["status", "overall"],
      registers,
    });
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  /** Reads how many jobs the queues have whenever it is asked; while they can't be counted there are no values. */
  watchQueues(counts: QueueCounts): void {
    const gauge = new Gauge({
      name: "quantgate_queue_jobs",
      help: "Jobs in a queue, by state.",
      labelNames: ["queue", "state"],
      registers: [this.registry],
      async collect() {
        gauge.reset();
        const found = await counts().catch(() => new Map<string, Readonly<Record<string, number>>>());
        for (const [queue, states] of found)
          for (const [state, count] of Object.entries(states)) gauge.set({ queue, state }, count);
      },
    });
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }
}
