import { InterruptedError, messageOf, UsageError } from "../../domain/errors.ts";
import type { ProgressEvent } from "../../domain/progress.ts";
import { hasEnded } from "../../domain/run-status.ts";
import type { Verdicts } from "../../gate/verdict.ts";
import type { EvaluationServices } from "../../pipeline/evaluation.ts";
import { makePlan } from "../../plan/plan.ts";
import type { ResolvedSpec } from "../../spec/resolved.ts";
import type { RunManifest } from "../../store/manifest.ts";
import { readManifest } from "../../store/read-manifest.ts";
import type { Run } from "../../store/run-store.ts";
import { writeManifest } from "../../store/write-manifest.ts";
import { traceRun } from "../../telemetry/trace-run.ts";
import { NO_TRACER, type Span, type Tracer } from "../../telemetry/tracer.ts";
import { keepRun } from "./keep-run.ts";
import { LiveRun } from "./live-run.ts";
import { type RunEvent, type RunService, type RunState, type SubmitOptions, sequenceOf } from "./run-service.ts";
import { readStoredState, variantProgress } from "./stored-state.ts";

/** How often a run that another process executes is looked at. */
const LOOK_MS = 1000;
const PAGE = 100;

/** Something worth a line in the log or a metric. */
export type ServiceEvent =
  | { readonly kind: "submitted"; readonly by: string }
  | { readonly kind: "recovered" }
  | { readonly kind: "left-alone"; readonly why: string }
  | { readonly kind: "progress"; readonly event: ProgressEvent }
  | {
      readonly kind: "ended";
      readonly status: RunState["status"];
      readonly overall?: string | undefined;
      readonly failure?: string | undefined;
    };

/** What became of a run, where it was decided. */
export type Decision = Pick<Verdicts, "overall" | "exitCode">;

/** Brings a run to its end. Rejects with `InterruptedError` or `RunError`; the reports of a run that failed are written all the same. */
export type ExecuteRun = (
  id: string,
  options: {
    readonly onProgress: (event: ProgressEvent) => void;
    readonly signal: AbortSignal;
    /** Of the run's execution. */
    readonly span: Span;
  },
) => Promise<Decision>;

export interface InProcessOptions {
  readonly services: Pick<EvaluationServices, "store" | "now" | "version">;
  readonly execute: ExecuteRun;
  readonly onEvent: (runId: string, event: ServiceEvent) => void;
  /** Absent: nothing is traced. */
  readonly tracer?: Tracer;
}

/**
 * Executes submitted runs in this process, one after the other, in the order in which they came. What is stored is the queue: after a restart,
 * runs that wait or were interrupted go on.
 */
export class InProcessRunService implements RunService {
  readonly executor = "in-process";
  readonly #options: InProcessOptions;
  readonly #live = new Map<string, LiveRun>();
  readonly #closing = new AbortController();
  #working: Promise<void> | undefined;

  private constructor(options: InProcessOptions) {
    this.#options = options;
  }

  /** Takes up what an earlier process left unfinished. */
  static async start(options: InProcessOptions): Promise<InProcessRunService> {
    const service = new InProcessRunService(options);
    await service.#recover();
    return service;
  }

  submit(spec: ResolvedSpec, options: SubmitOptions) {
    const { services, onEvent, tracer = NO_TRACER } = this.#options;
    const onKept = (id: string): void => {
      onEvent(id, { kind: "submitted", by: options.submittedBy });
      this.#enqueue(id, spec);
    };
    return keepRun(spec, options, { ...services, executor: this.executor, tracer, onKept });
  }

