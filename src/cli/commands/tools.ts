import type { Command } from "commander";

/** Commands for editors and tests. */
export function addTools(program: Command): void {
  program
    .command("schema")
    .description("print the JSON Schema of a spec file, for editors")
    .action(async () => (await import("../schema.ts")).schema());

  program
    .command("fake-backend")
    .summary("serve a GGUF file as Ollama, vLLM, TGI or llama-server would, with faults on demand")
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .argument("[flags...]", "quantgate fake-backend --help lists them")
    .action(async () => (await import("../../fake-backend/command.ts")).runFakeBackend(process.argv.slice(3)));
}
