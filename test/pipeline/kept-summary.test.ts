import { appendFile, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { type AnalysisOptions, analyzeRun } from "../../src/pipeline/analyze-run.ts";
import { FileStore } from "../../src/store/file-store.ts";
import type { RunManifest } from "../../src/store/manifest.ts";
import { readManifest } from "../../src/store/read-manifest.ts";
import { BASELINE } from "../gate/synthetic-cases.ts";
import { type SyntheticTask, syntheticRun } from "../gate/synthetic-run.ts";
import { temporaryFolder } from "../support/cli.ts";
import { writeSyntheticRun } from "../support/synthetic-store.ts";

const TASKS: readonly SyntheticTask[] = [{ name: "quiz", type: "multiple-choice", items: 20 }];

describe("the summary of a finished run", () => {
  let folder = "";

  async function analyze(options: AnalysisOptions = {}) {
    const run = await new FileStore(join(folder, "runs")).open("one");
    const { summary } = await analyzeRun(run, await readManifest(run), new AbortController().signal, options);
    // A document that is written is another file.
    return { summary, file: (await stat(join(run.location, "summary.json"))).ino };
  }
  const pathOf = (name: string): string => join(folder, "runs", "one", name);

  beforeEach(async () => {
    folder = await temporaryFolder();
    const run = syntheticRun(TASKS, [BASELINE, { ...BASELINE, quantization: "Q8_0" }]);
    await writeSyntheticRun(run, { runs: join(folder, "runs"), id: "one" });
  });

  it("isn't computed again while the scores are the same", async () => {
    const [first, second] = [await analyze(), await analyze()];
    expect(second.file).toBe(first.file);
    expect(second.summary).toEqual(first.summary);
    expect(JSON.parse(await readFile(pathOf("summary.json"), "utf8"))).toEqual(first.summary);
  });

  it("is computed again when it is asked for", async () => {
    const [first, second] = [await analyze(), await analyze({ fresh: true })];
    expect(second.file).not.toBe(first.file);
    expect(second.summary).toEqual(first.summary);
  });

  it("is computed again when it was touched", async () => {
    const { summary } = await analyze();
    const text = await readFile(pathOf("summary.json"), "utf8");
    await writeFile(pathOf("summary.json"), text.replace('"correct": 14', '"correct": 20'));
    expect((await analyze()).summary).toEqual(summary);
    expect(await readFile(pathOf("summary.json"), "utf8")).toBe(text);
  });

  it("is computed again when a score changed, or another came", async () => {
    const { file } = await analyze();
    const scores = await readFile(pathOf("scores.jsonl"), "utf8");
    await writeFile(
      pathOf("scores.jsonl"),
      scores.replaceAll('"kind":"right","chosen":"A"', '"kind":"right","chosen":"B"'),
    );
    const changed = await analyze();
    expect(changed.file).not.toBe(file);
    await appendFile(pathOf("scores.jsonl"), scores.split("\n").find((line) => line.includes('"score"')) ?? "");
    await appendFile(pathOf("scores.jsonl"), "\n");
    expect((await analyze()).file).not.toBe(changed.file);
  });

  it.each(["{", "{}", '{"schema":1,"variants":{}}'])(
    "is computed again beside a performance.json of %s",
    async (text) => {
      const { file } = await analyze();
      await writeFile(pathOf("performance.json"), text);
      expect((await analyze()).file).not.toBe(file);
      expect(JSON.parse(await readFile(pathOf("performance.json"), "utf8"))).toHaveProperty("summary.key");
    },
  );

  it("is computed again for other margins only where they count: between several backends", async () => {
    const strict = { margins: { accuracyPp: 1, generationPercent: 3 } };
    expect((await analyze(strict)).file).toBe((await analyze()).file);
    const manifest = JSON.parse(await readFile(pathOf("manifest.json"), "utf8")) as RunManifest;
    const models = manifest.spec.models.map((model) => ({
      ...model,
      variants: model.variants.map((variant) => ({ ...variant, quantization: "Q8_0" })),
    }));
    await writeFile(pathOf("manifest.json"), JSON.stringify({ ...manifest, spec: { ...manifest.spec, models } }));
    const usual = await analyze();
    expect(usual.summary.models[0]?.backends?.[0]?.margins.accuracyPp).toBe(3);
    const other = await analyze(strict);
    expect(other.file).not.toBe(usual.file);
    expect(other.summary.models[0]?.backends?.[0]?.margins.accuracyPp).toBe(1);
  });
});
