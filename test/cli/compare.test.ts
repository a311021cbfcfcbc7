import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Investigation } from "../../src/report/investigation.ts";
import { BASELINE, SYNTHETIC_CASES, TASKS } from "../gate/synthetic-cases.ts";
import { type SyntheticVariant, syntheticRun } from "../gate/synthetic-run.ts";
import { cli } from "../support/cli.ts";
import { sharedFolder } from "../support/shared-folder.ts";
import { demoModel } from "../support/small-spec.ts";
import { writeSyntheticRun } from "../support/synthetic-store.ts";

function investigation(stdout: string): Investigation {
  return JSON.parse(stdout) as Investigation;
}

describe("a planted regression", () => {
  const folder = sharedFolder();
  let runs = "";
  let weights = "";
  const ids: string[] = [];
  const compare = (...args: readonly string[]) => cli(["compare", ...args, "--runs", runs]);

  async function run(spec: string): Promise<void> {
    // Nothing but the weights tells the runs apart: no answers are kept from before. The probe warns of the label and goes on.
    const { stdout, stderr } = await cli(["run", spec, "--runs", runs, "--json", "--quiet", "--no-cache"]);
    expect(stderr).toBe("");
    ids.push((JSON.parse(stdout) as { run: string }).run);
  }

  beforeAll(async () => {
    runs = join(folder(), "runs");
    weights = join(folder(), "deployed.gguf");
    const spec = join(folder(), "spec.yaml");
    await copyFile(demoModel("Q4_K_M"), weights);
    await writeFile(
      spec,
      `name: deployed
backends:
  local: { type: llama-cpp, contextSize: 256, batchSize: 256, concurrency: 2 }
models:
  - name: demo
    variants:
      - { quantization: FP16, model: ${demoModel("F16")} }
      - { quantization: Q4_K_M, model: deployed.gguf }
tasks:
  - { dataset: demo-quiz-mc, limit: 60 }
  - { dataset: demo-code, limit: 8 }
scorers: { bertscore: { model: demo-encoder }, coherence: { model: demo-encoder } }
`,
    );
    await run(spec);
    await run(spec);
    await copyFile(demoModel("Q2_K"), weights);
    await run(spec);
  });

  it("isn't seen between two runs of the same spec: they are equal", async () => {
    const { code, stdout } = await compare(ids[0] ?? "", ids[1] ?? "", "--json");
    const { comparison, recommendation, flips } = investigation(stdout);
    expect(comparison.conclusion).toBe("equal");
    expect(comparison.variants.map(({ conclusion }) => conclusion)).toEqual(["equal", "equal"]);
    expect(comparison.variants.map(({ answers }) => answers.compared)).toEqual([68, 68]);
    expect(comparison.changes).toEqual([]);
    expect(flips).toEqual([]);
    expect(recommendation).toEqual({ action: "keep" });
    expect(code).toBe(0);
  });

  it("is confirmed, traced to the weights, and shown item by item", async () => {
    const { code, stdout } = await compare(ids[0] ?? "", ids[2] ?? "", "--json");
    const { comparison, flips, examples, rerun, expected, reference, newer } = investigation(stdout);
    expect(code).toBe(1);
    expect(reference.specHash).toBe(newer.specHash);
    expect(comparison.conclusion).toBe("regression");
    expect(comparison.variants.map(({ newer: variant, conclusion }) => [variant, conclusion])).toEqual([
      ["demo/FP16@local", "equal"],
      ["demo/Q4_K_M@local", "regression"],
    ]);
    expect(comparison.changes.map(({ kind, field, where }) => [kind, field, where])).toEqual([
      ["weights", "weights digest", ["demo/Q4_K_M@local"]],
      ["weights", "quantization by the file or server", ["demo/Q4_K_M@local"]],
    ]);
    expect(comparison.changes[1]).toMatchObject({ before: "Q4_K_M", after: "Q2_K" });
    expect(rerun).toMatchObject({ by: "hand", change: { field: "weights digest" } });

    const lost = flips.filter(({ kind }) => kind === "lost");
    expect(lost.length).toBeGreaterThan(10);
    expect(flips.filter(({ task }) => task === "demo-quiz-mc").map(({ loss }) => loss)).toEqual(
      flips
        .filter(({ task }) => task === "demo-quiz-mc")
        .map(({ loss }) => loss)
        .toSorted((a, b) => b - a),
    );
    expect(examples).not.toHaveLength(0);
    for (const example of examples.filter(({ kind }) => kind === "lost")) {
      expect(example.baselineAnswer).toBe(example.expected);
      expect(example.candidateAnswer).not.toBe(example.expected);
    }
    expect(expected[0]?.earlier.map(({ task, usual }) => [task, usual])).toEqual([
      ["demo-quiz-mc", false],
      ["demo-code", false],
    ]);
  });

  it("is told in words that fit 80 columns and end with one recommendation", async () => {
    const { code, stdout } = await compare(ids[1] ?? "", ids[2] ?? "", "--rerun", join(folder(), "rerun.yaml"));
    expect(code).toBe(1);
    for (const line of stdout.split("\n").filter((each) => !/sha256:|quantgate run /.test(each)))
      expect([...line].length, line).toBeLessThanOrEqual(80);
    expect(stdout).toMatch(/^Regression confirmed\n/);
    expect(stdout).toContain("weights digest (demo/Q4_K_M@local)");
    expect(stdout).toMatch(/right → wrong: demo-quiz-mc/);
    expect(stdout.match(/^→ /gm)).toHaveLength(1);
    expect(stdout.trimEnd().split("\n→ ")[1]).toContain("Run the controlled rerun");
    expect(await readFile(join(folder(), "rerun.yaml"), "utf8")).toContain("name: deployed-put-back");
  });
});

