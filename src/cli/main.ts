#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { EXIT } from "../domain/errors.ts";
import { packageVersion } from "../package-root.ts";
import { fail } from "./fail.ts";

// A reader that has seen enough (`| head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(EXIT.pass);
  throw error;
});

// Commands load what they need when they run, so that `--help` answers at once.
const program = new Command("quantgate")
  .description("Is this quantization as good as the original, and may I deploy it? A verdict with evidence.")
  .version(packageVersion())
  .showHelpAfterError("(quantgate --help lists the commands)")
  .exitOverride();

const EXIT_CODES =
  "\nExit codes: 0 pass, 1 a gate failed, 2 wrong input, 3 inconclusive, 4 could not complete, 130 interrupted.";
const RUNS = ["--runs <folder>", "folder of runs (default: $QUANTGATE_RUNS or ./runs)"] as const;
const JSON_OUTPUT = ["--json", "print summary and verdicts as JSON on stdout"] as const;
const POLICY = ["--policy <name or file>", "policy that decides (default: the spec's, else `default`)"] as const;

/** Options of every command that ends with a verdict. */
function deciding(command: Command): Command {
  return command
    .option(...POLICY)
    .option("--variant <name...>", "quantizations or variants that decide the exit code; the others inform")
    .option("--baseline <name>", "stored baseline of models that have none in the run: a name, last-passing, or a run")
    .option("--junit <file>", "write the verdicts as JUnit XML")
    .option("--markdown <file>", "write the report as Markdown")
    .option(...RUNS)
    .option(...JSON_OUTPUT)
    .option("--quiet", "no progress on stderr");
}

deciding(program.command("run"))
  .summary("evaluate every quantization of a spec, and decide")
  .description(
    "Evaluates every variant of a spec on every task, compares each with its baseline, and decides by a policy.",
  )
  .argument("[spec]", "spec file, YAML or JSON")
  .option("--resume <id>", "go on with a run that was stopped or killed")
  .option("--retry-errored", "with --resume: ask the errored items again; they are counted apart")
  .option("--no-probe", "trust the backends without examining them first")
  .option("--no-cache", "ask for every answer again, even those that are kept from an earlier run")
  .option("--no-gate", "exit 0 when the run completes, whatever the verdict")
  .addHelpText("after", `\nExample:\n  quantgate run examples/demo.yaml\n${EXIT_CODES}`)
  .action(async (spec: string | undefined, options) => (await import("./run.ts")).run(spec, options));

deciding(program.command("gate"))
  .summary("decide a finished run again, by any policy")
  .description("Decides a finished run by a policy. Asks no backend.")
  .argument("<run>", "id of a run")
  .addHelpText("after", EXIT_CODES)
  .action(async (id: string, options) => (await import("./gate.ts")).gate(id, options));

deciding(program.command("report"))
  .summary("recompute scores, summary and report of a run from its journal")
  .argument("<run>", "id of a run")
  .action(async (id: string, options) => (await import("./report.ts")).report(id, options));

const SERVER = ["--server <url>", "server that has the runs, such as http://127.0.0.1:8080"] as const;
const TOKEN = ["--token-env <name>", "environment variable that holds the token (default: QUANTGATE_TOKEN)"] as const;

const runs = program
  .command("runs")
  .description("list the runs on disk or of a server, newest first; delete and export them")
  .option(...RUNS)
  .option("--model <name>", "only runs of this model")
  .option("--status <status...>", "only runs that are queued, running, completed, interrupted, failed or cancelled")
  .option("--overall <verdict>", "only runs that pass, fail or are inconclusive")
  .option("--schedule <name>", "only runs that a schedule asked for")
  .option("--limit <number>", "at most so many")
  .option(...SERVER)
  .option(...TOKEN)
  .option("--json", "print JSON on stdout")
  .action(async (options) =>
    options.server === undefined
      ? (await import("./runs.ts")).runs(options)
      : (await import("./runs-remote.ts")).remoteRuns(options),
  );
