import type { ItemSource } from "../../dataset/item-source.ts";
import { RunError } from "../../domain/errors.ts";
import type { InferenceSettings } from "../../domain/scoring.ts";
import type { Plan } from "../../plan/plan.ts";
import { scoreAnswers, type TaskScorers } from "../../score/score-answers.ts";
import { signaturesOf } from "../../score/signatures.ts";
import { parseAnswers, unitText } from "../queue/unit-lines.ts";
import { LastOpened } from "./last-opened.ts";
import type { ScoredUnit } from "./score-unit.ts";

/** A run with its scorers open. */
export interface ScoringContext {
  readonly plan: Plan;
  readonly sources: ReadonlyMap<string, ItemSource>;
  readonly scorers: ReadonlyMap<string, TaskScorers>;
  /** What neural scorers run with; absent where there are none. */
  readonly inference?: InferenceSettings;
  close(): Promise<void>;
}

/** How long a run's scorers, and the models behind them, stay open without work. */
const IDLE_MS = 60_000;

/** Scores units, one at a time; the scorers of a run are opened once while its units follow each other. */
export class ThreadScorer {
  readonly #open: (run: string, manifest: string, signal: AbortSignal) => Promise<ScoringContext>;
  readonly #contexts = new LastOpened<ScoringContext>(IDLE_MS);

  /** `open` gets a run's id and its manifest as text. */
  constructor(open: (run: string, manifest: string, signal: AbortSignal) => Promise<ScoringContext>) {
    this.#open = open;
  }

  async score(
    { run, manifest, unit: index, answers }: { run: string; manifest: string; unit: number; answers: string },
    signal: AbortSignal,
  ): Promise<ScoredUnit> {
    return this.#contexts.use(
      run,
      () => this.#open(run, manifest, signal),
      async ({ plan, sources, scorers, inference }) => {
        const unit = plan.units[index];
        const source = unit === undefined ? undefined : sources.get(unit.task.name);
        if (unit === undefined || source === undefined) throw new RunError(`run ${run} has no unit ${index}`);
        const { openings, lines } = parseAnswers(answers, unit);
        const taskScorers = scorers.get(unit.task.name) ?? { scorers: [], unavailable: {} };
        const rows = await scoreAnswers(unit.task, lines, source, taskScorers, signal);
        const scoring = { signatures: signaturesOf(scorers), ...(inference === undefined ? {} : { inference }) };
        return { scores: unitText({ openings, lines: rows }), scoring };
      },
    );
  }

  async close(): Promise<void> {
    await this.#contexts.close();
  }
}
