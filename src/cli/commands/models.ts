import type { Command } from "commander";
import { JSON_OUTPUT } from "./options.ts";

/** Commands on neural models and kept answers. */
export function addModels(program: Command): void {
  const models = program
    .command("models")
    .description("models of the hub: encoders behind bertscore and coherence, ONNX language models");
  models
    .command("list")
    .description("what is bundled and what was pulled")
    .option(...JSON_OUTPUT)
    .action(async (options) => (await import("../models.ts")).listModels(options));
  models
    .command("pull")
    .description("fetch models from the Hugging Face hub, held to quantgate.lock.json")
    .argument("<names...>", "such as roberta-large, all-mpnet-base-v2 or owner/name@revision")
    .option("--dtype <dtype>", "a language model for the backend transformers: fp32, fp16, q8, q4, …")
    .option("--file <name>", "the .onnx file, where it isn't onnx/model.onnx or model.onnx")
    .option("--offline", "ask nothing of the network")
    .action(async (names: readonly string[], options) => (await import("../models.ts")).pullModels(names, options));
  models
    .command("verify")
    .description("compare files with the lock")
    .argument("[names...]", "default: all")
    .action(async (names: readonly string[]) => (await import("../models.ts")).verifyModels(names));
  models
    .command("path")
    .description("the folder a model lies in")
    .argument("<name>")
    .action(async (name: string) => (await import("../models.ts")).modelPath(name));

  const cache = program.command("cache").description("answers that are kept between runs");
  cache
    .command("stats")
    .description("how many there are, and where")
    .option(...JSON_OUTPUT)
    .action(async (options) => (await import("../cache.ts")).cacheStats(options));
  cache
    .command("clear")
    .description("forget them; runs on disk are not touched")
    .option(...JSON_OUTPUT)
    .action(async (options) => (await import("../cache.ts")).cacheClear(options));
}
