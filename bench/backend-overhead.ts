/**
 * What QuantGate costs between a server and a journal: `npx tsx bench/backend-overhead.ts [items]` (default 25,000, for which the aims are stated).
 * A simulated server in another process takes its time and hardly more for each request over loopback HTTP (it tells what it really took); the compiled
 * command line runs a real spec against it, with patience, journal and scoring. The time is that from the first to the last record of the journal.
 * Ideal: items × latency / requests in flight. Aims: at answers of 20 ms at most 1.06 times that at 8 in flight and 1.10 at 64, at 200 ms 1.01, each
 * within 1.03 of a bare undici client in the same run, in under 250 MB; and where answers take 2 ms, at most 15 µs of processor time more a request
 * than the bare client. Exits with 1 when one is missed. On a machine that is busy with other things all figures are upper bounds. Steady is the
 * ratio of the middle of the run, without the first tenth, in which code is still cold.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const ROOT = join(import.meta.dirname, "..");
const AIMS = [
  { latencyMs: 20, inFlight: 8, ratio: 1.06 },
  { latencyMs: 20, inFlight: 64, ratio: 1.1 },
  { latencyMs: 200, inFlight: 64, ratio: 1.01 },
] as const;
/** More than a bare client takes. */
const MOST_OVER_BARE = 1.03;
const SHORT_MS = 2;
const MOST_MICROSECONDS_OVER_BARE = 15;
const MOST_MB = 250;

