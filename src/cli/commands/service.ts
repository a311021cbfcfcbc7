import type { Command } from "commander";
import { EXIT_CODES, JSON_OUTPUT, RUNS, SERVER, TOKEN } from "./options.ts";

/** Commands of the service, from both sides. */
export function addService(program: Command): void {
  program
    .command("serve")
    .summary("the HTTP API and pages: submit specs, watch runs, read verdicts")
    .description(
      "Serves the HTTP API and pages. Callers name backends that you registered; they can't bring their own.",
    )
    .option("--backends <file>", "backends that callers may name, YAML or JSON (default: $QUANTGATE_BACKENDS)")
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--port <n>", "port to listen on; 0: any that is free", "8080")
    .option(...RUNS)
    .option("--rate-limit <n>", "requests a minute for each token", "600")
    .option("--max-answers <n>", "most answers that one run may ask for", "1000000")
    .option("--log-level <level>", "trace, debug, info, warn, error", "info")
    .option("--no-probe", "trust the backends without examining them first")
    .option("--insecure-no-auth", "no tokens; only on the loopback interface")
    .action(async (options) => (await import("../serve.ts")).serve(options));

  const tokens = program.command("tokens").description("who may use the service");
  tokens
    .command("add")
    .description("make a token and print it, once; only its hash is kept")
    .argument("<name>", "whose it is")
    .option("--scopes <list>", "read, submit or admin; each includes those before it", "read")
    .option(...RUNS)
    .action(async (name: string, options) => (await import("../tokens.ts")).addToken(name, options));
  tokens
    .command("list")
    .description("names and scopes")
    .option(...RUNS)
    .option(...JSON_OUTPUT)
    .action(async (options) => (await import("../tokens.ts")).listTokens(options));
  tokens
    .command("remove")
    .description("end a token")
    .argument("<name>", "whose it is")
    .option(...RUNS)
    .action(async (name: string, options) => (await import("../tokens.ts")).removeToken(name, options));

  following(program.command("submit"))
    .description("hand a spec to a server; with --wait exit by its verdict")
    .argument("<spec>", "spec file without `backends`: variants name those of the server")
    .option("--wait", "follow the run to its verdict")
    .option("--idempotency-key <text>", "submitting again with the same key gives the same run")
    .action(async (spec: string, options) => (await import("../submit.ts")).submit(spec, options));
  following(program.command("watch"))
    .description("follow a run of a server and exit by its verdict")
    .argument("<run>", "id of a run")
    .action(async (id: string, options) => (await import("../watch.ts")).watch(id, options));
  program
    .command("cancel")
    .description("end a run of a server for good; what was answered is kept")
    .argument("<run>", "id of a run")
    .requiredOption(...SERVER)
    .option(...TOKEN)
    .action(async (id: string, options) => (await import("../cancel.ts")).cancel(id, options));

  const schedules = program.command("schedules").description("specs that a server submits by the clock");
  schedules
    .command("set")
    .description("have a spec submitted by the clock, in the place of a schedule of the same name")
    .argument("<name>", "the schedule's name")
    .argument("<spec>", "spec file without `backends`: variants name those of the server")
    .requiredOption("--cron <expression>", 'such as "0 3 * * 1" for Mondays at three')
    .option("--timezone <name>", "such as Europe/Berlin (default: UTC)")
    .option("--webhook <name>", "a registered webhook, told when a verdict changes")
    .requiredOption(...SERVER)
    .option(...TOKEN)
    .action(async (name: string, spec: string, options) =>
      (await import("../schedules.ts")).setSchedule(name, spec, options),
    );
  schedules
    .command("list")
    .description("all schedules, and when they are due next")
    .requiredOption(...SERVER)
    .option(...TOKEN)
    .option(...JSON_OUTPUT)
    .action(async (options) => (await import("../schedules.ts")).listSchedules(options));
  schedules
    .command("remove")
    .description("submit the spec no more; its runs stay")
    .argument("<name>", "the schedule's name")
    .requiredOption(...SERVER)
    .option(...TOKEN)
    .action(async (name: string, options) => (await import("../schedules.ts")).removeSchedule(name, options));
}

/** Options of every command that follows a run of a server. */
function following(command: Command): Command {
  return command
    .requiredOption(...SERVER)
    .option(...TOKEN)
    .option("--junit <file>", "write the verdicts as JUnit XML")
    .option("--markdown <file>", "write the report as Markdown")
    .option(...JSON_OUTPUT)
    .option("--quiet", "no progress on stderr")
    .addHelpText("after", EXIT_CODES);
}
