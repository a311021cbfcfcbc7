import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Dataset } from "../../src/dataset/dataset.ts";
import type { Manifest } from "../../src/dataset/manifest.ts";
import { writeDataset } from "./example-manifest.ts";

export interface QuizRow {
  readonly id: string;
  readonly subject: string;
  readonly question: string;
  readonly choices: readonly string[];
  readonly answer: string;
}

/** A question whose text tells where it stands. */
export function quizRow(subject: string, id: string, answer = "A"): QuizRow {
  return { id, subject, question: `${id}?`, choices: [`${id} a`, `${id} b`, `${id} c`, `${id} d`], answer };
}

const toLines = (rows: readonly QuizRow[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("");

/** Writes a multiple-choice dataset with subjects, and worked examples beside it where there are any. */
export async function writeQuizSet(
  rows: readonly QuizRow[],
  shots: readonly QuizRow[] = [],
  entries: Partial<Manifest> = {},
): Promise<Dataset> {
  const lines = toLines(shots);
  const sha256 = createHash("sha256").update(lines).digest("hex");
  const dataset = await writeDataset(toLines(rows), {
    type: "multiple-choice",
    prompt: "About {subject}.\n\n{shots}{question}\n{choices}\nAnswer:",
    fields: { subject: "subject" },
    items: rows.length,
    ...(shots.length === 0 ? {} : { shots: { file: "shots.jsonl", items: shots.length, sha256 } }),
    ...entries,
  });
  if (shots.length > 0) await writeFile(join(dataset.folder, "shots.jsonl"), lines);
  return dataset;
}
