import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { findResults } from "../../src/import/find-results.ts";
import { rowsOf, signal, written } from "./imported.ts";

/*
 * Small files after the tools' own sources: promptfoo src/types/index.ts (EvaluateResult, ResultFailureReason), inspect_ai/log/_log.py (EvalSample,
 * Score), nemo_evaluator (results.jsonl of 0.3.0), every_eval_ever's schema 0.3.0.
 */

const lines = (rows: readonly object[]): string => rows.map((each) => `${JSON.stringify(each)}\n`).join("");

describe("promptfoo", () => {
  const result = (entries: Readonly<Record<string, unknown>>) => ({
    provider: { id: "openai:chat:m", label: "Q4_K_M" },
    testIdx: 0,
    promptIdx: 0,
    success: true,
    score: 1,
    failureReason: 0,
    vars: { question: "q" },
    prompt: { raw: "q" },
    response: { output: "a" },
    ...entries,
  });
  const file = (results: readonly object[]) =>
    written({
      "results.json": `\uFEFF${JSON.stringify({ evalId: "e", results: { version: 3, results }, config: { description: "mine" } })}`,
    });

  it("has a variant a provider, an item a test and prompt, and tells a failed assertion from an error", async () => {
    const rows = await rowsOf(
      await file([
        result({}),
        result({ promptIdx: 1, success: false, score: 0, failureReason: 1, error: "Expected output to contain" }),
        result({ provider: "FP16", success: false, score: 0, failureReason: 2, error: "fetch failed", response: null }),
      ]),
    );
    expect(rows.map(({ variant, task, item, metric, value }) => [variant, task, item, metric, value])).toEqual([
      ["Q4_K_M", "mine", "0/0", "pass", 1],
      ["Q4_K_M", "mine", "0/1", "pass", 0],
      ["FP16", "mine", "0/0", "pass", { missing: "errored" }],
    ]);
  });

  it("has graded and named scores beside, which are watched", async () => {
    const found = await findResults(await file([result({ score: 0.4, namedScores: { tone: 0.9 } })]));
    expect(found.metrics.get("mine")).toEqual(["pass", "score", "tone"]);
    expect(found.label).toBe("Q4_K_M");
  });
});

describe("Inspect", () => {
  const sample = (id: string, epoch: number, value: unknown, more: object = {}) => ({
    id,
    epoch,
    input: [{ id: `${Math.PI * epoch}`, role: "user", content: "q" }],
    target: "t",
    scores: { choice: { value } },
    ...more,
  });
  const header = {
    version: 2,
    status: "success",
    eval: { run_id: "r", task_id: "t", task: "quiz", model: "org/modèle", packages: { inspect_ai: "0.3.285" } },
    results: { scores: [{ name: "choice", scorer: "choice" }] },
  };

  it("grades by letters, numbers and names, and repeats by epoch", async () => {
    const samples = [
      sample("a", 1, "C"),
      sample("a", 2, "P"),
      sample("b", 1, "N"),
      sample("c", 1, true),
      sample("d", 1, { fluency: 0.5, facts: "I" }),
      sample("e", 1, "unheard of"),
      sample("f", 1, null, { error: { message: "boom" } }),
    ];
    const rows = await rowsOf(await written({ "log.json": JSON.stringify({ ...header, samples }) }));
    expect(rows.map(({ item, repeat, metric, value }) => [item, repeat ?? "1", metric, value])).toEqual([
      ["a", "1", "choice", 1],
      ["a", "2", "choice", 0.5],
      ["b", "1", "choice", 0],
      ["c", "1", "choice", 1],
      ["d", "1", "choice.fluency", 0.5],
      ["d", "1", "choice.facts", 0],
      ["e", "1", "choice", { missing: "not-scored" }],
      ["f", "1", "choice", { missing: "errored" }],
    ]);
    // Ids of messages are new in every log: the question is the same.
    expect(rows[0]?.document).toBe(rows[1]?.document);
  });

  it("reads older logs, deflated, and says of a file that is no zip", async () => {
    const zip = zipOf({
      "header.json": JSON.stringify(header),
      "samples/a_epoch_1.json": JSON.stringify(sample("a", 1, "C")),
    });
    expect((await rowsOf(await written({ "log.eval": zip }))).map(({ value }) => value)).toEqual([1]);
    await expect(rowsOf(await written({ "log.eval": "not a zip" }))).rejects.toThrow(/no whole zip file/);
    await expect(rowsOf(await written({ "log.eval": zip.subarray(0, zip.length - 30) }))).rejects.toThrow(/zip file/);
  });
});

