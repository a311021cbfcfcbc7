import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Quantization } from "../domain/quantization.ts";
import { packageRoot } from "../package-root.ts";
import type { Tier } from "./tier.ts";

/** `reference/tr125.json`: what the published study found. */
export interface PublishedTable {
  readonly title: string;
  readonly note: string;
  readonly results: readonly PublishedResult[];
}

/** One row of the study: MMLU and ARC-Challenge at temperature 0, generation against the same baseline. Shares are rounded as printed. */
export interface PublishedResult {
  readonly model: string;
  readonly quantization: Quantization;
  readonly baseline: Quantization;
  readonly questions: number;
  readonly rescoredAccuracy: number;
  readonly mmluAccuracy: number;
  readonly mmluQuestions: number;
  readonly arcAccuracy: number;
  readonly arcQuestions: number;
  /** Rebuilt from the rounded accuracies. */
  readonly rescoredCorrect: number;
  readonly wilson95: readonly [lower: number, upper: number];
  /** Change against the baseline in percentage points; a loss is negative. */
  readonly deltaPp: number;
  /** Percent change of the key metric average; `null` for a baseline. */
  readonly generationDeltaPct: number | null;
  readonly tier: Tier | "baseline";
}

let table: PublishedTable | undefined;

/** The study's table as it ships with the package. */
export function publishedTable(): PublishedTable {
  table ??= JSON.parse(readFileSync(join(packageRoot(), "reference", "tr125.json"), "utf8")) as PublishedTable;
  return table;
}

/**
 * What the study saw for the same model and quantization, or `undefined` when it has no such row. Names are compared by their letters and
 * digits alone, so that `llama3.2:1b` is found as `llama3.2-1b`; other variations of the weights (`-instruct`) are other models.
 */
export function publishedResult(model: string, quantization: Quantization): PublishedResult | undefined {
  const name = plain(model);
  return publishedTable().results.find((row) => row.quantization === quantization && plain(row.model) === name);
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}
