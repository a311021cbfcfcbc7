import { type ScoreJournalOptions, scoreJournal } from "../score/score-journal.ts";
import { type Position, type Run, START } from "../store/run-store.ts";

/** New records that make a pass over the journal worth while beside generation. More would keep requests waiting while they are graded. */
const RECORDS_A_PASS = 64;

/**
 * Scores a run's journal in passes, one at a time. While a backend elsewhere generates, passes run beside it; what is left is scored at
 * the end.
 */
export class ScorePump {
  readonly #run: Run;
  readonly #options: ScoreJournalOptions;
  #position: Position = START;
  #waiting = 0;
  #pass: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(run: Run, options: ScoreJournalOptions) {
    this.#run = run;
    this.#options = options;
  }

  /** Tells of one more record; starts a pass when there are enough and none is running. Throws what a pass failed with. */
  recordAdded(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    this.#waiting += 1;
    if (this.#waiting < RECORDS_A_PASS || this.#pass !== undefined) return;
    this.#waiting = 0;
    this.#pass = this.#score()
      .catch((error: unknown) => {
        this.#failure = { error };
      })
      .finally(() => {
        this.#pass = undefined;
      });
  }

  /** Waits for a running pass and scores the rest. */
  async finish(): Promise<void> {
    await this.#pass;
    if (this.#failure !== undefined) throw this.#failure.error;
    this.#waiting = 0;
    await this.#score();
  }

  /** Waits for a running pass without scoring more; for a run that ends early. */
  async settle(): Promise<void> {
    await this.#pass;
  }

  async #score(): Promise<void> {
    this.#position = await scoreJournal(this.#run, this.#position, this.#options);
  }
}
