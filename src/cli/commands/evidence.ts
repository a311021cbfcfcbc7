import type { Command } from "commander";
import { JSON_OUTPUT, MARGINS_OF, RUNS, SERVER, TOKEN } from "./options.ts";

/** Commands on runs that are there: list, hold against each other, name. */
export function addEvidence(program: Command): void {
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
    .option(...JSON_OUTPUT)
    .action(async (options) =>
      options.server === undefined
        ? (await import("../runs.ts")).runs(options)
        : (await import("../runs-remote.ts")).remoteRuns(options),
    );
  runs
    .command("delete")
    .description("delete runs for good, with everything that is kept of them")
    .argument("<run...>", "ids of runs")
    .option("--force", "also runs that are queued or running somewhere")
    .action(async (ids: string[], _, command) =>
      (await import("../runs.ts")).deleteRuns(ids, command.optsWithGlobals()),
    );
  runs
    .command("export")
    .description("write everything that is kept of a run into a new folder")
    .argument("<run>", "id of a run")
    .argument("<folder>")
    .action(async (id: string, folder: string, _, command) =>
      (await import("../runs.ts")).exportStored(id, folder, command.optsWithGlobals()),
    );

  program
    .command("export")
    .summary("write a run's numbers as another tool lays them out")
    .description("Writes each variant's numbers as lm-evaluation-harness does: results and samples, a folder for each.")
    .argument("<run>", "id of a run")
    .argument("<folder>", "a folder that isn't there yet")
    .option("--format <name>", "lm-eval", "lm-eval")
    .option(...RUNS)
    .action(async (id: string, folder: string, options) =>
      (await import("../export.ts")).exportAs(id, folder, options),
    );

  program
    .command("compare")
    .summary("what changed between two runs, whether it is a regression, and what to do")
    .description(
      "Compares a newer run with a reference run: how much each metric changed, what differs between the runs, whether a regression is confirmed, which items flipped, and what to do.",
    )
    .argument("<reference>", "id of a run, a baseline's name, last-passing, or LABEL=PATH of another tool's results")
    .argument("<newer>", "id of a run, a baseline's name, or LABEL=PATH")
    .option("--variant <name...>", "only these quantizations or variants of the newer run")
    .option(
      "--baseline-variant <name>",
      "variant of the reference run that they are compared with, also of another name",
    )
    .option("--unpaired", "leave the pairing of items aside; Newcombe and Welch instead")
    .option(...MARGINS_OF)
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
      (await import("../compare.ts")).compare(reference, newer, options),
    );

  program
    .command("matrix")
    .description("which quantizations of which models work, from one run or many")
    .argument("[runs...]", "ids of runs, or baselines' names")
    .option("--published", "the published study's table instead of runs")
    .option("--markdown <file>", "write the matrix as Markdown")
    .option(...RUNS)
    .option(...JSON_OUTPUT)
    .action(async (names: string[], options) => (await import("../matrix.ts")).matrix(names, options));

  const baseline = program.command("baseline").description("runs with a name, which other runs are held against");
  baseline
    .command("set")
    .description("give a run a name")
    .argument("<name>")
    .argument("<run>", "id of a run")
    .option(...RUNS)
    .action(async (name: string, id: string, options) =>
      (await import("../baseline.ts")).setBaseline(name, id, options),
    );
  baseline
    .command("list")
    .description("every name with its run, and the newest run of each model that passed")
    .option(...RUNS)
    .option(...JSON_OUTPUT)
    .action(async (options) => (await import("../baseline.ts")).listBaselines(options));
  baseline
    .command("show")
    .description("what is behind a name")
    .argument("<name>")
    .option(...RUNS)
    .option(...JSON_OUTPUT)
    .action(async (name: string, options) => (await import("../baseline.ts")).showBaseline(name, options));
}
