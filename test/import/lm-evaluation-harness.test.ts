import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/domain/errors.ts";
import { findResults } from "../../src/import/find-results.ts";
import { countsOf, decided, rowsOf, written } from "./imported.ts";

/*
 * Shapes after lm_eval/evaluator.py and lm_eval/loggers/evaluation_tracker.py of 0.4.13, and of files that people publish.
 */

const TIME = "2026-01-02T03-04-05.678901";

function row(id: number, entries: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    doc_id: id,
    doc: { question: `q${id}` },
    target: "1",
    arguments: { gen_args_0: { arg_0: `Q${id}`, arg_1: {} } },
    resps: [[" 1"]],
    filtered_resps: ["1"],
    filter: "none",
    metrics: ["exact_match"],
    doc_hash: `d${id}`,
    prompt_hash: `p${id}`,
    exact_match: 1,
    ...entries,
  };
}

const lines = (rows: readonly object[]): string => rows.map((each) => `${JSON.stringify(each)}\n`).join("");
const samples = (task: string, time = TIME): string => `samples_${task}_${time}.jsonl`;

function results(task: string, metrics: Readonly<Record<string, number>>, more: object = {}): string {
  return JSON.stringify({
    results: { [task]: { alias: task, ...metrics } },
    configs: { [task]: { output_type: "multiple_choice" } },
    "n-shot": { [task]: 5 },
    lm_eval_version: "0.4.13",
    model_name: "org/Modèle",
    ...more,
  });
}

