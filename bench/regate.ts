/**
 * How long it takes to decide a finished run of 25,000 answers again. Prints the time, CPU seconds and their ratio to starting Node.js alone,
 * from one run of this program: `npm run build && npx tsx bench/regate.ts`.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BASELINE, textScores } from "../test/gate/synthetic-cases.ts";
import { type SyntheticTask, type SyntheticVariant, syntheticRun } from "../test/gate/synthetic-run.ts";
import { writeSyntheticRun } from "../test/support/synthetic-store.ts";

const MAIN = join(import.meta.dirname, "..", "dist", "src", "cli", "main.js");
const REPEATS = 5;
const TASKS: readonly SyntheticTask[] = [
  { name: "mmlu", type: "multiple-choice", benchmark: "mmlu", items: 3000 },
  { name: "arc", type: "multiple-choice", benchmark: "arc-challenge", items: 1000 },
  { name: "summaries", type: "generation", kind: "summarization", items: 500 },
  { name: "code", type: "generation", kind: "code", items: 500 },
];

function variant(quantization: SyntheticVariant["quantization"], flips: number): SyntheticVariant {
  return {
    quantization,
    choice: (task, index) =>
      index % 100 < flips && index % 2 === 0
        ? "incorrect"
        : index % 100 === 99
          ? "right"
          : BASELINE.choice(task, index),
    text: (_, index) => textScores(index, index % 25 < flips ? 0.05 : 0),
  };
}

interface Cost {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
}

/** What a process takes from start to exit, the least of several: a busy machine makes waiting longer, but hardly the work. */
function costOf(args: readonly string[]): Cost {
  const costs = Array.from({ length: REPEATS }, () => {
    const timed = spawnSync(
      "bash",
      ["-c", 'TIMEFORMAT="%R %U %S"; time "$@" >/dev/null 2>/dev/null', "-", process.execPath, ...args],
      { encoding: "utf8" },
    );
    if (timed.status === null || timed.status > 3) throw new Error(`${args.join(" ")} ended with ${timed.status}`);
    const [wallSeconds = 0, user = 0, system = 0] = timed.stderr.trim().split(/\s+/).map(Number);
    return { wallSeconds, cpuSeconds: user + system };
  });
  return {
    wallSeconds: Math.min(...costs.map((cost) => cost.wallSeconds)),
    cpuSeconds: Math.min(...costs.map((cost) => cost.cpuSeconds)),
  };
}

const runs = join(mkdtempSync(join(tmpdir(), "quantgate-regate-")), "runs");
try {
  const variants = [BASELINE, variant("Q8_0", 2), variant("Q6_K", 3), variant("Q4_K_M", 6), variant("Q2_K", 40)];
  await writeSyntheticRun(syntheticRun(TASKS, variants), { runs, id: "big" });
  const gate = [MAIN, "gate", "big", "--policy", "default", "--runs", runs, "--quiet", "--json"];
  const answers = variants.length * TASKS.reduce((sum, task) => sum + task.items, 0);
  // As after the run itself: its summary is there.
  spawnSync(process.execPath, gate);
  const [start, again] = [costOf(["-e", "0"]), costOf(gate)];
  console.log(
    `${answers} answers decided again: ${again.wallSeconds.toFixed(2)} s, ${again.cpuSeconds.toFixed(2)} s of CPU, ${(again.cpuSeconds / start.cpuSeconds).toFixed(1)} × starting Node.js`,
  );
} finally {
  rmSync(join(runs, ".."), { recursive: true, force: true });
}
