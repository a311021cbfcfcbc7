import type { AnswerRecord, OpenedRecord } from "../../domain/record.ts";
import type { Run } from "../../store/run-store.ts";
import { pieceName } from "../queue/run-parts.ts";
import { type UnitLines, unitText } from "../queue/unit-lines.ts";

/** Answers of a unit that is not finished are stored so often: what a killed worker can lose. */
const FLUSH_MS = 10_000;

/** Stores a unit's answers: pieces while they come, so that a slow backend isn't asked twice, and all of them at the end. */
export class UnitWriter {
  readonly #run: Run;
  readonly #unit: number;
  readonly #openings: OpenedRecord[] = [];
  readonly #records: AnswerRecord[] = [];
  #piece: number;
  /** How many records are stored. */
  #stored = 0;
  #flushedMs = performance.now();
  #writing: Promise<void> = Promise.resolve();

  constructor(run: Run, unit: number, pieces: number) {
    this.#run = run;
    this.#unit = unit;
    this.#piece = pieces;
  }

  get records(): readonly AnswerRecord[] {
    return this.#records;
  }

  /** Takes what is stored already; of an item that was answered twice the first answer counts. */
  take({ openings, lines }: UnitLines<AnswerRecord>): void {
    for (const opening of openings)
      if (!this.#openings.some(({ at }) => at === opening.at)) this.#openings.push(opening);
    for (const line of lines) if (!this.#records.some(({ index }) => index === line.index)) this.#records.push(line);
    this.#stored = this.#records.length;
  }

  /** Who gives the answers that follow. */
  openedBy(opened: OpenedRecord): void {
    if (!this.#openings.some(({ at }) => at === opened.at)) this.#openings.push(opened);
  }

  async add(record: AnswerRecord): Promise<void> {
    this.#records.push(record);
    if (performance.now() - this.#flushedMs >= FLUSH_MS) await this.flush();
  }

  /** Stores what isn't stored yet, as a piece. */
  async flush(): Promise<void> {
    this.#writing = this.#writing
      .catch(() => {})
      .then(async () => {
        const lines = this.#records.slice(this.#stored);
        this.#flushedMs = performance.now();
        if (lines.length === 0) return;
        const text = unitText({ openings: this.#openings, lines });
        // Another worker that has the same unit may have written pieces meanwhile.
        while ((await this.#run.putPart(pieceName(this.#unit, this.#piece), text)) === "exists") {
          if (await this.#run.arePartsSealed()) return;
          this.#piece += 1;
        }
        this.#piece += 1;
        this.#stored += lines.length;
      });
    await this.#writing;
  }

  /** Stores the whole unit; where another worker was faster, its answers count. */
  async finish(): Promise<void> {
    await this.#writing.catch(() => {});
    await this.#run.putPart(`records-${this.#unit}`, unitText({ openings: this.#openings, lines: this.#records }));
  }
}
