import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { evaluatePolicy } from "../../src/gate/evaluate.ts";
import { parsePolicy } from "../../src/gate/policies.ts";
import { POLICY_NAMES, policyJsonSchema } from "../../src/gate/policy-schema.ts";
import { specJsonSchema } from "../../src/spec/schema.ts";
import { BASELINE, TASKS } from "./synthetic-cases.ts";
import { syntheticRun } from "./synthetic-run.ts";
import { verdictOn } from "./verdict-of.ts";

const page = readFileSync(join(import.meta.dirname, "..", "..", "docs", "gates.md"), "utf8");
const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? "");
/** Whole policies; the other blocks are lines of a spec. */
const examples = blocks.filter((text) => text.startsWith("name: "));

describe("docs/gates.md", () => {
  it("has examples that work as they stand", () => {
    expect(examples).toHaveLength(1);
    for (const text of blocks.filter((block) => !examples.includes(block)))
      expect(Object.keys(specJsonSchema().properties as object)).toEqual(
        expect.arrayContaining(Object.keys(parse(text) as object)),
      );
    const questions = { name: "faq", type: "generation", kind: "qa", items: 100 } as const;
    const variants = [BASELINE, { ...BASELINE, quantization: "Q5_K_M" }] as const;
    const run = syntheticRun([...TASKS, questions], variants, { degraded: [] });
    const verdicts = examples.map((text) => verdictOn("Q5_K_M", evaluatePolicy(parsePolicy(text, "example"), run)));
    expect(verdicts.map((verdict) => verdict.rules.filter((rule) => rule.outcome === "fail"))).toEqual([[]]);
    expect(verdicts.map((verdict) => verdict.verdict)).toEqual(["pass"]);
    expect(new Set(verdicts[0]?.rules.map((rule) => rule.type)).size).toBe(11);
  });

  it("names every rule and every built-in policy", () => {
    const types = JSON.stringify(policyJsonSchema()).matchAll(/"const":"([a-z]+-[a-z-]+|equivalence|quantizations)"/g);
    const names = new Set([...types].map((match) => match[1]));
    expect(names.size).toBe(11);
    for (const name of [...names, ...POLICY_NAMES]) expect(page).toContain(`\`${name}\``);
  });
});
