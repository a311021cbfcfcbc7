import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A fake inference server in a process of its own, as a user would start it. */
export interface FakeServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Ends it as the signal does; resolves when the process is gone. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

const MAIN = new URL("../../src/fake-backend/main.ts", import.meta.url).pathname;
export const DEMO_MODELS = new URL("../../models/demo/", import.meta.url).pathname;

/** Starts `fake-backend` with these arguments and waits until it listens. */
export async function startFakeServer(args: readonly string[]): Promise<FakeServer> {
  const child = spawn(process.execPath, ["--import", "tsx", MAIN, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const errors: Buffer[] = [];
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
  const url = await new Promise<string>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`fake server ended (${code}): ${Buffer.concat(errors).toString()}`)));
    createInterface({ input: child.stdout }).once("line", (line) => resolve(line.replace("listening on ", "")));
  });
  return { url, port: Number(new URL(url).port), pid: child.pid ?? 0, kill: (signal) => kill(child, signal) };
}

async function kill(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill(signal);
  await gone;
}
