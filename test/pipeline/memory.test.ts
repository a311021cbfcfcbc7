import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { expect, it } from "vitest";
import type { Summary } from "../../src/analyze/summary.ts";
import { cli, linesOf, temporaryFolder } from "../support/cli.ts";

const ITEMS = 10_000;
const WORDS = 400;
/** Questions, references and answers are 120 MB as strings; the heap has room for a fraction of them. */
const HEAP_MB = 80;

async function writeLines(path: string, line: (index: number) => object): Promise<string> {
  const hash = createHash("sha256");
  const stream = createWriteStream(path);
  for (let index = 0; index < ITEMS; index += 1) {
    const text = `${JSON.stringify(line(index))}\n`;
    hash.update(text);
    if (!stream.write(text)) await new Promise<void>((resolve) => stream.once("drain", () => resolve()));
  }
  stream.end();
  await finished(stream);
  return hash.digest("hex");
}

function words(index: number, offset: number): string {
  return Array.from({ length: WORDS }, (_, position) => `word${(index * 7 + position * 13 + offset) % 5000}`).join(" ");
}

it("runs 10,000 generated items in memory that doesn't grow with their number", async () => {
  const folder = await temporaryFolder();
  const dataset = join(folder, "big");
  await mkdir(dataset);
  const sha256 = await writeLines(join(dataset, "items.jsonl"), (index) => ({
    id: `item-${index}`,
    prompt: words(index, 1),
    reference: words(index, 2),
  }));
  await writeFile(
    join(dataset, "manifest.json"),
    JSON.stringify({
      name: "big",
      version: "1",
      licence: "CC0-1.0",
      source: "made by a test",
      description: "Many long texts.",
      type: "generation",
      kind: "summarization",
      prompt: "{prompt}",
      items: ITEMS,
      file: "items.jsonl",
      sha256,
      fields: { id: "id", prompt: "prompt", references: "reference" },
    }),
  );
  for (const name of ["fp16", "q4"]) {
    const worse = name === "q4" ? 1 : 0;
    await writeLines(join(folder, `${name}.jsonl`), (index) => ({
      task: "big",
      item: `item-${index}`,
      text: words(index, 2 + worse * (index % 10 === 0 ? 1 : 0)),
    }));
  }
  const spec = join(folder, "spec.yaml");
  await writeFile(
    spec,
    `name: big
backends: { answers: { type: recorded } }
models:
  - name: m
    variants:
      - { quantization: FP16, model: ./fp16.jsonl }
      - { quantization: Q4_K_M, model: ./q4.jsonl }
tasks: [{ dataset: ./big }]
scorers: { neural: skip }
`,
  );
  const runs = join(folder, "runs");
  const result = await cli(["run", spec, "--runs", runs, "--quiet", "--no-gate"], {
    env: { NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}` },
  });
  expect(result.code, result.stderr).toBe(0);
  const [id = ""] = await readdir(runs);
  expect((await linesOf(join(runs, id, "scores.jsonl"))).length).toBeGreaterThanOrEqual(2 * ITEMS);
  const summary = JSON.parse(await readFile(join(runs, id, "summary.json"), "utf8")) as Summary;
  for (const variant of summary.models[0]?.variants ?? []) {
    expect(variant.metrics.rouge_l).toMatchObject({ kind: "scored", items: ITEMS });
  }
});