describe("samples of lm-evaluation-harness", () => {
  it("are multiple choice with two metrics: the first of the results decides, the other is watched", async () => {
    const choices = {
      arguments: [
        ["q", " a"],
        ["q", " b"],
        ["q", " c"],
        ["q", " d"],
      ],
      metrics: ["acc", "acc_norm"],
    };
    const side = (right: (id: number) => boolean) => ({
      [samples("arc_challenge")]: lines(
        Array.from({ length: 8 }, (_, id) => row(id, { ...choices, acc: right(id) ? 1 : 0, acc_norm: 1.0 })),
      ),
      [`results_${TIME}.json`]: results("arc_challenge", {
        "acc,none": 0.5,
        "acc_stderr,none": 0.1,
        "acc_norm,none": 1,
      }),
    });
    const [fp16, q4] = await Promise.all([written(side((id) => id < 6)), written(side((id) => id !== 0 && id < 7))]);
    const { variant, manifest } = await decided({ FP16: fp16, Q4_K_M: q4 });
    expect(countsOf(variant("Q4_K_M"), "arc_challenge")).toMatchObject({ correct: 6, trials: 8, lost: 1, gained: 1 });
    expect(countsOf(variant("Q4_K_M"), "arc_challenge:acc_norm,none")).toMatchObject({
      correct: 8,
      lost: 0,
      gained: 0,
    });
    expect(manifest.tasks[0]?.chance).toBe(0.25);
    expect(manifest.spec.tasks[0]?.dataset.manifest.benchmark).toBe("arc-challenge");
    expect(manifest.identities["m/FP16@imported"]?.settings).toMatchObject({
      shots: "5",
      evaluatedModel: "org/Modèle",
    });
  });

  it("restart their ids in each subtask: every subtask is a task, and all are pooled", async () => {
    const side = (wrong: number) => ({
      [samples("mmlu_anatomy")]: lines([row(0), row(1), row(2, { exact_match: wrong })]),
      [samples("mmlu_astronomy")]: lines([row(0), row(1)]),
    });
    const { variant } = await decided({ FP16: await written(side(1)), Q8_0: await written(side(0)) });
    const { comparison } = variant("Q8_0");
    expect(comparison?.accuracy.imported).toMatchObject({ pairs: 5, lost: 1, gained: 0 });
  });

  it("come compressed, with a byte-order mark, NaN, a null response and a cut last line", async () => {
    const text = `\uFEFF${JSON.stringify(row(0))}\r\n${JSON.stringify(row(1)).replace('"exact_match":1', '"exact_match": NaN')}\n${JSON.stringify(row(2, { resps: [null], filtered_resps: null }))}\n{"doc_id": 3, "exa`;
    const folder = await written({ [`${samples("t")}.gz`]: gzipSync(text) });
    const rows = await rowsOf(folder);
    expect(rows.map(({ item, value }) => [item, value])).toEqual([
      ["0", 1],
      ["1", { missing: "not-a-number" }],
      ["2", 1],
    ]);
    const found = await findResults(folder);
    for await (const _ of found.rows(new AbortController().signal));
    expect(found.remarks.join()).toContain("last line is cut");
  });

  it("with a bad line in the middle are an error that names the line", async () => {
    const folder = await written({ [samples("t")]: `${lines([row(0)])}{"doc_id": 1,\n${lines([row(2)])}` });
    await expect(rowsOf(folder)).rejects.toThrow(/samples_t_.*:2: not a line of JSON/);
  });

  it("of older versions list no metrics and have no filter", async () => {
    const { filter: _, metrics: __, ...old } = row(4, { resps: ["-1.2", "-0.4"], acc: 1 });
    const folder = await written({ [samples("t")]: lines([old]) });
    expect((await rowsOf(folder)).map(({ metric, value }) => [metric, value])).toEqual([
      ["exact_match,none", 1],
      ["acc,none", 1],
    ]);
  });

  it("count once a task: the newest file", async () => {
    const folder = await written({
      [samples("t", "2026-01-01T00-00-00.000000")]: lines([row(0, { exact_match: 0 })]),
      [samples("t")]: lines([row(0)]),
    });
    expect((await rowsOf(folder)).map(({ value }) => value)).toEqual([1]);
    expect((await findResults(folder)).remarks.join()).toContain("1 older files");
  });

  it("pair by document and prompt: others are counted, not compared", async () => {
    const same = Array.from({ length: 6 }, (_, id) => row(id));
    const fp16 = await written({ [samples("t")]: lines(same) });
    const q4 = await written({
      [samples("t")]: lines([
        row(0, { prompt_hash: "other" }),
        row(1, { doc_hash: "other" }),
        row(2),
        row(9),
        row(3, { exact_match: 0 }),
      ]),
    });
    const { variant } = await decided({ FP16: fp16, Q4_0: q4 });
    expect(countsOf(variant("Q4_0"), "t")).toMatchObject({
      pairs: 2,
      lost: 1,
      gained: 0,
      differentPrompt: 2,
      unmatched: 3,
    });
  });

  it("with numbers between 0 and 1 are scores, decided by their mean", async () => {
    const side = (value: number) => ({
      [samples("sum")]: lines(Array.from({ length: 30 }, (_, id) => row(id, { metrics: ["rouge1"], rouge1: value }))),
    });
    const { manifest, variant, policy } = await decided(
      { FP16: await written(side(0.8)), Q4_0: await written(side(0.2)) },
      { policy: "default" },
    );
    expect(policy).toBe("default");
    expect(manifest.spec.tasks[0]?.type).toBe("generation");
    expect(variant("Q4_0").comparison?.keyMetricAverage.pairs).toBe(30);
  });

  it("with two rows for one document are an error", async () => {
    const folder = await written({ [samples("t")]: lines([row(0), row(0)]) });
    await expect(decided({ FP16: folder, Q4_0: folder })).rejects.toThrow(/two rows for document 0/);
  });

  it("without any row, and folders without results, are told", async () => {
    const empty = await written({ [samples("t")]: "" });
    await expect(decided({ FP16: empty, Q4_0: empty })).rejects.toThrow(/there is no row in it/);
    const none = await written({ "notes.txt": "x" });
    await expect(findResults(none)).rejects.toBeInstanceOf(UsageError);
    await expect(findResults(join(none, "gone"))).rejects.toThrow(/there is nothing at/);
  });
});
