import { readFile } from "node:fs/promises";
import { UsageError } from "../../domain/errors.ts";
import type { PrecisionRecall } from "./precision-recall.ts";

/** BERTScore of unrelated sentences, for one model and layer: the number that rescaling maps to 0. */
export interface Baseline {
  readonly values: PrecisionRecall;
  /** Whether the file is the user's own, not one published with the reference implementation. */
  readonly custom: boolean;
}

/**
 * (x - b) / (1 - b) for each component, so that unrelated texts score about 0 and equal ones 1; below 0 is possible.
 * Spreads the numbers without changing their order. Source: "Rescaling BERTScore with Baselines", bert_score's journal.
 */
export function rescale(score: PrecisionRecall, { values }: Baseline): PrecisionRecall {
  const scaled = (value: number, base: number) => (value - base) / (1 - base);
  return {
    precision: scaled(score.precision, values.precision),
    recall: scaled(score.recall, values.recall),
    f1: scaled(score.f1, values.f1),
  };
}

const HEADER = /^LAYER\s*,\s*P\s*,\s*R\s*,\s*F$/;

/**
 * One layer's row of a baseline file as bert_score publishes them: `LAYER,P,R,F`, one row a layer.
 * Throws UsageError when the file can't be read, has another form or no such layer.
 */
export async function readBaseline(path: string, layer: number, custom: boolean): Promise<Baseline> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new UsageError(`the baseline file ${path} can't be read`, {
      hint: "`quantgate models pull` fetches the published baseline with its model; otherwise don't rescale",
      cause,
    });
  }
  return { values: parseBaseline(text, layer, path), custom };
}

/** The row of `layer` in a baseline file's text; `name` is for messages. Throws UsageError. */
export function parseBaseline(text: string, layer: number, name: string): PrecisionRecall {
  const [header = "", ...rows] = text.trim().split(/\r?\n/);
  if (!HEADER.test(header))
    throw new UsageError(`${name} is no baseline file: its first line isn't LAYER,P,R,F`, {
      hint: "use a file from bert_score's rescale_baseline folder, or one of the same form",
    });
  for (const row of rows) {
    const [number = Number.NaN, precision = Number.NaN, recall = Number.NaN, f1 = Number.NaN] = row
      .split(",")
      .map(Number);
    if (number !== layer) continue;
    if (![precision, recall, f1].every((value) => value > -1 && value < 1))
      throw new UsageError(`${name}: the row of layer ${layer} isn't three numbers below 1`, {
        hint: "download the file again",
      });
    return { precision, recall, f1 };
  }
  throw new UsageError(`${name} has no row for layer ${layer}`, {
    hint: "choose a layer that the file has, or don't rescale",
  });
}
