import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { findProgram } from "../../support/find-program.ts";
import { freePort } from "../../support/free-port.ts";

const program = process.env.QUANTGATE_LLAMA_SERVER ?? findProgram("llama-server");

/** Why no real server can be asked; `undefined` when one can. `.ci/real-llama-server` unpacks one. */
export const llamaServerMissing =
  program === undefined ? "no llama-server on this machine and QUANTGATE_LLAMA_SERVER is not set" : undefined;

export interface RealLlamaServer {
  readonly url: string;
  readonly port: number;
  /** Freezes the process, and lets it go on. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

/** Starts llama.cpp's own server on a GGUF file, one thread, and waits until it has loaded it. Throws with what it wrote when it ends before that. */
export async function startLlamaServer(model: string, ...flags: readonly string[]): Promise<RealLlamaServer> {
  if (program === undefined) throw new Error(llamaServerMissing);
  const port = await freePort();
  const place = ["--model", model, "--host", "127.0.0.1", "--port", String(port)];
  const child = spawn(program, [...place, "--threads", "1", ...flags], { stdio: ["ignore", "pipe", "pipe"] });
  const gone = once(child, "exit");
  const written: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => written.push(chunk));
  const log = (): string => Buffer.concat(written).toString();
  const url = `http://127.0.0.1:${port}`;
  while (!(await healthy(url))) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`llama-server ended: ${log()}`);
    await sleep(50);
  }
  return {
    url,
    port,
    freeze: () => child.kill("SIGSTOP"),
    thaw: () => child.kill("SIGCONT"),
    stop: async () => {
      child.kill("SIGKILL");
      await gone;
    },
  };
}

async function healthy(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health`)).ok;
  } catch {
    return false;
  }
}