describe("quantgate compare", () => {
  const folder = sharedFolder();
  let runs = "";
  const compare = (...args: readonly string[]) => cli(["compare", ...args, "--runs", runs]);
  const caseOf = (name: string) => {
    const found = SYNTHETIC_CASES.find((each) => each.name === name);
    if (found === undefined) throw new Error(`no case ${name}`);
    return found.run();
  };

  beforeAll(async () => {
    runs = join(folder(), "runs");
    await writeSyntheticRun(caseOf("clearly fine"), { runs, id: "monday" });
    expect(await cli(["gate", "monday", "--save", "--runs", runs, "--quiet"])).toMatchObject({ code: 0 });
    await writeSyntheticRun(caseOf("clearly worse"), { runs, id: "tuesday" });
    await writeSyntheticRun(caseOf("all errored"), { runs, id: "wednesday" });
    const q4: SyntheticVariant = { ...BASELINE, quantization: "Q4_K_M" };
    await writeSyntheticRun(syntheticRun(TASKS, [BASELINE, q4]), { runs, id: "other-variant" });
  });

  it("advises to roll back to the last run that passed", async () => {
    const { code, stdout } = await compare("monday", "tuesday", "--json");
    expect(code).toBe(1);
    expect(investigation(stdout).recommendation).toEqual({ action: "roll-back", to: "monday" });
    expect((await compare("last-passing", "tuesday")).stdout).toContain("→ Roll back to what run monday had");
  });

  it("takes a baseline's name for a run", async () => {
    await cli(["baseline", "set", "good", "monday", "--runs", runs]);
    const { stdout } = await compare("good", "tuesday", "--json");
    expect(investigation(stdout).reference.id).toBe("monday");
  });

  it("doesn't take a run without answers for an unchanged one", async () => {
    const { code, stdout } = await compare("monday", "wednesday");
    expect(code).toBe(3);
    expect(stdout).toContain("mmlu: no item was answered in the newer run");
    expect(stdout).toContain("→ Complete run wednesday");
  });

  it("compares variants of other names when asked", async () => {
    const { code, stderr } = await compare("monday", "other-variant", "--variant", "Q4_K_M");
    expect(code).toBe(2);
    expect(stderr).toContain("--baseline-variant");
    const { stdout } = await compare(
      ...["monday", "other-variant", "--baseline-variant", "Q8_0", "--variant", "Q4_K_M", "--json"],
    );
    const [variant] = investigation(stdout).comparison.variants;
    expect(variant).toMatchObject({ reference: "toy/Q8_0@local", newer: "toy/Q4_K_M@local" });
    expect(investigation(stdout).comparison.changes.map(({ field }) => field)).toContain("quantization");
  });

  it("compares two variants of one run", async () => {
    const { stdout } = await compare(
      ...["monday", "monday", "--baseline-variant", "FP16", "--variant", "Q8_0", "--json"],
    );
    expect(investigation(stdout).comparison.variants[0]?.tasks[0]).toMatchObject({ task: "mmlu", pairs: 1000 });
  });

  it("leaves the pairs aside when asked, and labels it", async () => {
    const { stdout } = await compare("monday", "tuesday", "--unpaired", "--json");
    const metrics = investigation(stdout).comparison.variants.flatMap(({ tasks }) =>
      tasks.flatMap(({ primary }) => primary),
    );
    expect(new Set(metrics.map(({ design }) => design))).toEqual(new Set(["unpaired"]));
    expect((await compare("monday", "tuesday", "--unpaired")).stdout).toContain("unpaired items");
  });

  it("takes its margins from the policy", async () => {
    const policy = join(folder(), "loose.yaml");
    await writeFile(
      policy,
      "name: loose\nrules:\n  - { type: max-loss, metric: accuracy, pp: 40 }\n  - { type: max-loss, metric: key_metric_average, percent: 60 }\n",
    );
    const { stdout } = await compare("monday", "tuesday", "--policy", policy, "--json");
    const { margins, variants } = investigation(stdout).comparison;
    expect(margins).toEqual({ accuracyPp: 40, generationPercent: 60 });
    expect(variants[1]?.tasks.flatMap(({ primary }) => primary.map(({ beyondMargin }) => beyondMargin))).toEqual(
      Array.from({ length: 5 }, () => false),
    );
  });

  it("writes the same content as Markdown and HTML, all of it as text", async () => {
    const [markdown, html] = [join(folder(), "comparison.md"), join(folder(), "comparison.html")];
    await compare("monday", "tuesday", "--markdown", markdown, "--html", html);
    for (const text of [await readFile(markdown, "utf8"), await readFile(html, "utf8")]) {
      for (const part of [
        "Regression confirmed",
        "Roll back to what run monday had",
        "right → wrong: mmlu / mmlu-",
        "How it was decided",
      ])
        expect(text).toContain(part);
    }
    const page = await readFile(html, "utf8");
    expect(page).not.toContain("<script");
    expect(page).toContain("default-src 'none'");
  });

  it("names what is wrong with its input", async () => {
    expect(await compare("monday", "no-such-run")).toMatchObject({ code: 2 });
    expect((await compare("monday", "tuesday", "--variant", "Q5_K_M")).stderr).toContain('no variant "Q5_K_M"');
    expect((await compare("monday", "tuesday", "--baseline-variant", "FP16")).stderr).toContain("needs --variant");
    expect(await compare("monday", "tuesday", "--markdown", join(folder(), "no", "folder.md"))).toMatchObject({
      code: 2,
    });
  });
});
