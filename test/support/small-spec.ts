import { writeFile } from "node:fs/promises";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..", "..");

/** Absolute path of a bundled demo model file. */
export function demoModel(quantization: string): string {
  return join(ROOT, "models", "demo", `demo-${quantization}.gguf`);
}

export interface SmallSpecOptions {
  readonly quantizations?: readonly string[];
  readonly limit?: number;
  readonly tasks?: readonly string[];
  readonly extra?: string;
}

/** Writes a spec over the bundled demo model that runs in seconds; returns its path. */
export async function writeSmallSpec(folder: string, options: SmallSpecOptions = {}): Promise<string> {
  const {
    quantizations = ["FP16", "Q4_K_M", "Q2_K"],
    limit = 24,
    tasks = ["demo-quiz-mc", "demo-code"],
    extra = "",
  } = options;
  const variants = quantizations.map(
    (name) => `      - { quantization: ${name}, model: ${demoModel(name === "FP16" ? "F16" : name)} }`,
  );
  const path = join(folder, "spec.yaml");
  await writeFile(
    path,
    `name: small
backends:
  local: { type: llama-cpp, contextSize: 256, batchSize: 256, concurrency: 2 }
models:
  - name: demo
    variants:
${variants.join("\n")}
tasks:
${tasks.map((task) => `  - { dataset: ${task}, limit: ${limit} }`).join("\n")}
${extra.includes("scorers:") ? "" : "scorers: { bertscore: { model: demo-encoder }, coherence: { model: demo-encoder } }\n"}${extra}`,
  );
  return path;
}
