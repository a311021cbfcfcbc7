import { type Command, Option } from "commander";
import { JSON_OUTPUT, RUNS } from "./options.ts";

/** Commands on what to do with a verdict. */
export function addDeployment(program: Command): void {
  program
    .command("recommend")
    .summary("what to deploy, from own runs, published figures and formulas")
    .description(
      "Answers what to deploy: quality from your own runs (proven) or the study's tables (published), memory, time and cost by formulas (derived). Hard gates come first (risk, memory, quality, latency, budget), then cost, then quality.",
    )
    .argument("[runs...]", "ids of runs, or baselines' names (default: the newest completed ones)")
    .option("--model <name>", "model to deploy; may be left out where the runs have only one")
    .option("--gpu <name>", "GPU by name, e.g. rtx-4080-laptop or rtx-4090")
    .option("--vram <size>", "its memory instead, e.g. 12GB")
    .option("--context <tokens>", "tokens of context a user (default: 2048)")
    .option("--users <number>", "requests at once (default: 1)")
    .addOption(
      new Option("--risk <risk>", "how much a wrong answer costs (default: moderate)").choices([
        "high",
        "moderate",
        "low",
      ]),
    )
    .option(
      "--workload <kind>",
      "rag, summarization, chat, balanced, code, classification, or prompt to answer tokens: 85:15",
    )
    .option(
      "--application <name>",
      "hold the model against the published minima of an application, e.g. general-chatbot",
    )
    .option("--prompt-tokens <number>", "tokens of a prompt (default: typical of the workload)")
    .option("--completion-tokens <number>", "tokens of an answer (default: typical of the workload)")
    .option("--slo-ms <ms>", "longest time of a request")
    .option("--tokens-per-month <number>", "load, e.g. 100M")
    .option("--burst <factor>", "peak over mean load (default: 1)")
    .option("--dollars-per-hour <price>", "price of the machine (default: the study's assumption for that GPU)")
    .option("--budget <dollars>", "most to spend a month; needs --tokens-per-month")
    .addOption(new Option("--os <system>", "where it runs").choices(["linux", "windows", "macos"]))
    .option("--validate", "print how far the study's figures bear the laws behind the answers")
    .option("--markdown <file>", "write the answer as Markdown")
    .option("--html <file>", "write the answer as HTML")
    .option(...RUNS)
    .option(...JSON_OUTPUT)
    .addHelpText(
      "after",
      "\nExit codes: 0 a recommendation, 1 nothing that is known fits, 2 wrong input, 3 no basis: no run and no table knows the model.",
    )
    .action(async (names: string[], options) => (await import("../recommend.ts")).recommendCommand(names, options));
}
