import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Summary } from "../../src/analyze/summary.ts";
import type { Verdicts } from "../../src/gate/verdict.ts";
import { cli, temporaryFolder } from "../support/cli.ts";

it("shows the ladder: six verdicts and a reference, all seven metrics, and what Q2_K lost", async () => {
  const folder = await temporaryFolder();
  const result = await cli(["demo", "--runs", folder, "--quiet"]);
  expect(result.code, result.stderr).toBe(0);
  const [id = ""] = await readdir(folder);
  const read = async <T>(name: string) => JSON.parse(await readFile(join(folder, id, name), "utf8")) as T;

  const variants = (await read<Summary>("summary.json")).models[0]?.variants ?? [];
  expect(variants.map((variant) => variant.quantization)).toEqual([
    "FP16",
    "Q8_0",
    "Q6_K",
    "Q5_K_M",
    "Q4_K_M",
    "Q3_K_S",
    "Q2_K",
  ]);
  const [baseline] = variants;
  const accuracy = baseline?.accuracy["continuation-logprob"];
  expect(accuracy?.kind === "scored" && accuracy.lower).toBeGreaterThan(0.6);
  expect(Object.keys(baseline?.metrics ?? {}).sort()).toEqual([
    "bertscore",
    "bleu",
    "coherence",
    "exact_match",
    "output_length",
    "repetition",
    "rouge_l",
  ]);
  for (const variant of variants)
    expect(Object.values(variant.metrics).map(({ kind }) => kind)).toEqual(Array(7).fill("scored"));
  const kinds = baseline?.tasks.flatMap((task) => (task.type === "generation" ? [task.kind] : []));
  expect(new Set(kinds)).toEqual(new Set(["qa", "summarization", "code", "chat", "classification"]));

  const worst = variants.at(-1)?.comparison;
  const lost = worst?.accuracy["continuation-logprob"]?.estimate;
  expect(lost?.kind === "estimated" && lost.upper).toBeLessThan(0);
  const keyMetrics = worst?.keyMetricAverage.estimate;
  expect(keyMetrics?.kind === "estimated" && keyMetrics.upper).toBeLessThan(0);

  const verdicts = (await read<Verdicts>("verdicts.json")).models[0];
  expect(verdicts?.variants.map(({ verdict }) => verdict)).toEqual([
    "reference",
    "pass",
    "pass",
    "pass",
    "pass",
    "fail",
    "fail",
  ]);
  expect(verdicts?.variants.at(-1)?.nearRandom).toEqual(["demo-quiz-mc", "demo-quiz-arc"]);
});
