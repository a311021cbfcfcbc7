import { describe, expect, it } from "vitest";
import type { VariantVerdict, Verdicts } from "../../src/gate/verdict.ts";
import { renderJUnit } from "../../src/report/junit.ts";
import { MODEL, sampleData } from "./sample-data.ts";
import { outlineOf } from "./well-formed.ts";

const { verdicts, summary } = sampleData([MODEL, "qwen2.5-1.5b"]);

function withVariants(change: (variant: VariantVerdict) => VariantVerdict, overall: Verdicts["overall"]): Verdicts {
  return {
    ...verdicts,
    overall,
    models: verdicts.models.map((model) => ({ ...model, variants: model.variants.map(change) })),
  };
}

function countsOf(xml: string) {
  const count = (pattern: RegExp): number => xml.match(pattern)?.length ?? 0;
  return {
    tests: count(/<testcase /g),
    failures: count(/<failure /g),
    errors: count(/<error /g),
    skipped: count(/<skipped /g),
  };
}

describe("renderJUnit", () => {
  const xml = renderJUnit(verdicts, summary);

  it("has one suite per model and one test per variant and rule", () => {
    expect([...outlineOf(xml).elements]).toContain("testsuites");
    expect(xml.match(/<testsuite name="[^"]+"/g)).toEqual([
      `<testsuite name="${MODEL}"`,
      '<testsuite name="qwen2.5-1.5b"',
    ]);
    const rules = verdicts.models.flatMap(({ variants }) => variants.flatMap((variant) => variant.rules));
    expect(countsOf(xml).tests).toBe(rules.length);
  });

  it("counts what it lists", () => {
    const { tests, failures, errors, skipped } = countsOf(xml);
    expect(xml).toContain(
      `<testsuites name="quantgate ladder" tests="${tests}" failures="${failures}" errors="${errors}" skipped="${skipped}">`,
    );
    expect(failures).toBeGreaterThan(0);
    expect(errors).toBeGreaterThan(0);
  });

  it("says why a rule failed, with its method and n", () => {
    expect(xml).toMatch(
      /<failure message="−41\.3 pp, Tango score 90 % interval \[−46\.9, −35\.5\] pp: [^"]* n = 300" type="max-loss">/,
    );
  });

  it("makes inconclusive rules errors, or skips them where the policy allows them", () => {
    const allowed = renderJUnit(verdicts, summary, { onInconclusive: "allow" });
    expect(countsOf(allowed).errors).toBe(0);
    expect(countsOf(allowed).failures).toBe(countsOf(xml).failures);
    expect(countsOf(allowed).skipped).toBe(countsOf(xml).skipped + countsOf(xml).errors);
  });

  it("fails nothing for a variant that only informs", () => {
    const cases = [...xml.matchAll(/<testcase classname="[^"]*Q3_K_S[^"]*"[^>]*>(?:<(\w+) message="([^"]*)")?/g)];
    expect(cases.filter(([, result]) => result !== undefined).map(([, result]) => result)).toEqual(
      new Array(6).fill("skipped"),
    );
    expect(cases.some(([, , message]) => message?.startsWith("informs only, fail: not measured"))).toBe(true);
  });

  it("doesn't pass for want of a test", () => {
    const unchecked = withVariants((variant) => ({ ...variant, rules: [], verdict: "pass" }), "pass");
    expect(countsOf(renderJUnit(unchecked, summary)).failures).toBeGreaterThan(0);

    const unexplained = withVariants(
      (variant) => ({
        ...variant,
        verdict: "fail",
        notes: ["the weights equal the baseline's"],
        rules: variant.rules.map((rule) => ({ ...rule, outcome: "pass" })),
      }),
      "fail",
    );
    expect(renderJUnit(unexplained, summary)).toContain('<failure message="the weights equal the baseline&#39;s"');

    const undecided = withVariants((variant) => ({ ...variant, decides: false }), "fail");
    const overall = renderJUnit(undecided, summary);
    expect(countsOf(overall).failures).toBe(1);
    expect(overall).toContain('name="overall: fail"');
    outlineOf(overall);
  });
});