runs
  .command("delete")
  .description("delete runs for good, with everything that is kept of them")
  .argument("<run...>", "ids of runs")
  .option("--force", "also runs that are queued or running somewhere")
  .action(async (ids: string[], _, command) => (await import("./runs.ts")).deleteRuns(ids, command.optsWithGlobals()));
runs
  .command("export")
  .description("write everything that is kept of a run into a new folder")
  .argument("<run>", "id of a run")
  .argument("<folder>")
  .action(async (id: string, folder: string, _, command) =>
    (await import("./runs.ts")).exportStored(id, folder, command.optsWithGlobals()),
  );

program
  .command("serve")
  .summary("the HTTP API and pages: submit specs, watch runs, read verdicts")
  .description("Serves the HTTP API and pages. Callers name backends that you registered; they can't bring their own.")
  .requiredOption("--backends <file>", "backends that callers may name, YAML or JSON; see docs/service-api.md")
  .option("--host <address>", "address to listen on", "127.0.0.1")
  .option("--port <n>", "port to listen on; 0: any that is free", "8080")
  .option(...RUNS)
  .option("--rate-limit <n>", "requests a minute for each token", "600")
  .option("--max-answers <n>", "most answers that one run may ask for", "1000000")
  .option("--log-level <level>", "trace, debug, info, warn, error", "info")
  .option("--no-probe", "trust the backends without examining them first")
  .option("--insecure-no-auth", "no tokens; only on the loopback interface")
  .action(async (options) => (await import("./serve.ts")).serve(options));

const tokens = program.command("tokens").description("who may use the service");
tokens
  .command("add")
  .description("make a token and print it, once; only its hash is kept")
  .argument("<name>", "whose it is")
  .option("--scopes <list>", "read, submit or admin; each includes those before it", "read")
  .option(...RUNS)
  .action(async (name: string, options) => (await import("./tokens.ts")).addToken(name, options));
tokens
  .command("list")
  .description("names and scopes")
  .option(...RUNS)
  .option("--json", "print JSON on stdout")
  .action(async (options) => (await import("./tokens.ts")).listTokens(options));
tokens
  .command("remove")
  .description("end a token")
  .argument("<name>", "whose it is")
  .option(...RUNS)
  .action(async (name: string, options) => (await import("./tokens.ts")).removeToken(name, options));

/** Options of every command that follows a run of a server. */
function following(command: Command): Command {
  return command
    .requiredOption(...SERVER)
    .option(...TOKEN)
    .option("--junit <file>", "write the verdicts as JUnit XML")
    .option("--markdown <file>", "write the report as Markdown")
    .option("--json", "print JSON on stdout")
    .option("--quiet", "no progress on stderr")
    .addHelpText("after", EXIT_CODES);
}

following(program.command("submit"))
  .description("hand a spec to a server; with --wait exit by its verdict")
  .argument("<spec>", "spec file without `backends`: variants name those of the server")
  .option("--wait", "follow the run to its verdict")
  .option("--idempotency-key <text>", "submitting again with the same key gives the same run")
  .action(async (spec: string, options) => (await import("./submit.ts")).submit(spec, options));
following(program.command("watch"))
  .description("follow a run of a server and exit by its verdict")
  .argument("<run>", "id of a run")
  .action(async (id: string, options) => (await import("./watch.ts")).watch(id, options));
program
  .command("cancel")
  .description("end a run of a server for good; what was answered is kept")
  .argument("<run>", "id of a run")
  .requiredOption(...SERVER)
  .option(...TOKEN)
  .action(async (id: string, options) => (await import("./cancel.ts")).cancel(id, options));

