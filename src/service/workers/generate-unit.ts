import { BackendError } from "../../backend/backend.ts";
import type { ItemSource } from "../../dataset/item-source.ts";
import { RunError } from "../../domain/errors.ts";
import type { AnswerRecord, OpenedRecord } from "../../domain/record.ts";
import type { Execution } from "../../executor/executor.ts";
import {
  assertSameWeights,
  type OpenedVariant,
  openVariant,
  refuseMisleading,
  VariantRefusedError,
} from "../../executor/open-variant.ts";
import { generate } from "../../generate/generate.ts";
import { workOf } from "../../generate/work.ts";
import type { Plan, Unit } from "../../plan/plan.ts";
import { ProgressIndex } from "../../plan/progress-index.ts";
import type { ResolvedVariant } from "../../spec/resolved.ts";
import type { Run, RunStore } from "../../store/run-store.ts";
import { AnswerTrace } from "../../telemetry/answer-trace.ts";
import { NO_TRACER, type Span, type Tracer } from "../../telemetry/tracer.ts";
import { LaterError, ThrottledError } from "../queue/job-outcome.ts";
import type { UnitJob } from "../queue/jobs.ts";
import type { JobContext } from "../queue/queue-worker.ts";
import { isOver, openIfThere, piecesOf } from "../queue/run-parts.ts";
import { parseAnswers } from "../queue/unit-lines.ts";
import { LastOpened } from "./last-opened.ts";
import { UnitWriter } from "./unit-writer.ts";

/** A run as those who work on its units need it. */
export interface RunContext {
  readonly plan: Plan;
  readonly sources: ReadonlyMap<string, ItemSource>;
  /** As of an execution, of the run's own spec. */
  readonly probe?: Execution["probe"];
  close(): Promise<void>;
}

export interface GeneratorDeps extends Pick<Execution, "openBackend" | "now"> {
  readonly store: RunStore;
  /** Rejects with `LaterError` for a run that other workers must do. */
  readonly openRun: (run: Run, signal: AbortSignal) => Promise<RunContext>;
  /** Called when a unit's answers are stored. */
  readonly onAnswered: (job: UnitJob) => Promise<void>;
  /** Called for each answer, for metrics. */
  readonly onRecord: (record: AnswerRecord, variant: ResolvedVariant) => void;
  /** Absent: nothing is traced. */
  readonly tracing?: { readonly tracer: Tracer; readonly eachAnswer: boolean };
}

/** How long a model and a run's items stay open without work. */
const IDLE_MS = 60_000;
/** How often a worker asks whether the run is still wanted. */
const LOOK_MS = 2_000;
const THROTTLED_MS = 30_000;
/** By then it is known what becomes of a run that had to be refused. */
const REFUSED_MS = 2_000;

/** Gets the answers of units, one unit at a time; of units of one variant that follow each other the model is loaded once. */
export class UnitGenerator {
  readonly #deps: GeneratorDeps;
  readonly #runs = new LastOpened<RunContext>(IDLE_MS);
  readonly #variants = new LastOpened<OpenedVariant & { close(): Promise<void> }>(IDLE_MS);
  #refused = { run: "", atMs: 0 };

  constructor(deps: GeneratorDeps) {
    this.#deps = deps;
  }

