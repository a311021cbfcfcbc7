import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadSpec } from "../../src/spec/load.ts";
import { temporaryFolder } from "../support/cli.ts";
import { demoModel } from "../support/small-spec.ts";
import { bundledDatasets, GOOD, goodBut, load } from "./spec-file.ts";

describe("loading a spec", () => {
  it("fills in every default", async () => {
    const spec = await load(goodBut("name: small\n", ""));
    expect(spec).toMatchObject({ name: "run", seed: 0 });
    expect(spec).not.toHaveProperty("repeat");
    expect(spec).not.toHaveProperty("sampling");
    expect(spec.models[0]?.variants[0]?.backend).toEqual({
      type: "llama-cpp",
      contextSize: 2048,
      batchSize: 512,
      threads: 1,
    });
    expect(spec.tasks[0]).toMatchObject({
      name: "demo-quiz-mc",
      type: "multiple-choice",
      protocol: "continuation-logprob",
      primary: "acc",
      items: 300,
      maxTokens: 32,
      stop: [],
    });
    expect(spec.tasks[0]?.prompt).toContain("{question}");
  });

  it("gives every variant an id of model, quantization and backend", async () => {
    const spec = await load(GOOD);
    expect(spec.models[0]?.variants.map((variant) => variant.id)).toEqual(["demo/FP16@local", "demo/Q4_K_M@local"]);
  });

  it.each(["FP16", "F16", "f16", "fp16"])("knows FP16 as %s", async (name) => {
    const spec = await load(goodBut("quantization: FP16", `quantization: ${name}`));
    expect(spec.models[0]?.variants[0]).toMatchObject({ quantization: "FP16", id: "demo/FP16@local" });
    expect(spec.models[0]?.baseline.variant).toBe("demo/FP16@local");
  });

  it("takes the most precise variant as baseline, wherever it stands", async () => {
    const spec = await load(GOOD.replace("FP16,", "Q2_K,").replace("Q4_K_M,", "Q8_0,"));
    expect(spec.models[0]?.baseline).toEqual({
      variant: "demo/Q8_0@local",
      reason: "Q8_0 is the highest precision in the run",
    });
  });

  it("takes the baseline that the spec names", async () => {
    const spec = await load(GOOD.replace("Q4_K_M.gguf }", "Q4_K_M.gguf, baseline: true }"));
    expect(spec.models[0]?.baseline).toEqual({ variant: "demo/Q4_K_M@local", reason: "named in the spec" });
  });

  it("takes paths relative to the spec file, not to the working folder", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "answers.jsonl"), "");
    const spec = await load(
      `backends: { r: { type: recorded } }
models: [{ name: m, variants: [{ quantization: FP16, model: answers.jsonl }] }]
tasks: [{ dataset: demo-code }]`,
      "spec.yaml",
      folder,
    );
    expect(spec.models[0]?.variants[0]?.source).toBe(join(folder, "answers.jsonl"));
  });

  it("takes a key file relative to the spec file, too", async () => {
    const folder = await temporaryFolder();
    for (const [file, path] of [
      ["keys/vllm", join(folder, "keys", "vllm")],
      ["/run/secrets/key", "/run/secrets/key"],
    ]) {
      const spec = await load(
        `backends: { gpu: { type: openai, url: "http://127.0.0.1:8000", apiKeyFile: ${file} } }
models: [{ name: m, variants: [{ quantization: FP16, model: m }] }]
tasks: [{ dataset: demo-code }]`,
        "spec.yaml",
        folder,
      );
      expect(spec.models[0]?.variants[0]?.backend).toMatchObject({ apiKeyFile: path });
    }
  });

  it("leaves the names of served models alone", async () => {
    const spec = await load(`backends: { o: { type: ollama } }
models: [{ name: "llama3.2:1b", variants: [{ quantization: Q4_K_M, model: "llama3.2:1b-instruct-q4_K_M" }] }]
tasks: [{ dataset: demo-code }]`);
    expect(spec.models[0]?.variants[0]?.source).toBe("llama3.2:1b-instruct-q4_K_M");
  });

  it("opens a dataset in a folder beside the spec", async () => {
    const spec = await loadSpec(join(import.meta.dirname, "..", "..", "examples", "demo.yaml"), bundledDatasets);
    const folder = spec.tasks[0]?.dataset.folder ?? "";
    const direct = await load(goodBut("demo-quiz-mc", folder));
    expect(direct.tasks[0]?.dataset).toEqual(spec.tasks[0]?.dataset);
  });

  it("holds several models, each with its own ladder and baseline, on several backends", async () => {
    const spec = await load(`backends:
  slow: { type: llama-cpp, threads: 1 }
  fast: { type: llama-cpp, threads: 2 }
models:
  - name: one
    variants:
      - { quantization: Q8_0, model: ${demoModel("Q8_0")}, backend: slow }
      - { quantization: Q4_K_M, model: ${demoModel("Q4_K_M")}, backend: slow }
      - { quantization: Q4_K_M, model: ${demoModel("Q4_K_M")}, backend: fast }
  - name: two
    variants:
      - { quantization: Q2_K, model: ${demoModel("Q2_K")}, backend: fast }
      - { quantization: FP16, model: ${demoModel("F16")}, backend: slow }
tasks:
  - { dataset: demo-quiz-mc, limit: 5 }
  - { dataset: demo-quiz-mc, name: by-letter, protocol: generated-letter, maxTokens: 4, stop: ["\\n"], limit: 9999 }
  - { dataset: demo-code, postFilters: [first-line, { cutAt: "#" }] }
`);
    expect(
      spec.models.map(({ name, variants, baseline }) => [name, variants.map(({ id }) => id), baseline.variant]),
    ).toEqual([
      ["one", ["one/Q8_0@slow", "one/Q4_K_M@slow", "one/Q4_K_M@fast"], "one/Q8_0@slow"],
      ["two", ["two/Q2_K@fast", "two/FP16@slow"], "two/FP16@slow"],
    ]);
    expect(spec.models[1]?.variants.map(({ backend }) => backend)).toMatchObject([{ threads: 2 }, { threads: 1 }]);
    expect(spec.tasks).toMatchObject([
      { name: "demo-quiz-mc", items: 5 },
      { name: "by-letter", items: 300, protocol: "generated-letter", primary: "extracted", maxTokens: 4, stop: ["\n"] },
      { name: "demo-code", kind: "code", postFilters: ["first-line", { cutAt: "#" }] },
    ]);
  });

  it("reads JSON as it reads YAML, with tabs, BOM and CRLF", async () => {
    const content = {
      name: "small",
      backends: { local: { type: "llama-cpp" } },
      models: [
        {
          name: "demo",
          variants: [
            { quantization: "FP16", model: demoModel("F16") },
            { quantization: "Q4_K_M", model: demoModel("Q4_K_M") },
          ],
        },
      ],
      tasks: [{ dataset: "demo-quiz-mc" }],
    };
    const json = `\uFEFF${JSON.stringify(content, null, "\t").replaceAll("\n", "\r\n")}\r\n`;
    expect(await load(json, "spec.json")).toEqual(await load(GOOD));
  });

  it("gives plain data that survives JSON", async () => {
    const spec = await load(GOOD);
    expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
  });

  it("loads the demo: seven quantizations, FP16 the baseline, every kind of generation task", async () => {
    const spec = await loadSpec(join(import.meta.dirname, "..", "..", "examples", "demo.yaml"), bundledDatasets);
    expect(spec.models.map(({ variants }) => variants.length)).toEqual([7]);
    expect(spec.models[0]?.baseline.variant).toBe("demo/FP16@local");
    const kinds = spec.tasks.map((task) => (task.type === "generation" ? task.kind : task.protocol));
    expect(new Set(kinds)).toEqual(
      new Set(["continuation-logprob", "qa", "summarization", "code", "chat", "classification"]),
    );
  });
});
