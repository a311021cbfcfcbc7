/**
 * What neural scoring adds to the wall time of a run whose answers come from a server: `npx tsx bench/scoring-overlap.ts [items] [rounds]` (default
 * 960 items, 3 rounds). A simulated server in another process takes 100 to 200 ms an answer, 8 in flight; the compiled command line runs a
 * generation task against it, once with BERTScore and coherence by the bundled encoder and once with `scorers: { neural: skip }`, in turns, nothing kept
 * from run to run. The wall time is that of the whole process, from its start to the written report. Prints the ratio of the least
 * times, since other work on the machine only adds to them; exits with 1 when it is over 1.03. What is left is mostly a fixed time before the first
 * answer, in which threads are started and models are opened.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const AIM = 1.03;
const IN_FLIGHT = 8;
const LATENCY_MS = [100, 200] as const;
const ROOT = join(import.meta.dirname, "..");
const items = Number(process.argv[2] ?? 960);
const rounds = Number(process.argv[3] ?? 3);

/** One run of the command line. */
interface Measured {
  readonly wallMs: number;
  /** From the process's start to the first answer. */
  readonly beforeMs: number;
  /** From the last answer to the process's end: what scoring had left to do, and the report. */
  readonly afterMs: number;
}

// Compiled apart from dist, which tests may be building at the same time.
const COMPILED = join(ROOT, "node_modules", ".cache", "quantgate-scoring-bench");
const TSC = join(ROOT, "node_modules", "typescript", "bin", "tsc");
spawnSync(process.execPath, [TSC, "-p", "tsconfig.build.json", "--outDir", COMPILED], { cwd: ROOT });

const folder = await mkdtemp(join(tmpdir(), "quantgate-scoring-"));
const server = spawn(
  process.execPath,
  ["--import", "tsx", join(import.meta.dirname, "scoring-overlap-server.ts"), ...LATENCY_MS.map(String)],
  { stdio: ["ignore", "pipe", "inherit"] },
);
try {
  const port = (await createInterface({ input: server.stdout })[Symbol.asyncIterator]().next()).value as string;
  await writeDataset(join(folder, "stories"));
  const idealMs = (items * (LATENCY_MS[0] + LATENCY_MS[1])) / 2 / IN_FLIGHT;
  console.log(`${items} items, ${LATENCY_MS.join("-")} ms, ${IN_FLIGHT} in flight: at least ${seconds(idealMs)}`);
  const least = { without: Number.POSITIVE_INFINITY, neural: Number.POSITIVE_INFINITY };
  for (let round = 0; round < rounds; round += 1) {
    const without = await measure(port, `without-${round}`, "{ neural: skip }");
    const neural = await measure(
      port,
      `with-${round}`,
      "{ bertscore: { model: demo-encoder }, coherence: { model: demo-encoder } }",
    );
    least.without = Math.min(least.without, without.wallMs);
    least.neural = Math.min(least.neural, neural.wallMs);
    console.log(`without neural scorers ${words(without)}`);
    console.log(`with them              ${words(neural)}`);
  }
  const ratio = least.neural / least.without;
  console.log(`wall time with neural scoring: ${ratio.toFixed(3)} of that without (aim: at most ${AIM})`);
  if (!(ratio <= AIM)) process.exitCode = 1;
} finally {
  server.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
}

async function measure(port: string, name: string, scorers: string): Promise<Measured> {
  const spec = join(folder, "spec.yaml");
  await writeFile(
    spec,
    `name: overlap
backends: { server: { type: openai, url: "http://127.0.0.1:${port}", concurrency: ${IN_FLIGHT} } }
models: [{ name: simulated, variants: [{ quantization: FP16, model: simulated }] }]
tasks: [{ dataset: ./stories }]
scorers: ${scorers}
`,
  );
  const runs = join(folder, name);
  const main = join(COMPILED, "src", "cli", "main.js");
  const begun = performance.now();
  const begunAt = Date.now();
  const cli = spawn(
    process.execPath,
    [main, "run", spec, "--runs", runs, "--no-gate", "--no-probe", "--no-cache", "--quiet"],
    {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, QUANTGATE_CACHE: join(folder, `${name}-cache`) },
    },
  );
  const [code] = (await once(cli, "close")) as [number | null];
  const wallMs = performance.now() - begun;
  if (code !== 0) throw new Error(`the run ended with ${code}`);
  const [id = ""] = await readdir(runs);
  const records = (await readFile(join(runs, id, "records.jsonl"), "utf8")).trimEnd().split("\n");
  const times = records.slice(1).map((line) => Date.parse((JSON.parse(line) as { readonly at: string }).at));
  if (times.length !== items) throw new Error(`${times.length} records of ${items}`);
  const lastAt = Math.max(...times);
  return { wallMs, beforeMs: Math.min(...times) - begunAt, afterMs: begunAt + wallMs - lastAt };
}

function words({ wallMs, beforeMs, afterMs }: Measured): string {
  return `${seconds(wallMs)} (${seconds(beforeMs)} until the first answer, ${seconds(afterMs)} after the last)`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

async function writeDataset(path: string): Promise<void> {
  const rows = Array.from({ length: items }, (_, index) =>
    JSON.stringify({
      id: `s${index}`,
      prompt: `Write what happened on day ${index}.`,
      reference: `On day ${index}, a friend went to the garden. In the end he came home with ${index % 9} green scarfs and an old map.`,
    }),
  );
  const text = `${rows.join("\n")}\n`;
  await mkdir(path);
  await writeFile(join(path, "items.jsonl"), text);
  await writeFile(
    join(path, "manifest.json"),
    JSON.stringify({
      name: "stories",
      version: "1.0.0",
      licence: "CC0-1.0",
      source: "made by this benchmark",
      description: "Stories without sense, one like the other.",
      type: "generation",
      kind: "summarization",
      prompt: "{prompt}",
      items,
      file: "items.jsonl",
      sha256: createHash("sha256").update(text).digest("hex"),
      fields: { id: "id", prompt: "prompt", references: "reference" },
      defaults: { maxTokens: 200 },
    }),
  );
}
