import { appendFile, writeFile } from "node:fs/promises";
import { QuantGateClient } from "../client/client.ts";
import { EXIT, InterruptedError, UsageError } from "../domain/errors.ts";
import { escapeTerminal } from "../report/escape.ts";
import type { RunState } from "../service/api/run-service.ts";

/** Options of every command that asks a server. */
export interface RemoteOptions {
  readonly server: string;
  readonly tokenEnv?: string;
}

export interface FollowOptions {
  readonly junit?: string;
  readonly markdown?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** A client for `--server`, with the token that the environment variable of `--token-env` holds. */
export function clientOf({ server, tokenEnv }: RemoteOptions): QuantGateClient {
  const name = tokenEnv ?? "QUANTGATE_TOKEN";
  const token = process.env[name];
  if (tokenEnv !== undefined && (token === undefined || token === ""))
    throw new UsageError(`the environment variable ${tokenEnv} holds no token`);
  return new QuantGateClient({ server, ...(token === undefined || token === "" ? {} : { token }) });
}

/** Shows a run's progress to its end, saves the reports that were asked for, prints the verdict; returns what a local run would have exited with. */
export async function follow(
  client: QuantGateClient,
  id: string,
  options: FollowOptions,
  signal: AbortSignal,
): Promise<number> {
  const show = options.quiet === true ? () => {} : progressWriter();
  const state = await client.wait(id, { signal, onState: show }).catch((cause: unknown) => {
    if (!(cause instanceof InterruptedError)) throw cause;
    throw new InterruptedError(`stopped waiting; run ${id} goes on`, {
      cause,
      hint: `quantgate watch ${id} waits for it, quantgate cancel ${id} ends it`,
    });
  });
  const files = [
    ["junit.xml", options.junit],
    ["report.md", options.markdown],
  ] as const;
  // A run that failed may have reports that say what is missing; only a finished one must have them.
  for (const [name, path] of files) {
    if (path === undefined) continue;
    const text = await client.report(id, name, { signal }).catch((error: unknown) => {
      if (state.status === "completed") throw error;
      return undefined;
    });
    if (text !== undefined) await save(path, text);
  }
  const stepSummary = process.env.GITHUB_STEP_SUMMARY;
  if (state.status === "completed" && process.env.GITHUB_ACTIONS === "true" && stepSummary !== undefined)
    await appendFile(stepSummary, await client.report(id, "report.md", { signal }));
  await print(client, state, options, signal);
  return exitCodeOf(state);
}

/** What a local run would exit with. */
export function exitCodeOf({ status, exitCode }: RunState): number {
  if (status === "completed") return exitCode ?? EXIT.incomplete;
  return status === "cancelled" ? EXIT.interrupted : EXIT.incomplete;
}

async function print(
  client: QuantGateClient,
  state: RunState,
  { json, quiet }: FollowOptions,
  signal: AbortSignal,
): Promise<void> {
  if (state.status !== "completed") {
    const why = state.failure === undefined ? "" : `: ${escapeTerminal(state.failure)}`;
    process.stderr.write(`run ${state.id} ${state.status}${why}\n`);
    return;
  }
  const [summary, verdicts] = [await client.summary(state.id, { signal }), await client.verdicts(state.id, { signal })];
  if (json === true) {
    process.stdout.write(`${JSON.stringify({ run: state.id, summary, verdicts }, null, 2)}\n`);
    return;
  }
  if (quiet === true) return;
  const { renderTable } = await import("../report/terminal-table.ts");
  const color = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
  process.stdout.write(`${renderTable(summary, verdicts, { columns: process.stdout.columns ?? 80, color })}\n`);
}

function progressWriter(): (state: RunState) => void {
  const live = process.stderr.isTTY === true;
  let told = "";
  return ({ id, phase, status, done, answers, ahead }) => {
    const share = Math.floor((100 * done) / Math.max(1, answers));
    const waiting = phase === "queued" && ahead !== undefined && ahead > 0 ? `, ${ahead} to be done before` : "";
    const text = `${id}  ${phase === "ended" ? status : phase}  ${done}/${answers} (${share}%)${waiting}`;
    if (live) process.stderr.write(`\r\u001b[2K${text}${phase === "ended" ? "\n" : ""}`);
    else {
      // A log gets a line a phase and a quarter, not a line an event.
      const step = `${phase} ${Math.floor(share / 25)}`;
      if (step !== told) process.stderr.write(`${text}\n`);
      told = step;
    }
  };
}

async function save(path: string, text: string): Promise<void> {
  await writeFile(path, text).catch((cause: unknown) => {
    throw new UsageError(`${path}: can't be written`, { cause });
  });
}