program
  .command("compare")
  .summary("what changed between two runs, whether it is a regression, and what to do")
  .description(
    "Compares a newer run with a reference run: how much each metric changed, what differs between the runs, whether a regression is confirmed, which items flipped, and what to do.",
  )
  .argument("<reference>", "id of a run, a baseline's name, or last-passing")
  .argument("<newer>", "id of a run, or a baseline's name")
  .option("--variant <name...>", "only these quantizations or variants of the newer run")
  .option("--baseline-variant <name>", "variant of the reference run that they are compared with, also of another name")
  .option("--unpaired", "leave the pairing of items aside; Newcombe and Welch instead")
  .option("--policy <name or file>", "policy whose margins count (default: the newer run's)")
  .option("--markdown <file>", "write the comparison as Markdown")
  .option("--html <file>", "write the comparison as HTML")
  .option("--rerun <file>", "write the controlled rerun's spec")
  .option(...RUNS)
  .option("--json", "print everything as JSON on stdout")
  .addHelpText(
    "after",
    "\nExit codes: 0 no regression confirmed, 1 regression confirmed, 2 wrong input, 3 not everything could be compared.",
  )
  .action(async (reference: string, newer: string, options) =>
    (await import("./compare.ts")).compare(reference, newer, options),
  );

program
  .command("plan")
  .summary("what a run would ask, and what it could decide")
  .description(
    "Tells items, answers and the least loss that would be noticed, and warns where a margin can't be decided. Asks no backend.",
  )
  .argument("<spec>", "spec file, YAML or JSON")
  .option(...POLICY)
  .option("--json", "print JSON on stdout")
  .action(async (spec: string, options) => (await import("./plan.ts")).plan(spec, options));

program
  .command("matrix")
  .description("which quantizations of which models work, from one run or many")
  .argument("<runs...>", "ids of runs, or baselines' names")
  .option("--markdown <file>", "write the matrix as Markdown")
  .option(...RUNS)
  .option("--json", "print JSON on stdout")
  .action(async (names: string[], options) => (await import("./matrix.ts")).matrix(names, options));

const baseline = program.command("baseline").description("runs with a name, which other runs are held against");
baseline
  .command("set")
  .description("give a run a name")
  .argument("<name>")
  .argument("<run>", "id of a run")
  .option(...RUNS)
  .action(async (name: string, id: string, options) => (await import("./baseline.ts")).setBaseline(name, id, options));
baseline
  .command("list")
  .description("every name with its run, and the newest run of each model that passed")
  .option(...RUNS)
  .option("--json", "print JSON on stdout")
  .action(async (options) => (await import("./baseline.ts")).listBaselines(options));
baseline
  .command("show")
  .description("what is behind a name")
  .argument("<name>")
  .option(...RUNS)
  .option("--json", "print JSON on stdout")
  .action(async (name: string, options) => (await import("./baseline.ts")).showBaseline(name, options));

const datasets = program.command("datasets").description("what can be asked");
datasets
  .command("list")
  .description("datasets that are bundled or pulled")
  .option("--json", "print JSON on stdout")
  .action(async (options) => (await import("./datasets-list.ts")).listDatasets(options));
datasets
  .command("pull")
  .description("fetch known datasets from the Hugging Face hub, held to quantgate.lock.json")
  .argument("<names...>", "such as mmlu, arc-challenge, hellaswag, or mmlu@revision; `datasets list` shows all")
  .option("--offline", "ask nothing of the network: use what was fetched before")
  .addHelpText(
    "after",
    "\nEnvironment: HF_ENDPOINT (a mirror), HF_TOKEN, HF_HOME (where files are kept), HF_HUB_OFFLINE.",
  )
  .action(async (names: string[], options) => (await import("./datasets-pull.ts")).pullDatasets(names, options));
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
  .action(async (paths: string[], options) => (await import("./datasets-import.ts")).importDataset(paths, options));
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
  .action(async (files: string[], options) => (await import("./datasets-from-log.ts")).draftFromLog(files, options));