  /** Stores the unit's answers, unless they are stored or nobody wants them any more. What was answered is kept, however this ends. */
  async handle(job: UnitJob, { signal, progress }: Pick<JobContext, "signal" | "progress">): Promise<void> {
    const run = await openIfThere(this.#deps.store, job.run);
    if (run === undefined || (await isOver(run))) return;
    // Its other variants would be asked in vain.
    if (this.#refused.run === run.id && performance.now() - this.#refused.atMs < REFUSED_MS)
      throw new LaterError("a variant of the run was refused", REFUSED_MS);
    if ((await run.readPart(`records-${job.unit}`)) === undefined) {
      const open = (): Promise<RunContext> => this.#deps.openRun(run, signal);
      const { tracer } = this.#deps.tracing ?? { tracer: NO_TRACER };
      const attributes = { "quantgate.run": run.id, "quantgate.unit": job.unit };
      await tracer.span("generate", { attributes }, (span) =>
        this.#runs.use(run.id, open, (context) => this.#answer(run, context, job.unit, { signal, progress, span })),
      );
      if (await isOver(run)) return;
    }
    await this.#deps.onAnswered(job);
  }

  async close(): Promise<void> {
    await this.#variants.close();
    await this.#runs.close();
  }

  async #answer(
    run: Run,
    context: RunContext,
    index: number,
    { signal, progress, span }: Pick<JobContext, "signal" | "progress"> & { readonly span: Span },
  ): Promise<void> {
    const unit = context.plan.units[index];
    if (unit === undefined)
      throw new RunError(`run ${run.id} has no unit ${index}`, { hint: "it was changed; start a new run" });
    span.set({
      "quantgate.variant": unit.variant.id,
      "quantgate.task": unit.task.name,
      "quantgate.backend": unit.variant.backendName,
    });
    const trace = new AnswerTrace(span, { each: this.#deps.tracing?.eachAnswer === true });
    const writer = await writerOf(run, index, unit);
    const done = new ProgressIndex(context.plan);
    for (const record of writer.records) done.add(record, record.outcome.kind);
    const over = watchForEnd(run);
    try {
      const { variant } = unit;
      const either = AbortSignal.any([signal, over.signal]);
      await this.#variants.use(
        `${run.id} ${variant.id}`,
        () => this.#open(run, context, variant, either),
        async ({ backend, opened }) => {
          writer.openedBy(opened);
          await generate(workOf([unit], context.sources, done, context.plan.spec), backend, {
            now: this.#deps.now,
            signal: either,
            onRecord: async (record) => {
              await writer.add(record);
              this.#deps.onRecord(record, variant);
              trace.add(record);
              progress(writer.records.length);
            },
          });
        },
      );
      await writer.finish();
    } catch (error) {
      // Why it ended is worth more than that the rest couldn't be kept.
      await writer.flush().catch(() => {});
      if (error instanceof VariantRefusedError) this.#refused = { run: run.id, atMs: performance.now() };
      if (!over.signal.aborted) throw error;
    } finally {
      trace.end();
      over.end();
    }
  }

  /** Opens a variant as whoever opened it first in this run. */
  async #open(run: Run, { plan, probe }: RunContext, variant: ResolvedVariant, signal: AbortSignal) {
    const part = `identity-${indexOf(variant, plan)}` as const;
    const before = await run.readPart(part);
    const { openBackend, now } = this.#deps;
    // What the first one found holds for all: they have the same weights and build, or are refused.
    const deps = { openBackend, now, ...(probe === undefined || before !== undefined ? {} : { probe }) };
    const { backend, opened } = await openVariant(variant, identityIn(before), deps, signal).catch((error: unknown) => {
      if (!(error instanceof BackendError) || error.kind !== "overloaded") throw error;
      throw new ThrottledError(error.retryAfterMs ?? THROTTLED_MS, error);
    });
    try {
      const said = await run.putPart(part, JSON.stringify(opened));
      if (said === "exists" && before === undefined)
        assertSameWeights(variant, identityIn(await run.readPart(part)), opened.identity);
      refuseMisleading(variant, opened.findings ?? []);
    } catch (error) {
      await backend.close();
      throw error;
    }
    return { backend, opened, close: () => backend.close() };
  }
}

/** With what earlier workers had of the unit when they were stopped. */
async function writerOf(run: Run, index: number, unit: Unit): Promise<UnitWriter> {
  const pieces = piecesOf(index, await run.partNames());
  const writer = new UnitWriter(run, index, pieces.length);
  for (const piece of pieces) writer.take(parseAnswers((await run.readPart(piece)) ?? "", unit));
  return writer;
}

/** Aborts when the run was cancelled or is at its end. */
function watchForEnd(run: Run): { readonly signal: AbortSignal; readonly end: () => void } {
  const controller = new AbortController();
  const timer = setInterval(() => {
    isOver(run).then(
      (over) => {
        if (over) controller.abort(new Error("the run has ended"));
      },
      // A store that is away for a moment says nothing about the run.
      () => {},
    );
  }, LOOK_MS);
  return { signal: controller.signal, end: () => clearInterval(timer) };
}

function identityIn(part: string | undefined) {
  return part === undefined ? undefined : (JSON.parse(part) as OpenedRecord).identity;
}

function indexOf(variant: ResolvedVariant, plan: Plan): number {
  return plan.spec.models.flatMap((model) => model.variants).findIndex(({ id }) => id === variant.id);
}
