import { basename } from "node:path";
import { parseArgs } from "node:util";
import { UsageError } from "../domain/errors.ts";
import { DIALECTS, FAULTS, type FakeOptions } from "./options.ts";
import { startFakeBackend } from "./start.ts";

const HELP = `quantgate fake-backend --dialect <name> --model <file.gguf>

Serves a GGUF file as one of the inference servers would, for tests, with faults on demand. Runs until it is interrupted.

  --dialect <name>            ${DIALECTS.join(", ")}
  --model <file>              GGUF file that answers
  --name <name>               name it is served under (default: the file's)
  --host, --port <number>     where to listen (default: 127.0.0.1 and a free port, which is printed)
  --context-size <tokens>     context length (default: 128)
  --claim-quantization <name> what metadata says instead of the truth
  --claim-digest <hex>        weights digest that metadata tells instead of the truth
  --max-top <number>          most likely tokens shown at most (default: the real server's limit)
  --latency <ms>              wait before every answer
  --fault <kind:probability>  may be repeated; kinds: ${FAULTS.join(", ")}
  --retry-after <value>       Retry-After header of 429 and 503
  --seed <number>             seed of the dice for faults
  --die-after <requests>      kill this process (SIGKILL) after so many requests for an answer
  --ignore-echo               generate only, as if echo had not been asked for
  --ignore-logprobs           leave log-probabilities out
  --ignore-stop               generate past stop strings
  --constant-logprobs         make every log-probability the same
  --unstable                  change answers from request to request
  --cut-prompt <tokens>       read only the last tokens of a prompt
`;

const FLAGS = {
  dialect: { type: "string" },
  model: { type: "string" },
  name: { type: "string" },
  host: { type: "string", default: "127.0.0.1" },
  port: { type: "string", default: "0" },
  "context-size": { type: "string", default: "128" },
  "claim-quantization": { type: "string" },
  "claim-digest": { type: "string" },
  "max-top": { type: "string" },
  latency: { type: "string", default: "0" },
  fault: { type: "string", multiple: true, default: [] as string[] },
  "retry-after": { type: "string" },
  seed: { type: "string", default: "1" },
  "die-after": { type: "string" },
  "ignore-echo": { type: "boolean", default: false },
  "ignore-logprobs": { type: "boolean", default: false },
  "ignore-stop": { type: "boolean", default: false },
  "constant-logprobs": { type: "boolean", default: false },
  unstable: { type: "boolean", default: false },
  "cut-prompt": { type: "string" },
  help: { type: "boolean", short: "h", default: false },
} as const;

/** The command `fake-backend`: reads its arguments and serves until SIGINT or SIGTERM. Throws `UsageError` for bad arguments. */
export async function runFakeBackend(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  if (options === "help") {
    process.stdout.write(HELP);
    return;
  }
  const server = await startFakeBackend(options, new AbortController().signal);
  process.stdout.write(`listening on ${server.url}\n`);
  await new Promise<void>((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
  await server.close();
}

function parseOptions(args: readonly string[]): FakeOptions | "help" {
  const flags = readFlags(args);
  if (flags.help) return "help";
  const dialect = DIALECTS.find((name) => name === flags.dialect);
  if (dialect === undefined) throw bad(`--dialect must be one of ${DIALECTS.join(", ")}`);
  if (flags.model === undefined) throw bad("--model <file.gguf> is missing");
  return {
    dialect,
    model: flags.model,
    name: flags.name ?? basename(flags.model, ".gguf"),
    host: flags.host,
    port: whole("port", flags.port),
    contextSize: whole("context-size", flags["context-size"]),
    claimQuantization: flags["claim-quantization"],
    claimDigest: flags["claim-digest"],
    maxTop: maybeWhole("max-top", flags["max-top"]),
    latencyMs: whole("latency", flags.latency),
    faults: flags.fault.map(readFault),
    retryAfter: flags["retry-after"],
    seed: whole("seed", flags.seed),
    dieAfter: maybeWhole("die-after", flags["die-after"]),
    lies: {
      ignoreEcho: flags["ignore-echo"],
      ignoreLogprobs: flags["ignore-logprobs"],
      ignoreStop: flags["ignore-stop"],
      constantLogprobs: flags["constant-logprobs"],
      unstable: flags.unstable,
      cutPrompt: maybeWhole("cut-prompt", flags["cut-prompt"]),
    },
  };
}

function readFlags(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS, strict: true, allowPositionals: false }).values;
  } catch (cause) {
    throw bad(cause instanceof Error ? cause.message : String(cause));
  }
}

function readFault(value: string): FakeOptions["faults"][number] {
  const [kind, chance = "1"] = value.split(":");
  const fault = FAULTS.find((known) => known === kind);
  const probability = Number(chance);
  if (fault === undefined || !(probability >= 0 && probability <= 1))
    throw bad(`--fault ${value}: say kind:probability, such as 429:0.2; kinds: ${FAULTS.join(", ")}`);
  return { fault, probability };
}

function whole(flag: string, value: string): number {
  if (!/^\d+$/.test(value)) throw bad(`--${flag} ${value}: must be a whole number`);
  return Number(value);
}

function maybeWhole(flag: string, value: string | undefined): number | undefined {
  return value === undefined ? undefined : whole(flag, value);
}

function bad(problem: string): UsageError {
  return new UsageError(problem, { hint: "quantgate fake-backend --help" });
}