datasets
  .command("validate")
  .description("check every row and prompt of a dataset; find duplicates, and items that worked examples give away")
  .argument("<dataset>", "name, or folder")
  .option("--json", "print JSON on stdout")
  .action(async (name: string, options) => (await import("./datasets-validate.ts")).validateDataset(name, options));
datasets
  .command("show")
  .description("what a dataset is, and what a backend is asked for one of its items")
  .argument("<dataset>", "name, or folder")
  .option("--item <id>", "default: the first")
  .option("--prompt <name or template>", "default: the dataset's own")
  .option("--protocol <protocol>", "default: the dataset's own")
  .option("--shots <n>", "worked examples before the item", "0")
  .action(async (name: string, options) => (await import("./datasets-show.ts")).showDataset(name, options));
datasets
  .command("stats")
  .description("subjects, lengths, choices and references of a dataset")
  .argument("<dataset>", "name, or folder")
  .option("--json", "print JSON on stdout")
  .action(async (name: string, options) => (await import("./datasets-stats.ts")).datasetStatistics(name, options));

program
  .command("probe")
  .description(
    "examine every variant of a spec before it is trusted: reachable, the right weights, honest log-probabilities",
  )
  .argument("<spec>", "spec file, YAML or JSON")
  .option("--repeats <n>", "how often the same question is asked", "3")
  .option("--json", "print JSON on stdout")
  .action(async (spec: string, options) => (await import("./probe.ts")).probe(spec, options));

const models = program.command("models").description("neural models behind bertscore and coherence");
models
  .command("list")
  .description("what is bundled and what was pulled")
  .option("--json", "print JSON on stdout")
  .action(async (options) => (await import("./models.ts")).listModels(options));
models
  .command("pull")
  .description("fetch models from the Hugging Face hub, held to quantgate.lock.json")
  .argument("<names...>", "such as roberta-large, all-mpnet-base-v2 or owner/name@revision")
  .option("--file <name>", "the .onnx file, where it isn't onnx/model.onnx or model.onnx")
  .option("--offline", "ask nothing of the network")
  .action(async (names: readonly string[], options) => (await import("./models.ts")).pullModels(names, options));
models
  .command("verify")
  .description("compare files with the lock")
  .argument("[names...]", "default: all")
  .action(async (names: readonly string[]) => (await import("./models.ts")).verifyModels(names));
models
  .command("path")
  .description("the folder a model lies in")
  .argument("<name>")
  .action(async (name: string) => (await import("./models.ts")).modelPath(name));

const cache = program.command("cache").description("answers that are kept between runs");
cache
  .command("stats")
  .description("how many there are, and where")
  .option("--json", "print JSON on stdout")
  .action(async (options) => (await import("./cache.ts")).cacheStats(options));
cache
  .command("clear")
  .description("forget them; runs on disk are not touched")
  .option("--json", "print JSON on stdout")
  .action(async (options) => (await import("./cache.ts")).cacheClear(options));

program
  .command("fake-backend")
  .summary("serve a GGUF file as Ollama, vLLM, TGI or llama-server would, with faults on demand")
  .helpOption(false)
  .allowUnknownOption()
  .allowExcessArguments()
  .argument("[flags...]", "quantgate fake-backend --help lists them")
  .action(async () => (await import("../fake-backend/command.ts")).runFakeBackend(process.argv.slice(3)));

program
  .command("schema")
  .description("print the JSON Schema of a spec file, for editors")
  .action(async () => (await import("./schema.ts")).schema());

program
  .command("demo")
  .summary("evaluate the bundled demonstration model at seven quantizations")
  .description(
    "Evaluates the bundled demonstration model at seven quantizations: about a minute, nothing is downloaded.",
  )
  .option(...RUNS)
  .option(...JSON_OUTPUT)
  .option("--quiet", "no progress on stderr")
  .action(async (options) => (await import("./demo.ts")).demo(options));

try {
  await program.parseAsync();
} catch (error) {
  // Commander has told its own errors already; help and version are no errors.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.pass : EXIT.usage;
  else fail(error);
}
