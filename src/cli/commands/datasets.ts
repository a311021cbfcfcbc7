import type { Command } from "commander";
import { JSON_OUTPUT } from "./options.ts";

/** Commands on datasets. */
export function addDatasets(program: Command): void {
  const datasets = program.command("datasets").description("what can be asked");
  datasets
    .command("list")
    .description("datasets that are bundled or pulled")
    .option(...JSON_OUTPUT)
    .action(async (options) => (await import("../datasets-list.ts")).listDatasets(options));
  datasets
    .command("pull")
    .description("fetch known datasets from the Hugging Face hub, held to quantgate.lock.json")
    .argument("<names...>", "such as mmlu, arc-challenge, hellaswag, or mmlu@revision; `datasets list` shows all")
    .option("--offline", "ask nothing of the network: use what was fetched before")
    .addHelpText(
      "after",
      "\nEnvironment: HF_ENDPOINT (a mirror), HF_TOKEN, HF_HOME (where files are kept), HF_HUB_OFFLINE.",
    )
    .action(async (names: string[], options) => (await import("../datasets-pull.ts")).pullDatasets(names, options));
  datasets
    .command("import")
    .summary("make a dataset of files of your own: JSON Lines, CSV, Parquet")
    .description(
      "Makes a dataset of files of your own. All problems of the rows are told at once; then nothing is written.",
    )
    .argument("<path...>", "files, or folders of files: .jsonl, .csv, .tsv, .parquet")
    .requiredOption("--mapping <file>", "what the fields mean, YAML or JSON; or `mmlu`: MMLU's original CSV files")
    .option("--shots <path...>", "files with worked examples in the same layout, for few-shot prompts")
    .option("--name <name>", "instead of the mapping's")
    .option("--to <folder>", "folder that gets the dataset's folder (default: the cache, where specs find it by name)")
    .option("--replace", "put it in the place of a dataset of the same name")
    .action(async (paths: string[], options) => (await import("../datasets-import.ts")).importDataset(paths, options));
  datasets
    .command("from-log")
    .summary("draft a dataset of requests from production, without personal data")
    .description(
      "Samples requests of a log by length, route and time of day, replaces personal data, collapses near-duplicates, and writes a draft for a person to review.",
    )
    .argument("<file...>", "JSON Lines, a request a line")
    .option("--to <folder>", "folder of the draft", "from-log")
    .option("--name <name>", "name of the dataset that will come of it", "from-log")
    .option("--items <n>", "requests to take", "200")
    .option("--seed <n>", "another seed, another sample", "0")
    .option("--prompt <field>", "where the prompt or the messages stand (default: the usual names)")
    .option("--route <field>", "where the route stands (default: the usual names)")
    .option("--time <field>", "where the time stands (default: the usual names)")
    .option("--answer <field>", "where the answer stands; it becomes the reference (default: no references)")
    .option("--names <file>", "names to be replaced, one a line")
    .option("--replace", "throw away a draft in the same folder")
    .action(async (files: string[], options) => (await import("../datasets-from-log.ts")).draftFromLog(files, options));
  datasets
    .command("validate")
    .description("check every row and prompt of a dataset; find duplicates, and items that worked examples give away")
    .argument("<dataset>", "name, or folder")
    .option(...JSON_OUTPUT)
    .action(async (name: string, options) => (await import("../datasets-validate.ts")).validateDataset(name, options));
  datasets
    .command("show")
    .description("what a dataset is, and what a backend is asked for one of its items")
    .argument("<dataset>", "name, or folder")
    .option("--item <id>", "default: the first")
    .option("--prompt <name or template>", "default: the dataset's own")
    .option("--protocol <protocol>", "default: the dataset's own")
    .option("--shots <n>", "worked examples before the item", "0")
    .action(async (name: string, options) => (await import("../datasets-show.ts")).showDataset(name, options));
  datasets
    .command("stats")
    .description("subjects, lengths, choices and references of a dataset")
    .argument("<dataset>", "name, or folder")
    .option(...JSON_OUTPUT)
    .action(async (name: string, options) => (await import("../datasets-stats.ts")).datasetStatistics(name, options));
}
