/**
 * How long a run of MMLU's size takes until the first question: spec, sample, plan, and every prompt rendered once. Run with
 * `npx tsx bench/plan-large-dataset.ts`. Times depend on the machine; the ratio is to reading and hashing the same file alone.
 */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { datasetFinder } from "../src/dataset/find.ts";
import { openTaskItems } from "../src/dataset/task-items.ts";
import { sha256OfFile } from "../src/files/file-digest.ts";
import { inspectTask } from "../src/pipeline/inspect-tasks.ts";
import { makePlan } from "../src/plan/plan.ts";
import { loadSpec } from "../src/spec/load.ts";

const SUBJECTS = 57;
const ITEMS = 14_042;
const running = new AbortController().signal;

/** A row as long as MMLU's are on average: 380 characters of question and choices. */
function row(index: number): object {
  const subject = `subject_${String(Math.floor((index * SUBJECTS) / ITEMS)).padStart(2, "0")}`;
  const choices = ["first", "second", "third", "fourth"].map((choice) => `${choice} choice of question ${index}`);
  return {
    id: `${subject}-${index}`,
    subject,
    question: `${"Which of these is it? ".repeat(11)}${index}`,
    choices,
    answer: "B",
  };
}

async function writeSet(folder: string): Promise<void> {
  const lines = (count: number, offset: (index: number) => number) =>
    Array.from({ length: count }, (_, index) => `${JSON.stringify(row(offset(index)))}\n`).join("");
  const items = lines(ITEMS, (index) => index);
  const shots = lines(5 * SUBJECTS, (index) => Math.ceil((Math.floor(index / 5) * ITEMS) / SUBJECTS) + (index % 5));
  const digest = (text: string) => createHash("sha256").update(text).digest("hex");
  await mkdir(folder);
  await writeFile(join(folder, "items.jsonl"), items);
  await writeFile(join(folder, "shots.jsonl"), shots);
  const manifest = {
    name: "large",
    version: "1.0.0",
    licence: "CC0-1.0",
    source: "this benchmark",
    description: "made up",
    type: "multiple-choice",
    prompt: "About {subject}.\n\n{shots}{question}\n{choices}\nAnswer:",
    items: ITEMS,
    file: "items.jsonl",
    sha256: digest(items),
    fields: { subject: "subject" },
    shots: { file: "shots.jsonl", items: 5 * SUBJECTS, sha256: digest(shots) },
    defaults: { protocol: "letter-logprob" },
  };
  await writeFile(join(folder, "manifest.json"), JSON.stringify(manifest));
}

async function timed<T>(work: () => Promise<T>): Promise<readonly [number, T]> {
  const start = performance.now();
  const value = await work();
  return [performance.now() - start, value];
}

const folder = await mkdtemp(join(tmpdir(), "quantgate-bench-"));
try {
  await writeSet(join(folder, "large"));
  await writeFile(join(folder, "answers.jsonl"), "");
  const [readMs] = await timed(() => sha256OfFile(join(folder, "large", "items.jsonl"), running));
  console.log(
    `reading and hashing ${((await readFile(join(folder, "large", "items.jsonl"))).length / 1e6).toFixed(1)} MB: ${readMs.toFixed(0)} ms`,
  );
  const variants = ["FP16", "Q8_0", "Q4_K_M"]
    .map((name) => `{ quantization: ${name}, model: answers.jsonl }`)
    .join(", ");
  for (const settings of [
    "shots: 0",
    "shots: 5",
    "shots: 5, sample: { perSubject: 5, seed: 1 }",
    "shots: 5, sample: { items: 14042 }",
  ]) {
    const path = join(folder, "spec.yaml");
    await writeFile(
      path,
      `backends: { r: { type: recorded } }\nmodels: [{ name: m, variants: [${variants}] }]\ntasks: [{ dataset: large, ${settings} }]\n`,
    );
    global.gc?.();
    const before = process.memoryUsage().heapUsed;
    const [specMs, spec] = await timed(() => loadSpec(path, datasetFinder([folder])));
    const [planMs, plan] = await timed(async () => makePlan(spec, { unitItems: 100 }));
    const [task] = spec.tasks;
    if (task === undefined) throw new Error("the spec has no task");
    const [openMs, source] = await timed(() => openTaskItems(task, running));
    const [inspectMs] = await timed(() => inspectTask(task, source, running));
    const heldMb = (process.memoryUsage().heapUsed - before) / 1e6;
    await source.close();
    const total = specMs + planMs + openMs + inspectMs;
    console.log(
      `${settings}: ${plan.answers} answers; spec ${specMs.toFixed(0)} + plan ${planMs.toFixed(1)} + open ${openMs.toFixed(0)} + render all ${inspectMs.toFixed(0)} = ${total.toFixed(0)} ms, ${(total / readMs).toFixed(1)} × reading; heap ${heldMb >= 0 ? "+" : ""}${heldMb.toFixed(1)} MB`,
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
