import { RunError } from "../../domain/errors.ts";
import type { AnswerRecord, OpenedRecord } from "../../domain/record.ts";
import type { ScoreRow } from "../../domain/score-row.ts";
import type { Scoring } from "../../domain/scoring.ts";
import type { Execution } from "../../executor/executor.ts";
import { Openings } from "../../executor/openings.ts";
import type { Unit } from "../../plan/plan.ts";
import type { ProgressIndex } from "../../plan/progress-index.ts";
import type { PartName } from "../../store/run-store.ts";
import { piecesOf } from "./run-parts.ts";
import { parseAnswers, parseScores, type UnitLines } from "./unit-lines.ts";

/** Units that are still to be done, by index. */
export interface MissingUnits {
  readonly answers: readonly number[];
  readonly scores: readonly number[];
}

/**
 * Brings what workers have stored of a run into its journal: each item once, whoever answered it, however often. Whatever was brought in before
 * is passed over, so that it can begin anew at any time.
 */
export class UnitIntake {
  readonly #execution: Execution;
  readonly #done: ProgressIndex;
  readonly #scored: ProgressIndex;
  readonly #taken = new Set<PartName>();
  readonly #openings = { records: new Set<string>(), scores: new Set<string>() };
  readonly #opening = new Set<string>();
  readonly #ended = new Set<string>();

  /** Who workers have opened. */
  readonly openings = new Openings();
  #scoring: Scoring | undefined;

  constructor(execution: Execution) {
    this.#execution = execution;
    this.#done = execution.done.copy();
    this.#scored = execution.scored.copy();
  }

  /** How workers compute scores; known once every item has its own. */
  get scoring(): Scoring | undefined {
    return this.#scoring;
  }

  /** Looks for new parts and takes them; with `pieces` also those of units that aren't finished. */
  async take({ pieces }: { readonly pieces: boolean }): Promise<void> {
    const { plan, run } = this.#execution;
    const names = await run.partNames();
    await this.#takeIdentities(names);
    for (const [index, unit] of plan.units.entries()) {
      if (await this.#takeAnswers(`records-${index}`, unit, names)) this.#assertWhole(unit);
      else if (pieces) for (const piece of piecesOf(index, names)) await this.#takeAnswers(piece, unit, names);
      await this.#takeScores(`scores-${index}`, unit, names);
    }
    if (this.isComplete() && names.has("signatures")) await this.#takeScoring();
    this.#tellEnded();
  }

  /** Whether every item of the run is answered and scored. */
  isComplete(): boolean {
    const { answers } = this.#execution.plan;
    return this.#done.total() === answers && this.#scored.total() === answers;
  }

  /** Throws `RunError` when a unit's answers are in the journal only, where workers that score can't get them. */
  missing(): MissingUnits {
    const [done, scored] = [this.#done, this.#scored];
    const units = [...this.#execution.plan.units.entries()];
    const answers = units.filter(([, unit]) => !isDone(unit, done)).map(([index]) => index);
    const scores = units.filter(([, unit]) => isDone(unit, done) && !isDone(unit, scored)).map(([index]) => index);
    const lost = scores.find((index) => !this.#taken.has(`records-${index}`));
    if (lost !== undefined)
      throw new RunError(`unit ${lost} was answered elsewhere and can't be scored here`, {
        hint: `quantgate report ${this.#execution.run.id} scores the run anew`,
      });
    return { answers, scores };
  }

  async #takeIdentities(names: ReadonlySet<PartName>): Promise<void> {
    const { plan, run, onProgress } = this.#execution;
    for (const [index, { id }] of plan.spec.models.flatMap((model) => model.variants).entries()) {
      const name = `identity-${index}` as const;
      if (!names.has(name) || this.#taken.has(name)) continue;
      const opened = JSON.parse((await run.readPart(name)) ?? "{}") as OpenedRecord;
      this.#taken.add(name);
      this.openings.add(id, opened);
      this.#tellOpening(id);
      const { identity, loadMs, findings = [] } = opened;
      onProgress({ kind: "variant-opened", variant: id, identity, loadMs, findings });
    }
  }

  /** False when there is no such part. */
  async #takeAnswers(name: PartName, unit: Unit, names: ReadonlySet<PartName>): Promise<boolean> {
    const { run, onProgress } = this.#execution;
    if (!names.has(name)) return false;
    if (this.#taken.has(name)) return true;
    const taken = parseAnswers((await run.readPart(name)) ?? "", unit);
    this.#tellOpening(unit.variant.id);
    const records = taken.lines.filter((record) => this.#done.add(record, record.outcome.kind));
    await this.#append("records", { openings: taken.openings, lines: records });
    for (const { variant, task, outcome } of records)
      onProgress({ kind: "answered", variant, task, errored: outcome.kind === "errored" });
    this.#taken.add(name);
    return true;
  }

  async #takeScores(name: PartName, unit: Unit, names: ReadonlySet<PartName>): Promise<void> {
    const { run } = this.#execution;
    if (!names.has(name) || this.#taken.has(name)) return;
    const taken = parseScores((await run.readPart(name)) ?? "", unit);
    const rows = taken.lines.filter((row) =>
      this.#scored.add(row, row.result.kind === "missing" ? "errored" : "answered"),
    );
    await this.#append("scores", { openings: taken.openings, lines: rows });
    this.#taken.add(name);
  }

  async #takeScoring(): Promise<void> {
    const text = await this.#execution.run.readPart("signatures");
    if (text !== undefined) this.#scoring = JSON.parse(text) as Scoring;
  }

  async #append(stream: "records" | "scores", taken: UnitLines<AnswerRecord | ScoreRow>): Promise<void> {
    if (taken.lines.length === 0) return;
    const openings = taken.openings.map((opening) => JSON.stringify(opening));
    const fresh = openings.filter((text) => !this.#openings[stream].has(text));
    for (const text of fresh) this.#openings[stream].add(text);
    // Together: a store far away takes them in one go.
    const texts = [...fresh, ...taken.lines.map((line) => JSON.stringify(line))];
    await Promise.all(texts.map((text) => this.#execution.run.append(stream, text)));
  }

  #assertWhole(unit: Unit): void {
    if (!isDone(unit, this.#done))
      throw new RunError(`${unit.variant.id}: a unit of ${unit.task.name} was stored without all of its items`, {
        hint: "start a new run",
      });
  }

  #tellOpening(variant: string): void {
    const { plan, onProgress } = this.#execution;
    if (this.#opening.has(variant)) return;
    this.#opening.add(variant);
    const answers = answersOf(plan.units, variant);
    onProgress({ kind: "variant-opening", variant, answers, done: this.#done.count(variant) });
  }

  #tellEnded(): void {
    const { plan, onProgress } = this.#execution;
    for (const { id } of plan.spec.models.flatMap((model) => model.variants)) {
      const answers = answersOf(plan.units, id);
      if (this.#ended.has(id) || this.#done.count(id) < answers || this.#scored.count(id) < answers) continue;
      this.#tellOpening(id);
      this.#ended.add(id);
      onProgress({ kind: "variant-done", variant: id });
    }
  }
}

function answersOf(units: readonly Unit[], variant: string): number {
  return units.filter((unit) => unit.variant.id === variant).reduce((sum, { from, to }) => sum + to - from, 0);
}

function isDone({ variant, task, pass, from, to }: Unit, index: ProgressIndex): boolean {
  for (let item = from; item < to; item += 1)
    if (!index.has({ variant: variant.id, task: task.name, pass, index: item })) return false;
  return true;
}
