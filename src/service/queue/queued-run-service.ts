import { RunBusyError } from "../../domain/errors.ts";
import { hasEnded } from "../../domain/run-status.ts";
import { pause } from "../../pause.ts";
import { makePlan, type Plan } from "../../plan/plan.ts";
import type { ResolvedSpec } from "../../spec/resolved.ts";
import type { RunManifest, Submission } from "../../store/manifest.ts";
import { readManifest } from "../../store/read-manifest.ts";
import type { PartName, Run, RunStore } from "../../store/run-store.ts";
import { writeManifest } from "../../store/write-manifest.ts";
import { NO_TRACER, type Tracer } from "../../telemetry/tracer.ts";
import type { ServiceEvent } from "../api/in-process-service.ts";
import { keepRun } from "../api/keep-run.ts";
import { type RunEvent, type RunService, type RunState, type SubmitOptions, sequenceOf } from "../api/run-service.ts";
import { readStoredState, variantProgress } from "../api/stored-state.ts";
import { enqueueRuns } from "./enqueue-runs.ts";
import { UnitJobSchema } from "./jobs.ts";
import { generateQueue, type Queues } from "./queues.ts";

/** How often a run that somebody watches is looked at; for all who watch it together. */
const LOOK_MS = 500;
/** How long a caller waits at most for workers to let go of a cancelled run. */
const CANCEL_MS = 10_000;
const MOST_COUNTED = 1_000;

export interface QueuedServiceOptions {
  readonly store: RunStore;
  readonly queues: Queues;
  readonly version: string;
  readonly now: () => Date;
  readonly onEvent: (runId: string, event: ServiceEvent) => void;
  /** Absent: nothing is traced. */
  readonly tracer?: Tracer | undefined;
  /** Closes what is the service's alone. */
  readonly onClose?: () => Promise<void>;
}

/**
 * Runs that workers execute, wherever they are. What is stored is the truth: a run that the queue has lost, or never got because Redis was away,
 * is put into it again by the workers that finish runs.
 */
export class QueuedRunService implements RunService {
  readonly executor = "bullmq";
  readonly #options: QueuedServiceOptions;
  readonly #looks = new Map<string, { readonly atMs: number; readonly state: Promise<RunState> }>();
  readonly #closing = new AbortController();

  constructor(options: QueuedServiceOptions) {
    this.#options = options;
  }

  submit(spec: ResolvedSpec, options: SubmitOptions & Pick<Submission, "schedule">) {
    const { queues, onEvent, tracer = NO_TRACER } = this.#options;
    const onKept = (id: string): void => {
      onEvent(id, { kind: "submitted", by: options.submittedBy });
      // Not waited for: the run is kept, and is found even if this is lost.
      void enqueueRuns(queues, [id]).catch(() => {});
    };
    return keepRun(spec, options, { ...this.#options, executor: this.executor, tracer, onKept });
  }

  status(id: string): Promise<RunState> {
    return this.#look(id, 0);
  }

  async cancel(id: string): Promise<RunState> {
    const { store, onEvent } = this.#options;
    const run = await store.open(id);
    if (hasEnded((await readManifest(run)).status)) return this.#look(id, 0);
    await run.putPart("stop", JSON.stringify({ at: this.#options.now().toISOString() }));
    const unbegun = await cancelUnbegun(run, this.#options.now());
    const until = performance.now() + CANCEL_MS;
    for (;;) {
      const state = await this.#look(id, 0);
      // What a worker has begun, that worker ends and counts.
      if (state.phase === "ended" && unbegun) onEvent(id, { kind: "ended", status: state.status });
      if (state.phase === "ended" || performance.now() > until) return state;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS / 2));
    }
  }

  async *events(id: string, afterSequence: number, signal: AbortSignal): AsyncGenerator<RunEvent> {
    const stop = AbortSignal.any([signal, this.#closing.signal]);
    for (let last = afterSequence; !stop.aborted; ) {
      const state = await this.#look(id, LOOK_MS);
      const sequence = sequenceOf(state);
      if (sequence > last) yield { sequence, state };
      last = Math.max(last, sequence);
      if (state.phase === "ended") return;
      await pause(LOOK_MS, stop).catch(() => {});
    }
  }

  async load(): Promise<{ readonly queued: number; readonly running: number }> {
    const { store } = this.#options;
    const { runs } = await store.find({ statuses: ["queued", "running", "interrupted"] }, { limit: MOST_COUNTED });
    const own = runs.filter(({ executor }) => executor === "bullmq");
    const running = own.filter(({ status }) => status === "running").length;
    return { queued: own.length - running, running };
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error("the service is stopping"));
    await this.#options.onClose?.();
  }

  /** A state that is at most `maxAgeMs` old. */
  #look(id: string, maxAgeMs: number): Promise<RunState> {
    const known = this.#looks.get(id);
    if (known !== undefined && performance.now() - known.atMs < maxAgeMs) return known.state;
    const state = this.#read(id);
    this.#looks.set(id, { atMs: performance.now(), state });
    setTimeout(() => {
      if (this.#looks.get(id)?.state === state) this.#looks.delete(id);
    }, LOOK_MS).unref();
    return state;
  }

  async #read(id: string): Promise<RunState> {
    const run = await this.#options.store.open(id);
    const manifest = await readManifest(run);
    if (hasEnded(manifest.status)) return readStoredState(run, manifest, this.#closing.signal);
    const plan = makePlan(manifest.spec);
    const names = await run.partNames();
    const done = doneByVariant(plan, names, await this.#live(run.id, plan));
    const variants = variantProgress(plan, (variant) => done.get(variant) ?? 0);
    const scored = plan.units.every((_, index) => names.has(`scores-${index}`));
    return {
      id: run.id,
      status: manifest.status,
      phase: manifest.status === "queued" ? "queued" : scored ? "analyzing" : "running",
      answers: plan.answers,
      done: variants.reduce((sum, each) => sum + each.done, 0),
      variants,
    };
  }

  /** Answers of units that somebody works on, as far as they were told; nothing while Redis is away. */
  async #live(id: string, plan: Plan): Promise<ReadonlyMap<number, number>> {
    const live = new Map<number, number>();
    const backends = new Set(plan.units.map(({ variant }) => variant.backendName));
    try {
      for (const backend of backends) {
        for (const { data, progress } of await this.#options.queues.active(generateQueue(backend))) {
          const job = UnitJobSchema.safeParse(data).data;
          if (job?.run === id && typeof progress === "number") live.set(job.unit, progress);
        }
      }
    } catch {
      return new Map();
    }
    return live;
  }
}

function doneByVariant(
  { units }: Plan,
  names: ReadonlySet<PartName>,
  live: ReadonlyMap<number, number>,
): ReadonlyMap<string, number> {
  const done = new Map<string, number>();
  for (const [index, { variant, from, to }] of units.entries()) {
    const answers = names.has(`records-${index}`) ? to - from : Math.min(to - from, live.get(index) ?? 0);
    done.set(variant.id, (done.get(variant.id) ?? 0) + answers);
  }
  return done;
}

/** A run that nobody has begun is ended at once; false where a worker was faster: that worker ends it. */
async function cancelUnbegun(run: Run, now: Date): Promise<boolean> {
  try {
    await run.lock();
  } catch (error) {
    if (error instanceof RunBusyError) return false;
    throw error;
  }
  try {
    const manifest = await readManifest(run);
    if (manifest.status !== "queued") return false;
    const cancelled: RunManifest = { ...manifest, status: "cancelled", endedAt: now.toISOString() };
    await writeManifest(run, cancelled);
    return true;
  } finally {
    await run.close();
  }
}
