import { describe, expect, it } from "vitest";
import { changesBetween, mayMatter } from "../../src/analyze/manifest-changes.ts";
import { matchRuns, variantsNamed } from "../../src/analyze/match-runs.ts";
import type { ResolvedTask, ResolvedVariant } from "../../src/spec/resolved.ts";
import type { RunManifest } from "../../src/store/manifest.ts";
import { idOf, syntheticRun } from "../gate/synthetic-run.ts";
import { QUIZ, TEXTS } from "./compared-runs.ts";

const { manifest } = syntheticRun([QUIZ, TEXTS], [{ quantization: "FP16" }, { quantization: "Q4_K_M" }]);
const Q4 = idOf("Q4_K_M");

function changes(newer: Partial<RunManifest>, reference: RunManifest = manifest) {
  const after = { ...manifest, ...newer };
  return changesBetween(reference, after, matchRuns(reference.spec, after.spec).pairs);
}

function withVariants(change: (variant: ResolvedVariant) => Partial<ResolvedVariant>): RunManifest {
  const models = manifest.spec.models.map((model) => ({
    ...model,
    variants: model.variants.map((variant) => ({ ...variant, ...change(variant) })),
  }));
  return { ...manifest, spec: { ...manifest.spec, models } };
}

function withTask(change: Partial<ResolvedTask>): RunManifest {
  const tasks = manifest.spec.tasks.map((task) =>
    task.name === "quiz" ? ({ ...task, ...change } as ResolvedTask) : task,
  );
  return { ...manifest, spec: { ...manifest.spec, tasks } };
}

describe("what changed between two runs", () => {
  it("is nothing for the same run", () => {
    expect(changes({})).toEqual([]);
  });

  it("names the weights by digest, file and the file's own word", () => {
    const identities = {
      ...manifest.identities,
      [Q4]: { weightsDigest: "sha256:Q2_K", build: "synthetic", settings: {}, metadata: { quantization: "Q2_K" } },
    };
    const newer = { ...withVariants(({ id }) => (id === Q4 ? { source: "/elsewhere/Q2_K.jsonl" } : {})), identities };
    expect(changes(newer)).toEqual([
      { kind: "weights", field: "weights digest", before: "sha256:Q4_K_M", after: "sha256:Q2_K", where: [Q4] },
      { kind: "weights", field: "model file or name", before: "Q4_K_M.jsonl", after: "Q2_K.jsonl", where: [Q4] },
      { kind: "weights", field: "quantization by the file or server", before: "none", after: "Q2_K", where: [Q4] },
    ]);
  });

  it("isn't the place of a file whose digest is the same", () => {
    expect(changes(withVariants(({ quantization }) => ({ source: `/moved/${quantization}-renamed.jsonl` })))).toEqual(
      [],
    );
  });

  it("names build and settings once for all variants, and settings that move nothing not at all", () => {
    const identities = Object.fromEntries(
      Object.entries(manifest.identities).map(([id, identity]) => [
        id,
        { ...identity, build: "b2", settings: { threads: 2, file: "other name", chatTemplate: "other" } },
      ]),
    );
    const newer = { ...withVariants(() => ({ backend: { type: "recorded", concurrency: 4 } })), identities };
    expect(changes(newer).map(({ kind, field, where }) => [kind, field, where.length])).toEqual([
      ["template", "chatTemplate", 2],
      ["setting", "concurrency", 2],
      ["setting", "threads", 2],
      ["build", "backend build", 2],
    ]);
  });

  it("names template, dataset, sampling, scorers and program", () => {
    const [quiz] = manifest.spec.tasks;
    if (quiz === undefined) throw new Error("no task");
    const dataset = { ...quiz.dataset, manifest: { ...quiz.dataset.manifest, sha256: "1".repeat(64) } };
    const newer = withTask({ prompt: "Q: {question}", dataset, maxTokens: 16, stop: ["\n"] });
    const found = changes({
      ...newer,
      spec: { ...newer.spec, seed: 2 },
      versions: { quantgate: "0.2.0", node: "22" },
      host: { ...manifest.host, cpu: "another" },
      signatures: { texts: { rouge_l: "ROUGE|other" } },
    });
    expect(found.map(({ kind, field, where }) => [kind, field, where])).toEqual([
      ["template", "prompt template", ["quiz"]],
      ["dataset", "dataset sha256", ["quiz"]],
      ["task", "maxTokens", ["quiz"]],
      ["task", "stop", ["quiz"]],
      ["sampling", "seed", []],
      ["scorer", "rouge_l", ["texts"]],
      ["program", "quantgate", []],
      ["program", "Node.js", []],
      ["host", "host", []],
    ]);
    expect(found.filter((change) => !mayMatter(change)).map(({ field }) => field)).toEqual(["Node.js", "host"]);
  });
});

describe("variants of two runs", () => {
  const on = (backendName: string): RunManifest =>
    withVariants(({ model, quantization }) => ({ backendName, id: `${model}/${quantization}@${backendName}` }));

  it("belong together by model and quantization where the backend has another name", () => {
    const { pairs, onlyNewer, onlyReference } = matchRuns(manifest.spec, on("gpu").spec);
    expect(pairs.map(({ reference, newer }) => [reference.id, newer.id])).toEqual([
      ["toy/FP16@local", "toy/FP16@gpu"],
      ["toy/Q4_K_M@local", "toy/Q4_K_M@gpu"],
    ]);
    expect([onlyReference, onlyNewer]).toEqual([[], []]);
  });

  it("belong together by id first, and the rest is named", () => {
    const [model] = on("gpu").spec.models;
    const [own] = manifest.spec.models;
    if (model === undefined || own === undefined) throw new Error("no model");
    const both = { ...manifest.spec, models: [{ ...own, variants: [...own.variants, ...model.variants] }] };
    const { pairs, onlyNewer } = matchRuns(manifest.spec, both);
    expect(pairs.map(({ newer }) => newer.id)).toEqual(["toy/FP16@local", "toy/Q4_K_M@local"]);
    expect(onlyNewer).toEqual(["toy/FP16@gpu", "toy/Q4_K_M@gpu"]);
  });

  it("are found by id, by model and quantization, and by quantization", () => {
    for (const name of [Q4, "toy/Q4_K_M", "q4_k_m"])
      expect(variantsNamed(name, manifest.spec).map(({ id }) => id)).toEqual([Q4]);
    expect(variantsNamed("Q5_K_M", manifest.spec)).toEqual([]);
  });
});