describe("NeMo Evaluator", () => {
  it("pairs by problem and repeat, in whatever order", async () => {
    const row = (problem: number, repeat: number, reward: number | null) => ({
      problem_idx: problem,
      repeat,
      reward,
      scorer_rewards: { style: 0.5 },
      prompt: "p",
      metadata: { benchmark: "arith" },
    });
    const folder = await written({ "arith/results.jsonl": lines([row(7, 1, 1), row(3, 0, 0), row(7, 0, null)]) });
    const rows = await rowsOf(folder);
    expect(
      rows
        .filter(({ metric }) => metric === "reward")
        .map(({ task, item, repeat, value }) => [task, item, repeat, value]),
    ).toEqual([
      ["arith", "7", "1", 1],
      ["arith", "3", undefined, 0],
      ["arith", "7", undefined, { missing: "not-scored" }],
    ]);
  });
});

describe("Every Eval Ever", () => {
  it("has a row a sample and metric; where lower is better it is left out and told", async () => {
    const row = (id: string, metric: string, evaluation: object) => ({
      evaluation_name: `gsm8k/${metric}`,
      evaluation_result_id: `exact_match:${metric}`,
      sample_id: id,
      input: { raw: "q" },
      evaluation,
    });
    const result = (metric: string, lower: boolean, max = 1) => ({
      evaluation_result_id: `exact_match:${metric}`,
      evaluation_name: `gsm8k/${metric}`,
      source_data: { dataset_name: "gsm8k" },
      metric_config: { lower_is_better: lower, min_score: 0, max_score: max },
    });
    const folder = await written({
      "x.json": JSON.stringify({ evaluation_results: [result("flexible", false, 100), result("strict", true)] }),
      "x_samples.jsonl": lines([
        row("0", "flexible", { score: 100 }),
        row("0", "strict", { score: 1 }),
        row("1", "flexible", { score: null, is_correct: null }),
      ]),
    });
    expect((await rowsOf(folder)).map(({ task, item, metric, value }) => [task, item, metric, value])).toEqual([
      ["gsm8k", "0", "exact_match,flexible", 1],
      ["gsm8k", "1", "exact_match,flexible", { missing: "not-scored" }],
    ]);
    expect((await findResults(folder)).remarks.join()).toContain("lower is better");
  });
});

it("results of two tools in one folder are not guessed between", async () => {
  const folder = await written({
    "results.jsonl": lines([{ problem_idx: 0, reward: 1 }]),
    "samples_t_2026-01-02T03-04-05.678901.jsonl": lines([{ doc_id: 0, acc: 1 }]),
  });
  await expect(findResults(folder)).rejects.toThrow(/holds results of lm-evaluation-harness and of NeMo Evaluator/);
  expect(signal.aborted).toBe(false);
});

/** A zip with deflated entries: local headers, central directory and its end (APPNOTE 4.3). */
function zipOf(files: Readonly<Record<string, string>>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, text] of Object.entries(files)) {
    const [plain, data] = [Buffer.from(text), deflateRawSync(text)];
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(plain.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), common, Buffer.from(name), data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    directory.push(
      Buffer.concat([Buffer.from("PK\x01\x02", "latin1"), Buffer.from([20, 0]), common, tail, Buffer.from(name)]),
    );
    parts.push(local);
    at += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, central, end]);
}
