import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TaskScores } from "../../src/analyze/task-scores.ts";
import type { BackendAnswer } from "../../src/domain/answer.ts";
import type { JournalRecord } from "../../src/domain/record.ts";
import { scored, unscored } from "../../src/domain/score.ts";
import type { ItemResult, ScoreRow } from "../../src/domain/score-row.ts";
import type { RunEvidence } from "../../src/gate/evaluate.ts";
import { metricsOf } from "../../src/score/metrics-by-kind.ts";
import { EXTERNAL_BASELINE } from "../../src/spec/external-baseline.ts";
import type { ResolvedModel, ResolvedTask } from "../../src/spec/resolved.ts";
import type { RunManifest } from "../../src/store/manifest.ts";

const AT = "2026-01-01T00:00:00.000Z";
const TOKENS = { prompt: 8, completion: 1 };
const TIMINGS = { wallMs: 1 };

export interface SyntheticRunFolder {
  /** Folder of runs. */
  readonly runs: string;
  readonly id: string;
  /** Default: 2026-01-01. */
  readonly startedAt?: string;
  readonly policy?: string;
  /** Leaves the baseline out: the run is to be held against a stored one. */
  readonly external?: boolean;
  /** What else the manifest says. */
  readonly manifest?: Partial<RunManifest>;
}

/**
 * Writes a made-up run as if it had just been answered and scored: manifest, journal and scores, with the datasets that its items come from
 * beside the folder of runs. What is decided about it is left to the program.
 */
export async function writeSyntheticRun(
  { manifest, scores }: RunEvidence,
  { runs, id, startedAt = AT, policy = "default", external = false, manifest: rest = {} }: SyntheticRunFolder,
): Promise<void> {
  const folder = join(runs, id);
  await mkdir(folder, { recursive: true });
  const tasks: ResolvedTask[] = [];
  for (const task of manifest.spec.tasks) tasks.push(await writeDataset(task, join(runs, "..", "datasets", task.name)));
  const models = external ? manifest.spec.models.map(withoutBaseline) : manifest.spec.models;
  const spec = { ...manifest.spec, policy, tasks, models };
  const variants = new Set(models.flatMap((model) => model.variants.map((variant) => variant.id)));
  await writeFile(
    join(folder, "manifest.json"),
    JSON.stringify({ ...manifest, id, spec, startedAt, endedAt: startedAt, ...rest }),
  );
  const records: JournalRecord[] = [];
  const rows: (ScoreRow | JournalRecord)[] = [];
  for (const [variant, columns] of scores.tasks) {
    if (!variants.has(variant)) continue;
    const identity = manifest.identities[variant];
    if (identity !== undefined) {
      const opened = { type: "opened", variant, identity, loadMs: 1, at: AT } as const;
      records.push(opened);
      rows.push(opened);
    }
    for (const column of columns.values()) {
      for (let index = 0; index < column.task.items; index += 1) {
        if (column.outcome(index) === "absent") continue;
        records.push(recordOf(variant, column, index));
        rows.push(rowOf(variant, column, index));
      }
    }
  }
  await writeFile(join(folder, "records.jsonl"), linesOf(records));
  await writeFile(join(folder, "scores.jsonl"), linesOf(rows));
}

function withoutBaseline({ name, variants, baseline }: ResolvedModel): ResolvedModel {
  return { name, variants: variants.filter(({ id }) => id !== baseline.variant), baseline: EXTERNAL_BASELINE };
}

/** Questions whose right choice is A, or texts to write with one reference. */
async function writeDataset(task: ResolvedTask, folder: string): Promise<ResolvedTask> {
  const rows = Array.from({ length: task.items }, (_, index) => {
    const id = `${task.name}-${index}`;
    return task.type === "multiple-choice"
      ? { id, question: `question ${index}`, choices: ["one", "two", "three", "four"], answer: "A" }
      : { id, prompt: `write text ${index}`, reference: `text ${index}` };
  });
  const items = linesOf(rows);
  const sha256 = createHash("sha256").update(items).digest("hex");
  const manifest = { ...task.dataset.manifest, sha256 };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "items.jsonl"), items);
  await writeFile(join(folder, "manifest.json"), JSON.stringify(manifest));
  return { ...task, dataset: { folder, manifest } };
}