const items = Number(process.argv[2] ?? 25_000);
// Compiled apart from dist, which tests may be building at the same time.
const COMPILED = join(ROOT, "node_modules", ".cache", "quantgate-bench");
const TSC = join(ROOT, "node_modules", "typescript", "bin", "tsc");
spawnSync(process.execPath, [TSC, "-p", "tsconfig.build.json", "--outDir", COMPILED], { cwd: ROOT });
const folder = await mkdtemp(join(tmpdir(), "quantgate-bench-"));
let missed = false;
try {
  await writeDataset(join(folder, "quiz"));
  for (const { latencyMs, inFlight, ratio } of AIMS) {
    const count = Math.max(1, Math.round((items * 20) / latencyMs));
    const measured = await measure(latencyMs, inFlight, count);
    const idealMs = (count * latencyMs) / inFlight;
    const rate = measured.ms / idealMs;
    const overBare = measured.ms / measured.bareMs;
    missed ||= rate > ratio || overBare > MOST_OVER_BARE || measured.mostMb > MOST_MB;
    console.log(
      [
        `${count} answers of ${latencyMs} ms, ${inFlight} in flight: ${(measured.ms / 1000).toFixed(2)} s`,
        `${rate.toFixed(3)} × ideal (aim ${ratio.toFixed(2)})`,
        `${overBare.toFixed(3)} × a bare client (aim ${MOST_OVER_BARE})`,
        `steady ${(measured.steadyMs / (0.8 * idealMs)).toFixed(3)}`,
        `the server took ${timesOf(measured.server)}`,
        `CPU ${measured.answeringMicroseconds.toFixed(0)} µs an item while answering, ${measured.cpuMicroseconds.toFixed(0)} in all`,
        `${measured.mostMb.toFixed(0)} MB (aim ${MOST_MB})`,
      ].join(", "),
    );
  }
  const over = await processorTime();
  missed ||= over.client - over.bare > MOST_MICROSECONDS_OVER_BARE;
  console.log(
    `${items} answers of ${SHORT_MS} ms, 8 in flight: CPU ${over.client.toFixed(1)} µs a request, a bare client ${over.bare.toFixed(1)}: ` +
      `${(over.client - over.bare).toFixed(1)} more (aim ${MOST_MICROSECONDS_OVER_BARE})`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = missed ? 1 : 0;

async function measure(latencyMs: number, inFlight: number, count: number) {
  return withServer(latencyMs, (port, end) => runAgainst(port, inFlight, count, end));
}

/** Processor time a request of the backends' client and of a bare one: the medians of three rounds in turn. */
async function processorTime() {
  return withServer(SHORT_MS, async (port) => {
    const rounds = [0, 1, 2].map(() => ({
      bare: askBare(port, items, 8, "bare"),
      client: askBare(port, items, 8, "client"),
    }));
    const median = (of: "bare" | "client"): number =>
      rounds.map((round) => round[of].cpuMicroseconds).sort((a, b) => a - b)[1] ?? Number.NaN;
    return { bare: median("bare"), client: median("client") };
  });
}

/** Calls `use` with the port of a server, and with what ends it and tells how long it took. */
async function withServer<T>(
  latencyMs: number,
  use: (port: string, end: () => Promise<ServerTimes>) => Promise<T>,
): Promise<T> {
  const serverFile = join(import.meta.dirname, "backend-overhead-server.ts");
  const server = spawn(process.execPath, ["--import", "tsx", serverFile, `${latencyMs}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  const port = (await lines.next()).value as string;
  try {
    return await use(port, async () => {
      server.kill("SIGTERM");
      return JSON.parse(String((await lines.next()).value)) as ServerTimes;
    });
  } finally {
    server.kill("SIGKILL");
  }
}

function askBare(port: string, count: number, inFlight: number, who: "bare" | "client") {
  const file = join(import.meta.dirname, "backend-overhead-bare.ts");
  const args = ["--import", "tsx", file, port, `${count}`, `${inFlight}`, who];
  const { stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
  return JSON.parse(stdout) as { readonly ms: number; readonly cpuMicroseconds: number };
}

/** What the server says of its answers to the bare client and to the command line. */
interface ServerTimes {
  readonly shortestMs: number;
  readonly meanMs: number;
  readonly longestMs: number;
}

function timesOf({ shortestMs, meanMs, longestMs }: ServerTimes): string {
  return `${meanMs.toFixed(2)} ms (${shortestMs.toFixed(2)} to ${longestMs.toFixed(1)})`;
}

/** Runs the command line against the server; `end` stops the server and tells how long it took. */
async function runAgainst(port: string, inFlight: number, count: number, end: () => Promise<ServerTimes>) {
  const spec = join(folder, `spec-${count}-${inFlight}.yaml`);
  await writeFile(
    spec,
    `name: bench-${inFlight}
backends: { server: { type: openai, url: "http://127.0.0.1:${port}", concurrency: ${inFlight} } }
models: [{ name: simulated, variants: [{ quantization: FP16, model: simulated }] }]
tasks: [{ dataset: ./quiz, limit: ${count} }]
`,
  );
  const bare = askBare(port, count, inFlight, "bare");
  const runs = join(folder, `runs-${count}-${inFlight}`);
  const main = join(COMPILED, "src", "cli", "main.js");
  const args = ["run", spec, "--runs", runs, "--no-gate", "--no-probe", "--no-cache", "--quiet"];
  const cli = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "ignore", "inherit"] });
  const usages: Usage[] = [];
  const sample = setInterval(() => {
    const usage = usageOf(cli.pid ?? 0);
    if (usage !== undefined) usages.push(usage);
  }, 50);
  const [code] = (await once(cli, "close")) as [number | null];
  clearInterval(sample);
  if (code !== 0) throw new Error(`the run ended with ${code}`);
  const server = await end();
  const [id = ""] = await readdir(runs);
  const records = (await readFile(join(runs, id, "records.jsonl"), "utf8")).trimEnd().split("\n");
  const times = records.map((line) => Date.parse((JSON.parse(line) as { readonly at: string }).at));
  if (records.length !== count + 1) throw new Error(`${records.length - 1} records of ${count}`);
  const [begunAt = 0, ...answeredAt] = times;
  const endedAt = answeredAt.reduce((latest, at) => Math.max(latest, at), 0);
  const cpuAt = (at: number): number => usages.findLast((usage) => usage.at <= at)?.cpuMs ?? 0;
  return {
    ms: endedAt - begunAt,
    steadyMs: (answeredAt[Math.floor(count * 0.9)] ?? 0) - (answeredAt[Math.floor(count * 0.1)] ?? 0),
    bareMs: bare.ms,
    server,
    mostMb: usages.at(-1)?.mostMb ?? 0,
    answeringMicroseconds: ((cpuAt(endedAt) - cpuAt(begunAt)) * 1000) / count,
    cpuMicroseconds: ((usages.at(-1)?.cpuMs ?? 0) * 1000) / count,
  };
}

interface Usage {
  /** Wall clock. */
  readonly at: number;
  readonly mostMb: number;
  readonly cpuMs: number;
}

/** Peak resident memory and time on the processor of a process so far, from /proc; `undefined` where there is none. */
function usageOf(pid: number): Usage | undefined {
  try {
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    // A process that has just ended has no memory left to tell of.
    if (peak === undefined) return undefined;
    // User and system time, in ticks of 10 ms.
    return { at: Date.now(), mostMb: Number(peak) / 1024, cpuMs: (Number(fields[11]) + Number(fields[12])) * 10 };
  } catch {
    return undefined;
  }
}

async function writeDataset(path: string): Promise<void> {
  const rows = Array.from({ length: items }, (_, index) =>
    JSON.stringify({
      id: `q${index}`,
      question: `Which of these is number ${index} of the list that was read out?`,
      choices: ["the first", "the second", "the third", "the fourth"],
      answer: "ABCD"[index % 4],
    }),
  );
  const text = `${rows.join("\n")}\n`;
  await mkdir(path);
  await writeFile(join(path, "items.jsonl"), text);
  await writeFile(
    join(path, "manifest.json"),
    JSON.stringify({
      name: "quiz",
      version: "1.0.0",
      licence: "CC0-1.0",
      source: "made by this benchmark",
      description: "Questions without sense, one like the other.",
      type: "multiple-choice",
      prompt: "{question}\nA. {choices}\nAnswer:",
      items,
      file: "items.jsonl",
      sha256: createHash("sha256").update(text).digest("hex"),
      fields: { id: "id", question: "question", choices: "choices", answer: "answer" },
      defaults: { protocol: "letter-logprob" },
    }),
  );
}
