import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { datasetFinder } from "../../src/dataset/find.ts";
import { EXIT, UsageError } from "../../src/domain/errors.ts";
import { loadSpec } from "../../src/spec/load.ts";
import type { ResolvedSpec } from "../../src/spec/resolved.ts";
import { temporaryFolder } from "../support/cli.ts";
import { demoModel } from "../support/small-spec.ts";

const ROOT = join(import.meta.dirname, "..", "..");
export const bundledDatasets = datasetFinder([join(ROOT, "datasets")]);

/** A spec that is right; tests replace parts of it. The line numbers below are what the tests count on. */
export const GOOD = `name: small
backends:
  local: { type: llama-cpp }
models:
  - name: demo
    variants:
      - { quantization: FP16, model: ${demoModel("F16")} }
      - { quantization: Q4_K_M, model: ${demoModel("Q4_K_M")} }
tasks:
  - dataset: demo-quiz-mc
`;

/** Writes a spec file into a folder of its own and loads it. */
export async function load(text: string, name = "spec.yaml", folder?: string): Promise<ResolvedSpec> {
  const path = join(folder ?? (await temporaryFolder()), name);
  await writeFile(path, text);
  return loadSpec(path, bundledDatasets);
}

/** The one error a bad spec ends with, its folder taken out of the message. */
export async function complaintOf(text: string, name = "spec.yaml"): Promise<{ message: string; hint: string }> {
  const folder = await temporaryFolder();
  const error: unknown = await load(text, name, folder).then(
    () => "it loaded",
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UsageError)) throw new Error(`expected a UsageError, got ${String(error)}`, { cause: error });
  expect(error.exitCode).toBe(EXIT.usage);
  return { message: error.message.replaceAll(`${folder}/`, ""), hint: error.hint ?? "" };
}

/** `GOOD` with one part replaced; fails when the part isn't there. */
export function goodBut(part: string, replacement: string): string {
  expect(GOOD).toContain(part);
  return GOOD.replace(part, replacement);
}

/** Writes a dataset folder; `rows` become its items. */
export async function writeDataset(folder: string, manifest: object, rows: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "items.jsonl"), rows);
  await writeFile(join(folder, "manifest.json"), JSON.stringify(manifest));
}
