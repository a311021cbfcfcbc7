import { RunError } from "../../domain/errors.ts";
import type { Scoring } from "../../domain/scoring.ts";
import type { Run, RunStore } from "../../store/run-store.ts";
import type { UnitJob } from "../queue/jobs.ts";
import type { JobContext } from "../queue/queue-worker.ts";
import { isOver, openIfThere } from "../queue/run-parts.ts";

/** A unit's score rows, and how they were computed. */
export interface ScoredUnit {
  /** As the text of a part. */
  readonly scores: string;
  readonly scoring: Scoring;
}

export interface ScorerDeps {
  readonly store: RunStore;
  /** Scores the answers of a unit, the text of its part. */
  readonly score: (run: Run, unit: number, answers: string, signal: AbortSignal) => Promise<ScoredUnit>;
  readonly onScored: (run: Run, unit: number) => void;
}

/** Scores units whose answers are stored. */
export class UnitScorer {
  readonly #deps: ScorerDeps;

  constructor(deps: ScorerDeps) {
    this.#deps = deps;
  }

  /** Stores the unit's scores, unless they are stored or nobody wants them any more. */
  async handle({ run: id, unit }: UnitJob, { signal }: JobContext): Promise<void> {
    const run = await openIfThere(this.#deps.store, id);
    if (run === undefined || (await isOver(run)) || (await run.readPart(`scores-${unit}`)) !== undefined) return;
    const answers = await run.readPart(`records-${unit}`);
    if (answers === undefined) return;
    const { scores, scoring } = await this.#deps.score(run, unit, answers, signal);
    if ((await run.putPart("signatures", JSON.stringify(scoring))) === "exists") await assertSame(run, scoring);
    await run.putPart(`scores-${unit}`, scores);
    this.#deps.onScored(run, unit);
  }
}

/** Scores of different signatures can't be compared; machines may differ. */
async function assertSame(run: Run, { signatures }: Scoring): Promise<void> {
  const first = await run.readPart("signatures");
  if (first === undefined || JSON.stringify((JSON.parse(first) as Scoring).signatures) === JSON.stringify(signatures))
    return;
  throw new RunError("this worker computes scores in another way than the run's first one did", {
    hint: "give all workers that score the same models and the same version of quantgate",
  });
}