  async status(id: string): Promise<RunState> {
    const live = this.#live.get(id);
    if (live !== undefined) return this.#withPlace(id, live.state);
    const run = await this.#options.services.store.open(id);
    return readStoredState(run, await readManifest(run), this.#closing.signal);
  }

  async cancel(id: string): Promise<RunState> {
    const live = this.#live.get(id);
    if (live === undefined) {
      const state = await this.status(id);
      if (state.phase !== "ended")
        throw new UsageError(`run ${id} is not executed by this service`, {
          hint: "stop the process that executes it",
        });
      return state;
    }
    live.cancel();
    while (this.#live.has(id) && live.state.phase !== "ended") {
      // A run that waits is ended here; one that is executed ends itself.
      if (live.state.phase === "queued") await this.#end(id, live, { status: "cancelled" });
      else await live.nextChange;
    }
    return live.state;
  }

  async *events(id: string, afterSequence: number, signal: AbortSignal): AsyncGenerator<RunEvent> {
    let last = afterSequence;
    const stop = AbortSignal.any([signal, this.#closing.signal]);
    const stopped = new Promise<void>((resolve) => {
      stop.addEventListener("abort", () => resolve(), { once: true });
    });
    for (;;) {
      const live = this.#live.get(id);
      const change = live?.nextChange ?? new Promise<void>((resolve) => setTimeout(resolve, LOOK_MS).unref());
      const state = await this.status(id);
      const sequence = sequenceOf(state);
      if (sequence > last) yield { sequence, state };
      last = Math.max(last, sequence);
      if (state.phase === "ended" || stop.aborted) return;
      await Promise.race([change, stopped]);
      if (stop.aborted) return;
    }
  }

  async load() {
    const phases = [...this.#live.values()].map(({ state }) => state.phase);
    const queued = phases.filter((phase) => phase === "queued").length;
    return { queued, running: phases.filter((phase) => phase !== "ended").length - queued };
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error("the service is stopping"));
    for (const live of this.#live.values()) live.controller.abort(new Error("the service is stopping"));
    await this.#working;
  }

  async #recover(): Promise<void> {
    const { store } = this.#options.services;
    const found: string[] = [];
    let after: string | undefined;
    for (;;) {
      const page = await store.find(
        { statuses: ["queued", "running", "interrupted", "completed"] },
        { limit: PAGE, ...(after === undefined ? {} : { after }) },
      );
      for (const card of page.runs) {
        const undecided = card.status !== "completed" || card.overall === undefined;
        if (card.executor === "in-process" && undecided) found.push(card.id);
      }
      after = page.runs.at(-1)?.id;
      if (!page.more || after === undefined) break;
    }
    for (const id of found.reverse()) {
      const { spec } = await readManifest(await store.open(id));
      this.#options.onEvent(id, { kind: "recovered" });
      this.#enqueue(id, spec);
    }
  }

  #enqueue(id: string, spec: ResolvedSpec): void {
    const plan = makePlan(spec);
    const variants = variantProgress(plan, () => 0);
    this.#live.set(
      id,
      new LiveRun({ id, status: "queued", phase: "queued", answers: plan.answers, done: 0, variants }),
    );
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
  }

  /** Where a waiting run stands in the queue. */
  #withPlace(id: string, state: RunState): RunState {
    if (state.phase !== "queued") return state;
    return { ...state, ahead: [...this.#live.keys()].indexOf(id) };
  }

  async #work(): Promise<void> {
    // Whoever submitted gets their answer first.
    await new Promise((resolve) => setImmediate(resolve));
    for (;;) {
      const next = [...this.#live].find(([, { state, cancelled }]) => state.phase === "queued" && !cancelled);
      if (next === undefined || this.#closing.signal.aborted) return;
      await this.#execute(...next);
    }
  }

  async #execute(id: string, live: LiveRun): Promise<void> {
    const { onEvent } = this.#options;
    const { signal } = live.controller;
    const onProgress = (event: ProgressEvent): void => {
      live.observe(event);
      onEvent(id, { kind: "progress", event });
    };
    live.update({ status: "running", phase: "running" });
    try {
      if (!(await this.#canExecute(id))) return;
      const { execute, services, tracer = NO_TRACER } = this.#options;
      const { overall, exitCode } = await traceRun(tracer, services.store, id, (span) =>
        execute(id, { onProgress, signal, span }),
      );
      await this.#end(id, live, { status: "completed", overall, exitCode });
    } catch (error) {
      if (live.cancelled) await this.#end(id, live, { status: "cancelled" });
      else if (this.#closing.signal.aborted || error instanceof InterruptedError) this.#live.delete(id);
      else await this.#end(id, live, { status: "failed", failure: messageOf(error) });
    }
  }

  /** False when another process has the run. */
  async #canExecute(id: string): Promise<boolean> {
    const { store } = this.#options.services;
    const run = await store.open(id);
    try {
      await run.lock();
    } catch (error) {
      this.#live.delete(id);
      this.#options.onEvent(id, { kind: "left-alone", why: messageOf(error) });
      return false;
    }
    await run.close();
    return true;
  }

  async #end(id: string, live: LiveRun, result: Partial<RunState> & Pick<RunState, "status">): Promise<void> {
    const { services, onEvent } = this.#options;
    const { status, failure, overall } = result;
    try {
      if (status !== "completed") {
        const run = await services.store.open(id);
        await writeManifest(run, await ended(run, status, failure, services.now()));
      }
    } catch (error) {
      onEvent(id, { kind: "left-alone", why: messageOf(error) });
    }
    this.#live.delete(id);
    onEvent(id, { kind: "ended", status, overall, failure });
    live.update({ ...result, phase: "ended" });
  }
}

async function ended(
  run: Run,
  status: RunState["status"],
  failure: string | undefined,
  now: Date,
): Promise<RunManifest> {
  const manifest = await readManifest(run);
  if (hasEnded(manifest.status) && manifest.status !== "failed") return { ...manifest, status };
  return {
    ...manifest,
    status,
    endedAt: now.toISOString(),
    ...(failure === undefined ? {} : { failure: { message: failure } }),
  };
}
