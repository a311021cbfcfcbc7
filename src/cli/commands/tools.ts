import { Argument, type Command } from "commander";
import { SCHEMAS, type SchemaName } from "../schema-names.ts";

/** Commands for editors and tests. */
export function addTools(program: Command): void {
  program
    .command("schema")
    .description("print the JSON Schema of a file that you write, for editors")
    .addArgument(new Argument("[file]", "what the file is").choices(SCHEMAS).default("spec"))
    .action(async (file: SchemaName) => (await import("../schema.ts")).schema(file));

  program
    .command("fake-backend")
    .summary("serve a GGUF file as Ollama, vLLM, TGI or llama-server would, with faults on demand")
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .argument("[flags...]", "quantgate fake-backend --help lists them")
    .action(async () => (await import("../../fake-backend/command.ts")).runFakeBackend(process.argv.slice(3)));
}
