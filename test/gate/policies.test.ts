import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UsageError } from "../../src/domain/errors.ts";
import { builtInPolicy, loadPolicy, parsePolicy } from "../../src/gate/policies.ts";
import { POLICY_NAMES, policyJsonSchema } from "../../src/gate/policy-schema.ts";
import { FULL_POLICIES } from "./synthetic-cases.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "policies-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Minimum of every figure that a policy asks for, on the point estimate. */
function minimaOf(name: (typeof POLICY_NAMES)[number]): Record<string, number> {
  return Object.fromEntries(
    builtInPolicy(name).rules.flatMap((rule) => {
      if (rule.type !== "min-score") return [];
      expect(rule.basis).toBe("point");
      const where = rule.metric === "accuracy" ? rule.benchmark : rule.kind;
      return [[where === undefined ? rule.metric : `${where} ${rule.metric}`, rule.atLeast]];
    }),
  );
}

describe("the built-in policies", () => {
  it("default: claims on what is pooled, guards on each task, no Q2_K", () => {
    const of = ["unparsed", "empty", "truncated"];
    const watching = { over: "each-task", basis: "interval", guard: true };
    const pooled = { over: "pooled", basis: "interval" };
    const always = [
      { type: "not-near-random" },
      { type: "quantizations", forbid: ["Q2_K"] },
      { type: "not-degraded" },
      { type: "weights-as-labelled" },
    ];
    expect(builtInPolicy("default").rules).toEqual([
      { type: "max-loss", metric: "accuracy", pp: 3, ...pooled, ifPresent: true },
      { type: "max-loss", metric: "accuracy", pp: 3, ...watching },
      { type: "max-loss", metric: "key_metric_average", percent: 3, ...pooled },
      { type: "max-loss", metric: "key_metric_average", percent: 10, ...watching },
      { type: "max-loss", metric: "exact_match", pp: 3, kind: "classification", ...watching },
      { type: "max-loss", metric: "exact_match", pp: 3, kind: "code", ...watching },
      { type: "max-loss", metric: "bleu", percent: 10, kind: "code", ...watching },
      { type: "max-rate-increase", of, pp: 5, ...pooled },
      { type: "max-rate-increase", of, pp: 5, ...watching },
      ...always,
    ]);
    expect(builtInPolicy("accuracy-only").rules).toEqual([
      { type: "max-loss", metric: "accuracy", pp: 3, ...pooled },
      { type: "max-loss", metric: "accuracy", pp: 3, ...watching },
      { type: "max-rate-increase", of, pp: 5, ...pooled },
      { type: "max-rate-increase", of, pp: 5, ...watching },
      ...always,
    ]);
  });

  it("ask for the published minima", () => {
    const texts = { bertscore: 0.8, rouge_l: 0.45 };
    expect(minimaOf("default")).toEqual({});
    expect(minimaOf("general-chatbot")).toEqual({
      composite: 0.5,
      "mmlu accuracy": 0.4,
      "arc-challenge accuracy": 0.35,
    });
    expect(minimaOf("qa-pipeline")).toEqual({
      composite: 0.55,
      "mmlu accuracy": 0.45,
      "arc-challenge accuracy": 0.4,
      ...texts,
    });
    expect(minimaOf("summarization")).toEqual({ composite: 0.45, ...texts });
    expect(minimaOf("code-generation")).toEqual({ composite: 0.4, bleu: 0.3 });
    expect(minimaOf("medical-legal")).toEqual({
      composite: 0.6,
      "mmlu accuracy": 0.55,
      "arc-challenge accuracy": 0.5,
      ...texts,
    });
    expect(minimaOf("classification")).toEqual({
      "mmlu accuracy": 0.5,
      "arc-challenge accuracy": 0.45,
      "classification exact_match": 0.9,
    });
    expect(minimaOf("multi-agent-coding")).toEqual({ composite: 0.45, bleu: 0.3 });
    expect(minimaOf("batch-analytics")).toEqual({ composite: 0.4 });
  });

  it.each(FULL_POLICIES)("%s holds the default rules first and blocks what is inconclusive", (name) => {
    const policy = builtInPolicy(name);
    const { rules } = builtInPolicy("default");
    expect(policy.rules.slice(0, rules.length)).toEqual(rules);
    expect(policy.onInconclusive).toBe("block");
    expect(policy.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it("have hashes of their own, the same every time", () => {
    const hashes = POLICY_NAMES.map((name) => builtInPolicy(name).hash);
    expect(new Set(hashes).size).toBe(POLICY_NAMES.length);
    expect(POLICY_NAMES.map((name) => builtInPolicy(name).hash)).toEqual(hashes);
  });

  it("let only Q8_0, its peers and better into medical-legal, and recommend as published", () => {
    expect(builtInPolicy("medical-legal").rules).toContainEqual({
      type: "quantizations",
      allow: ["FP32", "BF16", "FP16", "Q8_0", "INT8", "FP8"],
    });
    expect(builtInPolicy("medical-legal").recommended).toEqual(["Q8_0", "FP16"]);
    expect(builtInPolicy("qa-pipeline").recommended).toEqual(["Q4_K_M", "Q8_0"]);
    expect(builtInPolicy("batch-analytics").recommended).toEqual(["Q4_K_M"]);
  });
});

describe("loadPolicy", () => {
  it("finds a built-in policy by name and a user's own by path", async () => {
    expect(await loadPolicy("code-generation")).toEqual(builtInPolicy("code-generation"));
    const path = join(folder, "own.yaml");
    await writeFile(path, "name: own\nextends: default\nrules:\n  - { type: min-tier, tier: acceptable }\n");
    const own = await loadPolicy(path);
    expect(own.name).toBe("own");
    expect(own.rules).toEqual([...builtInPolicy("default").rules, { type: "min-tier", tier: "acceptable" }]);
  });

  it("tells the nearest name for one that is neither", async () => {
    await expect(loadPolicy("defualt")).rejects.toThrow(UsageError);
    await expect(loadPolicy("defualt")).rejects.toMatchObject({ hint: 'did you mean "default"?', exitCode: 2 });
    await expect(loadPolicy("./nowhere/at/all.yaml")).rejects.toMatchObject({ exitCode: 2 });
  });
});

describe("parsePolicy", () => {
  it("fills in what is left open: pooled minima, margins for each task, intervals that decide", () => {
    const { rules } = parsePolicy(
      `name: own
rules:
  - { type: min-score, metric: rouge_l, atLeast: 0.4 }
  - { type: max-loss, metric: accuracy, pp: 2.5 }
  - { type: equivalence, metric: bertscore, percent: 2 }
  - { type: max-flips, percent: 10 }
  - { type: quantizations, forbid: [q2_k, F16] }`,
      "own.yaml",
    );
    expect(rules).toEqual([
      { type: "min-score", metric: "rouge_l", atLeast: 0.4, over: "pooled", basis: "interval" },
      { type: "max-loss", metric: "accuracy", pp: 2.5, over: "each-task", basis: "interval" },
      { type: "equivalence", metric: "bertscore", percent: 2, over: "pooled", basis: "interval" },
      { type: "max-flips", percent: 10, over: "each-task", basis: "interval" },
      { type: "quantizations", forbid: ["Q2_K", "FP16"] },
      { type: "weights-as-labelled" },
    ]);
  });

  it("hashes what decides, and not how it is written", () => {
    const one = parsePolicy("name: one\nrules: [{ type: max-loss, metric: accuracy, pp: 3 }]", "one.yaml");
    const two = parsePolicy(
      '{"rules": [{"basis": "interval", "pp": 3, "metric": "accuracy", "type": "max-loss"}], "description": "the same", "name": "two"}',
      "two.json",
    );
    expect(two.hash).toBe(one.hash);
    const stricter = parsePolicy("name: one\nrules: [{ type: max-loss, metric: accuracy, pp: 2 }]", "one.yaml");
    const lenient = parsePolicy(
      "name: one\nonInconclusive: allow\nrules: [{ type: max-loss, metric: accuracy, pp: 3 }]",
      "one.yaml",
    );
    expect(new Set([one.hash, stricter.hash, lenient.hash]).size).toBe(3);
  });

  it.each([
    ["a misspelt key", "- { type: max-loss, metric: rouge_l, persent: 3 }", /p\.yaml:3: .*did you mean "percent"/],
    ["a misspelt type", "- { type: max-los, metric: accuracy, pp: 3 }", /p\.yaml:3: .*did you mean "max-loss"/],
    ["percent of accuracy", "- { type: max-loss, metric: accuracy, percent: 3 }", /rules\[0\]\.pp/],
    ["points of a metric", "- { type: max-loss, metric: bleu, pp: 3 }", /rules\[0\]\.percent/],
    ["a loss of the composite", "- { type: max-loss, metric: composite, percent: 3 }", /metric/],
    ["a minimum above 1", "- { type: min-score, metric: bleu, atLeast: 40 }", /atLeast/],
    ["a negative margin", "- { type: max-loss, metric: accuracy, pp: -3 }", /pp/],
    ["a number that isn't one", "- { type: max-loss, metric: accuracy, pp: .nan }", /pp/],
    ["an unknown quantization", "- { type: quantizations, forbid: [Q9_9] }", /unknown quantization "Q9_9"/],
    ["a rule about no quantization", "- { type: quantizations }", /"allow" or "forbid"/],
    ["a rate of nothing", "- { type: max-rate, of: [], percent: 5 }", /of/],
  ])("refuses %s, with its line", (_, rule, complaint) => {
    expect(() => parsePolicy(`name: own\nrules:\n  ${rule}\n`, "p.yaml")).toThrow(complaint);
    expect(() => parsePolicy(`name: own\nrules:\n  ${rule}\n`, "p.yaml")).toThrow(/p\.yaml:3/);
  });

  it("refuses a policy without rules, because everything would pass it", () => {
    expect(() => parsePolicy("name: own", "p.yaml")).toThrow(/no rules/);
    expect(() => parsePolicy("name: own\nrules: []", "p.yaml")).toThrow(UsageError);
    expect(parsePolicy("name: own\nextends: default", "p.yaml").rules).toHaveLength(
      builtInPolicy("default").rules.length,
    );
  });
});

it("a policy file has a JSON Schema for editors that knows every rule", () => {
  const text = JSON.stringify(policyJsonSchema());
  for (const type of ["min-score", "max-loss", "equivalence", "max-flips", "min-tier", "max-rate", "quantizations"])
    expect(text).toContain(`"${type}"`);
});
