import { createHash } from "node:crypto";
import { throwIfAborted, UsageError } from "../domain/errors.ts";
import type { Item } from "../domain/item.ts";
import type { ItemSource } from "./item-source.ts";

/** Which items of a dataset are asked: so many of each subject, or so many of all. */
export type Sample =
  | { readonly perSubject: number; readonly seed: number }
  | { readonly items: number; readonly seed: number };

interface Candidate {
  readonly position: number;
  readonly rank: string;
}

/**
 * Positions of a sample, ascending. Every item has a rank that only its id and the seed decide (their hash); a stratum gives those of lowest
 * rank. So a sample is the same on every machine, a smaller one is part of every larger one of the same seed, and rows that are added or
 * moved change little. A subject with fewer items gives all it has. Reads the items once, in order; memory holds the sample.
 */
export async function drawSample(source: ItemSource, sample: Sample, signal: AbortSignal): Promise<readonly number[]> {
  const size = "perSubject" in sample ? sample.perSubject : sample.items;
  const strata = new Map<string, Candidate[]>();
  for (let position = 0; position < source.count; position += 1) {
    if (position % 1000 === 0) throwIfAborted(signal);
    const item = await source.item(position);
    const key = "perSubject" in sample ? subjectOf(item) : "";
    const stratum = strata.get(key) ?? [];
    if (stratum.length === 0) strata.set(key, stratum);
    stratum.push({ position, rank: rankOf(item.id, sample.seed) });
    // Cut now and then, so that a stratum never holds much more than it gives.
    if (stratum.length >= 2 * size + 1000) keepLowest(stratum, size);
  }
  const chosen = [...strata.values()].flatMap((stratum) => {
    keepLowest(stratum, size);
    return stratum.map((candidate) => candidate.position);
  });
  return chosen.sort((a, b) => a - b);
}

function rankOf(id: string, seed: number): string {
  return createHash("sha256").update(`${seed}\n${id}`).digest("hex");
}

function keepLowest(stratum: Candidate[], size: number): void {
  stratum.sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : a.position - b.position));
  stratum.length = Math.min(stratum.length, size);
}

function subjectOf(item: Item): string {
  if (item.subject === undefined)
    throw new UsageError(`item "${item.id}" has no subject, and the sample takes so many of each`, {
      hint: "sample by `items` instead of `perSubject`, or map a field to `subject`",
    });
  return item.subject;
}
