import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { changesBetween, type VariantPair } from "../../src/analyze/manifest-changes.ts";
import { matchRuns } from "../../src/analyze/match-runs.ts";
import { datasetFinder } from "../../src/dataset/find.ts";
import { planRerun } from "../../src/pipeline/controlled-rerun.ts";
import { hashSpec } from "../../src/pipeline/spec-hash.ts";
import { specInputOf } from "../../src/pipeline/spec-input.ts";
import { specYaml } from "../../src/report/comparison-spec.ts";
import type { ControlledRerun } from "../../src/report/investigation.ts";
import { loadSpec } from "../../src/spec/load.ts";
import type { ResolvedSpec } from "../../src/spec/resolved.ts";
import type { RunManifest } from "../../src/store/manifest.ts";
import { temporaryFolder } from "../support/cli.ts";
import { demoModel } from "../support/small-spec.ts";

const datasets = datasetFinder([join(import.meta.dirname, "..", "..", "datasets")]);

interface Parts {
  readonly backend?: string;
  readonly q4?: string;
  readonly tasks?: string;
  readonly rest?: string;
}

const QUIZ = "  - { dataset: demo-quiz-mc, limit: 20 }";
const BACKEND = "{ type: llama-cpp, contextSize: 256, batchSize: 256, concurrency: 2 }";

async function load(text: string): Promise<ResolvedSpec> {
  const path = join(await temporaryFolder(), "spec.yaml");
  await writeFile(path, text);
  return loadSpec(path, datasets);
}

function spec({ backend = BACKEND, q4 = demoModel("Q4_K_M"), tasks = QUIZ, rest = "" }: Parts = {}) {
  return load(`name: nightly
backends:
  local: ${backend}
models:
  - name: demo
    variants:
      - { quantization: FP16, model: ${demoModel("F16")} }
      - { quantization: Q4_K_M, model: ${q4} }
tasks:
${tasks}
${rest}`);
}

/** A manifest whose backends told nothing but digests that follow the files. */
function manifestOf(resolved: ResolvedSpec): RunManifest {
  const variants = resolved.models.flatMap((model) => model.variants);
  return {
    schema: 1,
    id: "run",
    spec: resolved,
    specHash: hashSpec(resolved),
    versions: { quantgate: "0.1.0", node: "20" },
    host: { platform: "none", cpu: "none", cores: 1, memoryBytes: 1 },
    tasks: [],
    status: "completed",
    startedAt: "2026-01-01T00:00:00.000Z",
    identities: Object.fromEntries(
      variants.map(({ id, source }) => [
        id,
        { weightsDigest: `sha256:${source}`, build: "one", settings: {}, metadata: {} },
      ]),
    ),
    signatures: {},
  };
}

function rerunOf(reference: ResolvedSpec, newer: ResolvedSpec): ControlledRerun | undefined {
  const pairs: readonly VariantPair[] = matchRuns(reference, newer).pairs;
  const changes = changesBetween(manifestOf(reference), manifestOf(newer), pairs);
  const suspects = pairs.filter((pair) => pair.newer.quantization === "Q4_K_M").map((pair) => pair.newer.id);
  return planRerun({ reference, newer, pairs, changes, suspects });
}

function specOf(rerun: ControlledRerun | undefined): ControlledRerun["spec"] {
  if (rerun === undefined) throw new Error("no rerun");
  return rerun.spec;
}

describe("a resolved spec, written as a file,", () => {
  it("resolves to the same spec again", async () => {
    const original = await spec({
      tasks: `${QUIZ}\n  - { dataset: demo-code, name: codes, stop: ["\\n", "# end"], maxTokens: 7 }\n  - { dataset: demo-qa, sample: { items: 9, seed: 3 } }`,
      rest: "seed: 5\nrepeat: { items: 4 }\ncandidates: [Q4_K_M]\npolicy: qa-pipeline\n",
    });
    const again = await load(specYaml(specInputOf(original)));
    expect(again).toEqual(original);
    expect(hashSpec(again)).toBe(hashSpec(original));
  });

  it("keeps a baseline that was named, and one that is external", async () => {
    const named = await load(specYaml(specInputOf(await spec({ q4: `${demoModel("Q4_K_M")}, baseline: true` }))));
    expect(named.models[0]?.baseline).toEqual({ variant: "demo/Q4_K_M@local", reason: "named in the spec" });
    const external = await spec();
    const [model] = external.models;
    if (model === undefined) throw new Error("no model");
    const models = [{ ...model, baseline: { variant: "external", reason: "", external: true as const } }];
    const again = await load(specYaml(specInputOf({ ...external, models })));
    expect(again.models[0]?.baseline.external).toBe(true);
  });
});

describe("the controlled rerun", () => {
  it("is none where nothing changed that could be a cause", async () => {
    expect(rerunOf(await spec(), await spec())).toBeUndefined();
  });

  it.each<[string, Parts, string]>([
    ["the weights of one variant", { q4: demoModel("Q2_K") }, "demo/Q4_K_M@local"],
    ["the template", { tasks: '  - { dataset: demo-quiz-mc, limit: 20, prompt: "Q {question}" }' }, "demo-quiz-mc"],
    ["a field of a task", { tasks: "  - { dataset: demo-quiz-mc, limit: 20, maxTokens: 5 }" }, "demo-quiz-mc"],
    ["a setting", { backend: BACKEND.replace("batchSize: 256", "batchSize: 128") }, "demo/Q4_K_M@local"],
    ["the seed", { rest: "seed: 9\n" }, ""],
  ])("puts back %s and nothing else", async (_, changed, target) => {
    const [reference, newer] = [await spec(), await spec(changed)];
    expect(hashSpec(newer)).not.toBe(hashSpec(reference));
    const rerun = rerunOf(reference, newer);
    expect(rerun).toMatchObject({ by: "spec", ...(target === "" ? {} : { target }) });
    const again = await load(specYaml(specOf(rerun)));
    expect(again.name).toBe("nightly-put-back");
    // Only one thing had changed, so with it put back the newer spec is the reference's.
    expect(hashSpec(again)).toBe(hashSpec(reference));
  });

  it("puts back the likeliest of several and leaves the others", async () => {
    const reference = await spec();
    const newer = await spec({ q4: demoModel("Q2_K"), rest: "seed: 9\n" });
    const again = await load(specYaml(specOf(rerunOf(reference, newer))));
    expect(hashSpec(again)).toBe(hashSpec(await spec({ rest: "seed: 9\n" })));
  });

  it("leaves to the user what a spec can't say", async () => {
    const same = await spec();
    const [pair] = matchRuns(same, same).pairs.filter(({ newer }) => newer.quantization === "Q4_K_M");
    if (pair === undefined) throw new Error("no pair");
    const changes = [
      { kind: "weights", field: "weights digest", before: "a", after: "b", where: [pair.newer.id] },
    ] as const;
    const rerun = planRerun({ reference: same, newer: same, pairs: [pair], changes, suspects: [pair.newer.id] });
    expect(rerun).toMatchObject({ by: "hand", target: "demo/Q4_K_M@local", change: { field: "weights digest" } });
    expect(hashSpec(await load(specYaml(specOf(rerun))))).toBe(hashSpec(same));
  });
});
