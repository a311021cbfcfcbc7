import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { exportLmEval } from "../../src/import/export-lm-eval.ts";
import { temporaryFolder } from "../support/cli.ts";
import { countsOf, decided, signal, written } from "./imported.ts";

const TIME = "2026-01-02T03-04-05.678901";

function side(seed: number): Readonly<Record<string, string>> {
  const rows = Array.from({ length: 30 }, (_, id) =>
    ["strict-match", "flexible-extract"].map((filter, index) =>
      JSON.stringify({
        doc_id: id,
        filter,
        metrics: ["exact_match"],
        arguments: { gen_args_0: {} },
        filtered_resps: [String(id * seed)],
        doc_hash: `d${id}`,
        prompt_hash: `p${id}`,
        exact_match: id === 3 ? null : (id * seed + index) % 4 === 0 ? 1 : 0,
      }),
    ),
  );
  return { [`samples_gsm8k_${TIME}.jsonl`]: `${rows.flat().join("\n")}\n` };
}

describe("a run in lm-evaluation-harness' layout", () => {
  it("is read back with the same numbers, flips and missing answers", async () => {
    const first = await decided({ FP16: await written(side(1)), Q4_0: await written(side(3)) });
    const folder = join(await temporaryFolder(), "out");
    expect(await exportLmEval(first.run, folder, signal)).toEqual([join(folder, "FP16"), join(folder, "Q4_0")]);
    const again = await decided({ FP16: join(folder, "FP16"), Q4_0: join(folder, "Q4_0") });
    for (const label of ["FP16", "Q4_0"])
      for (const task of ["gsm8k", "gsm8k:exact_match,flexible-extract"])
        expect(countsOf(again.variant(label), task), `${label} ${task}`).toEqual(countsOf(first.variant(label), task));
    expect(countsOf(first.variant("Q4_0"), "gsm8k")).toMatchObject({ trials: 29, pairs: 29 });
    expect(again.variant("Q4_0").comparison?.changedAnswers).toBe(first.variant("Q4_0").comparison?.changedAnswers);
  });

  it("has the tool's names, means and standard errors", async () => {
    const { run } = await decided({ FP16: await written(side(1)), Q4_0: await written(side(3)) });
    const folder = join(await temporaryFolder(), "out");
    await exportLmEval(run, folder, signal);
    const text = await readFile(join(folder, "FP16", "results_1970-01-01T00-00-00.000000.json"), "utf8");
    const { results } = JSON.parse(text) as { readonly results: Record<string, Record<string, number>> };
    // 8 of 29: 0, 4, …, 28; sqrt(p (1 − p) / (n − 1)).
    const right = 8 / 29;
    expect(results.gsm8k?.["exact_match,strict-match"]).toBeCloseTo(right, 12);
    expect(results.gsm8k?.["exact_match_stderr,strict-match"]).toBeCloseTo(Math.sqrt((right * (1 - right)) / 28), 12);
  });

  it("isn't written over what is there", async () => {
    const { run } = await decided({ FP16: await written(side(1)), Q4_0: await written(side(3)) });
    await expect(exportLmEval(run, await temporaryFolder(), signal)).rejects.toThrow(/it is there already/);
  });
});
