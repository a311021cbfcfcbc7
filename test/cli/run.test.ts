import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Summary } from "../../src/analyze/summary.ts";
import { cli, temporaryFolder } from "../support/cli.ts";
import { writeSmallSpec } from "../support/small-spec.ts";

describe("quantgate run", () => {
  it("writes the reports that were asked for also when the run can't be completed", async () => {
    const folder = await temporaryFolder();
    const spec = join(folder, "spec.yaml");
    await writeFile(
      spec,
      `name: unreachable
backends: { away: { type: ollama, url: "http://127.0.0.1:9" } }
models:
  - name: demo
    variants:
      - { quantization: FP16, model: "demo:fp16" }
      - { quantization: Q4_K_M, model: "demo:q4_k_m" }
tasks: [{ dataset: demo-quiz-mc, limit: 4 }]
`,
    );
    const [junit, markdown, steps] = ["junit.xml", "report.md", "steps.md"].map((name) => join(folder, name));
    const { code, stderr } = await cli(
      ["run", spec, "--runs", join(folder, "runs"), "--junit", junit ?? "", "--markdown", markdown ?? ""],
      { env: { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: steps ?? "" } },
    );
    expect(code).toBe(4);
    expect(stderr).toContain("no connection");
    expect(stderr).toContain("::error title=QuantGate%3A demo/Q4_K_M@away fails::");
    expect(await readFile(junit ?? "", "utf8")).toMatch(/failures="[1-9]/);
    for (const file of [markdown, steps]) expect(await readFile(file ?? "", "utf8")).toContain("fail, exit code 1");
  });

  it("writes every document of a run, prints a table that fits 80 columns, and exits by the verdict", async () => {
    const folder = await temporaryFolder();
    const runs = join(folder, "runs");
    const spec = await writeSmallSpec(folder, { quantizations: ["FP16", "Q2_K"], limit: 20 });
    const result = await cli([
      "run",
      spec,
      "--runs",
      runs,
      "--junit",
      join(folder, "junit.xml"),
      "--markdown",
      join(folder, "report.md"),
    ]);
    expect(result.code, result.stderr).toBe(1);
    expect(result.stderr).toContain("40/40");
    for (const line of result.stdout.split("\n").filter((each) => !each.startsWith("Report: ")))
      expect([...line].length).toBeLessThanOrEqual(80);
    expect(result.stdout).toContain("Q2_K");

    const [id = ""] = await readdir(runs);
    const files = await readdir(join(runs, id));
    for (const file of [
      "manifest.json",
      "records.jsonl",
      "summary.json",
      "verdicts.json",
      "performance.json",
      "report.md",
      "report.html",
      "junit.xml",
    ]) {
      expect(files).toContain(file);
    }
    expect(await readFile(join(folder, "junit.xml"), "utf8")).toContain("<testsuite");
    expect(await readFile(join(folder, "report.md"), "utf8")).toContain("Q2_K");

    const summary = await readFile(join(runs, id, "summary.json"), "utf8");
    expect(summary).not.toMatch(/\d{4}-\d{2}-\d{2}T/);
    const { models } = JSON.parse(summary) as Summary;
    const q2 = models[0]?.variants.find((variant) => variant.quantization === "Q2_K");
    const quiz = q2?.comparison?.tasks.find((task) => task.task === "demo-quiz-mc");
    expect(
      quiz?.type === "multiple-choice" && quiz.accuracy.estimate.kind === "estimated" && quiz.accuracy.estimate.upper,
    ).toBeLessThan(0);

    const before = await readFile(join(runs, id, "verdicts.json"), "utf8");
    const again = await cli(["report", id, "--runs", runs, "--quiet"]);
    expect(again.code, again.stderr).toBe(0);
    expect(await readFile(join(runs, id, "summary.json"), "utf8")).toBe(summary);
    expect(await readFile(join(runs, id, "verdicts.json"), "utf8")).toBe(before);

    const regated = await cli(["gate", id, "--runs", runs, "--json"]);
    expect(regated.code).toBe(1);
    expect(JSON.parse(regated.stdout)).toMatchObject({ run: id, verdicts: { overall: "fail" } });
  });

  it("tells every kind of bad spec in one message, exits 2 and writes nothing", async () => {
    const folder = await temporaryFolder();
    const runs = join(folder, "runs");
    const good = await readFile(await writeSmallSpec(folder), "utf8");
    const cases = [
      { change: ["quantization: Q2_K", "quantization: Q2/K"], says: "variants[2].quantization: letters, digits" },
      { change: ["tasks:", "task:"], says: 'unknown key "task"' },
      { change: ["demo-quiz-mc", "demo-quizz-mc"], says: 'did you mean "demo-quiz-mc"' },
      { change: ["demo-Q2_K.gguf", "nothing.gguf"], says: "no GGUF file" },
      { change: ["type: llama-cpp", "type: lama-cpp"], says: "llama-cpp" },
      { change: ["quantization: Q2_K", "quantization: Q4_K_M"], says: "duplicate variant" },
    ] as const;
    for (const { change, says } of cases) {
      const path = join(folder, "bad.yaml");
      await writeFile(path, good.replace(change[0], change[1]));
      const result = await cli(["run", path, "--runs", runs]);
      expect(result.code, result.stderr).toBe(2);
      expect(result.stderr).toContain(says);
      expect(result.stderr).toMatch(/bad\.yaml:\d+/);
    }
    await expect(readdir(runs)).rejects.toThrow("ENOENT");
  });

  it("says which command fetches a missing model before anything runs, and goes on without when told to", async () => {
    const folder = await temporaryFolder();
    const runs = join(folder, "runs");
    const missing = await writeSmallSpec(folder, {
      tasks: ["demo-code"],
      limit: 2,
      quantizations: ["FP16"],
      extra: "scorers: { coherence: { model: not-here } }\n",
    });
    const refused = await cli(["run", missing, "--runs", runs]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("quantgate models pull not-here");
    await expect(readdir(runs)).rejects.toThrow("ENOENT");

    const skipping = await writeSmallSpec(folder, {
      tasks: ["demo-code"],
      limit: 4,
      quantizations: ["FP16", "Q8_0"],
      extra: "scorers: { neural: skip }\n",
    });
    const skipped = await cli(["run", skipping, "--runs", runs, "--quiet"]);
    // The default policy asks for the key metric average: without it the gate fails closed.
    expect(skipped.code, skipped.stderr).toBe(1);
    expect(skipped.stdout).toContain("neural scorers were skipped");
  });
});
