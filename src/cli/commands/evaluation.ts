import type { Command } from "commander";
import { EXIT_CODES, JSON_OUTPUT, POLICY, RUNS } from "./options.ts";

/** Commands that lead from a spec to a verdict. */
export function addEvaluation(program: Command): void {
  program
    .command("demo")
    .summary("evaluate the bundled demonstration model at seven quantizations")
    .description(
      "Evaluates the bundled demonstration model at seven quantizations: about a minute, nothing is downloaded.",
    )
    .option(...RUNS)
    .option("--json", "print summary and verdicts as JSON on stdout")
    .option("--quiet", "no progress on stderr")
    .action(async (options) => (await import("../demo.ts")).demo(options));

  program
    .command("plan")
    .summary("what a run would ask, and what it could decide")
    .description(
      "Tells items, answers and the least loss that would be noticed, and warns where a margin can't be decided. Asks no backend.",
    )
    .argument("<spec>", "spec file, YAML or JSON")
    .option(...POLICY)
    .option(...JSON_OUTPUT)
    .action(async (spec: string, options) => (await import("../plan.ts")).plan(spec, options));

  program
    .command("probe")
    .description(
      "examine every variant of a spec before it is trusted: reachable, the right weights, honest log-probabilities",
    )
    .argument("<spec>", "spec file, YAML or JSON")
    .option("--repeats <n>", "how often the same question is asked", "3")
    .option(...JSON_OUTPUT)
    .action(async (spec: string, options) => (await import("../probe.ts")).probe(spec, options));

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
    .action(async (spec: string | undefined, options) => (await import("../run.ts")).run(spec, options));

  deciding(program.command("gate"))
    .summary("decide a finished run again, by any policy")
    .description("Decides a finished run by a policy. Asks no backend.")
    .argument("<run>", "id of a run")
    .option("--save", "put the verdict on record: verdicts.json, with a line in verdicts.log")
    .addHelpText("after", EXIT_CODES)
    .action(async (id: string, options) => (await import("../gate.ts")).gate(id, options));

  deciding(program.command("report"))
    .summary("recompute scores, summary and report of a run from its journal")
    .argument("<run>", "id of a run")
    .action(async (id: string, options) => (await import("../report.ts")).report(id, options));

  deciding(program.command("import"))
    .summary("decide on results that another tool wrote")
    .description(
      "Makes a run of results that lm-evaluation-harness and other tools wrote about a model's quantizations, takes their numbers as told, compares them document by document, and decides by a policy.",
    )
    .argument("<results...>", "LABEL=PATH: a quantization's name and the file or folder of its results")
    .requiredOption("--model <name>", "what all of them are quantizations of, such as llama3.2-1b")
    .option("--task <name...>", "only these tasks")
    .option("--metric <name...>", "only these metrics; the first decides, the others are watched")
    .option("--no-gate", "exit 0 when the results are imported, whatever the verdict")
    .addHelpText(
      "after",
      `\nExample:\n  quantgate import FP16=out/fp16 Q4_K_M=out/q4 --model llama3.2-1b\n${EXIT_CODES}`,
    )
    .action(async (results: readonly string[], options) =>
      (await import("../import.ts")).importResults(results, options),
    );
}

/** Options of every command that ends with a verdict. */
function deciding(command: Command): Command {
  return command
    .option(...POLICY)
    .option("--variant <name...>", "quantizations or variants that decide the exit code; the others inform")
    .option(
      "--baseline <name>",
      "stored baseline of models that have none in the run: a name, last-passing, or a run; of imported results, a label",
    )
    .option("--accept-exploratory", "let a result whose looks weren't declared exit 0, too")
    .option("--junit <file>", "write the verdicts as JUnit XML")
    .option("--markdown <file>", "write the report as Markdown")
    .option(...RUNS)
    .option("--json", "print summary and verdicts as JSON on stdout")
    .option("--quiet", "no progress on stderr");
}
