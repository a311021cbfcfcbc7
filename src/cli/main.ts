#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { EXIT } from "../domain/errors.ts";
import { packageVersion } from "../package-root.ts";
import { addDatasets } from "./commands/datasets.ts";
import { addDeployment } from "./commands/deployment.ts";
import { addEvaluation } from "./commands/evaluation.ts";
import { addEvidence } from "./commands/evidence.ts";
import { addModels } from "./commands/models.ts";
import { addService } from "./commands/service.ts";
import { addTools } from "./commands/tools.ts";
import { fail } from "./fail.ts";

// A reader that has seen enough (`| head`) is no error, and no verdict either: the command goes on and exits by what it finds.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

// Commands load what they need when they run, so that `--help` answers at once.
const program = new Command("quantgate")
  .description("Is this quantization as good as the original, and may I deploy it? A verdict with evidence.")
  .version(packageVersion())
  .showHelpAfterError("(quantgate --help lists the commands)")
  .exitOverride();

program.commandsGroup("Evaluate and decide:");
addEvaluation(program);
program.commandsGroup("Compare and keep runs:");
addEvidence(program);
addDeployment(program);
program.commandsGroup("Datasets and models:");
addDatasets(program);
addModels(program);
program.commandsGroup("Service:");
addService(program);
program.commandsGroup("Tools:");
addTools(program);

try {
  await program.parseAsync();
} catch (error) {
  // Commander has told its own errors already; help and version are no errors.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.pass : EXIT.usage;
  else fail(error);
}
