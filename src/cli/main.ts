#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { EXIT } from "../domain/errors.ts";
import { packageVersion } from "../package-root.ts";
import { fail } from "./fail.ts";

// Commands load what they need when they run, so that `--help` answers at once.
const program = new Command("quantgate")
  .description("Is this quantization as good as the original, and may I deploy it? A verdict with evidence.")
  .version(packageVersion())
  .showHelpAfterError("(quantgate --help lists the commands)")
  .exitOverride();

program
  .command("run")
  .summary("evaluate every quantization of a spec")
  .description("Evaluates every variant of a spec on every task, and reports what each lost against its baseline.")
  .argument("[spec]", "spec file, YAML or JSON")
  .option("--resume <id>", "go on with a run that was stopped or killed")
  .option("--runs <folder>", "folder of runs (default: $QUANTGATE_RUNS or ./runs)")
  .option("--json", "print the summary as JSON on stdout")
  .option("--quiet", "no progress on stderr")
  .addHelpText(
    "after",
    "\nExample:\n  quantgate run examples/demo.yaml\n\nExit codes: 0 completed, 2 wrong input, 4 could not complete, 130 interrupted.",
  )
  .action(async (spec: string | undefined, options) => (await import("./run.ts")).run(spec, options));

program
  .command("report")
  .summary("recompute scores, summary and report of a run from its journal")
  .argument("<run>", "id of a run")
  .option("--runs <folder>", "folder of runs (default: $QUANTGATE_RUNS or ./runs)")
  .option("--json", "print the summary as JSON on stdout")
  .option("--quiet", "say nothing but errors")
  .action(async (id: string, options) => (await import("./report.ts")).report(id, options));

const datasets = program.command("datasets").description("what can be asked");
datasets
  .command("list")
  .description("datasets that are bundled or pulled")
  .option("--json", "print JSON on stdout")
  .action(async (options) => (await import("./datasets-list.ts")).listDatasets(options));

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
  .option("--runs <folder>", "folder of runs (default: $QUANTGATE_RUNS or ./runs)")
  .option("--json", "print the summary as JSON on stdout")
  .option("--quiet", "no progress on stderr")
  .action(async (options) => (await import("./demo.ts")).demo(options));

try {
  await program.parseAsync();
} catch (error) {
  // Commander has told its own errors already; help and version are no errors.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.pass : EXIT.usage;
  else fail(error);
}