function recordOf(variant: string, column: TaskScores, index: number): JournalRecord {
  const outcome = column.outcome(index);
  return {
    type: "answer",
    variant,
    task: column.task.name,
    item: itemOf(column, index),
    index,
    promptHash: hex(column.promptHash(index)),
    outcome:
      outcome === "errored"
        ? { kind: "errored", error: { kind: "timeout", message: "no answer" } }
        : { kind: "answered", answer: answerOf(variant, column, index) },
    at: AT,
  };
}

function answerOf(variant: string, column: TaskScores, index: number): BackendAnswer {
  const outcome = column.outcome(index);
  const measured = { tokens: TOKENS, timings: TIMINGS };
  if (outcome === "right") return { kind: "letters", logprobs: [-0.1, -3, -4, -5], ...measured };
  if (outcome === "incorrect") return { kind: "letters", logprobs: [-3, -0.1, -4, -5], ...measured };
  if (outcome === "letter-not-in-top-k")
    return { kind: "letters", logprobs: ["not-shown", "not-shown", "not-shown", "not-shown"], ...measured };
  const empty = outcome === "empty" || outcome === "generated-empty";
  return {
    kind: "text",
    text: empty ? "" : `answer of ${variant} to ${index}`,
    finish: outcome.endsWith("truncated") ? "length" : "end",
    ...measured,
  };
}

function rowOf(variant: string, column: TaskScores, index: number): ScoreRow {
  const subject = column.items.subjects[index];
  const group = column.items.groups[index];
  const answerHash = column.answerHash(index);
  return {
    type: "score",
    variant,
    task: column.task.name,
    index,
    item: itemOf(column, index),
    promptHash: hex(column.promptHash(index)),
    ...(subject === undefined ? {} : { subject }),
    ...(group === undefined ? {} : { group }),
    result: resultOf(column, index),
    ...(answerHash === 0n ? {} : { answerHash: hex(answerHash) }),
    tokens: TOKENS,
    timings: TIMINGS,
  };
}

function resultOf(column: TaskScores, index: number): ItemResult {
  const { task } = column;
  const outcome = column.outcome(index);
  switch (outcome) {
    case "absent":
      throw new Error("an absent item has no row");
    case "errored":
      return { kind: "missing", cause: "errored", error: "timeout" };
    case "generated":
    case "generated-empty":
    case "generated-truncated": {
      if (task.type !== "generation") throw new Error(`${task.name} has no generated texts`);
      const scores = metricsOf(task.kind, { references: true }).map((metric) => {
        const value = column.value(metric, index);
        return [metric, value === undefined ? unscored("made up") : scored(value)] as const;
      });
      const flaw = outcome === "generated" ? "none" : outcome === "generated-empty" ? "empty" : "truncated";
      return { kind: "generated", flaw, scores: Object.fromEntries(scores) };
    }
    default: {
      if (task.type !== "multiple-choice") throw new Error(`${task.name} has no choices`);
      const choices = Math.round(1 / (column.items.chances[index] ?? 1));
      const figures = { [task.primary]: outcome === "right" };
      if (outcome === "right") return { kind: "graded", grade: { kind: "right", chosen: "A", figures }, choices };
      if (outcome === "letter-not-in-top-k")
        return { kind: "graded", grade: { kind: "missing", cause: outcome }, choices };
      const chosen = outcome === "incorrect" ? { chosen: "B" } : {};
      return { kind: "graded", grade: { kind: "wrong", cause: outcome, ...chosen, figures }, choices };
    }
  }
}

function itemOf(column: TaskScores, index: number): string {
  return column.items.ids[index] ?? `${column.task.name}-${index}`;
}

function hex(hash: bigint): string {
  return hash.toString(16).padStart(16, "0");
}

function linesOf(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}
