import { describe, expect, it } from "vitest";
import { checkQuantization, checkWeightsAsLabelled } from "../../src/gate/check-weights.ts";
import type { Evidence, Labelled } from "../../src/gate/evidence.ts";
import type { RuleOf } from "../../src/gate/policy-schema.ts";

const RULE = { type: "weights-as-labelled" } as const;

/** Only what these rules look at. */
function evidenceOf(labelled: Labelled, baseline?: Labelled): Evidence {
  const comparison =
    baseline === undefined ? {} : { comparison: { baseline: baseline.quantization, labelled: baseline } };
  return { labelled, ...comparison } as unknown as Evidence;
}
const file = (quantization: string, told: string, bitsPerWeight: number, mainTensorType: string): Labelled => ({
  quantization,
  metadata: { quantization: told, bitsPerWeight, mainTensorType },
});

describe("weights as labelled", () => {
  it("passes what is labelled right, fails what isn't, and says neither where nothing is told", () => {
    expect(checkWeightsAsLabelled(RULE, evidenceOf(file("Q8_0", "Q8_0", 8.5, "Q8_0")))).toMatchObject([
      { outcome: "pass" },
    ]);
    const [wrong] = checkWeightsAsLabelled(RULE, evidenceOf(file("Q8_0", "Q4_K_M", 4.99, "Q4_K")));
    expect(wrong).toMatchObject({ outcome: "fail", basis: "name" });
    expect(wrong?.explanation).toContain("the weights are Q4_K_M (4.99 bits per weight)");
    expect(checkWeightsAsLabelled(RULE, evidenceOf({ quantization: "AWQ", metadata: {} }))).toMatchObject([
      { outcome: "not-told" },
    ]);
  });

  it("fails a candidate whose baseline is mislabelled, too", () => {
    const right = file("Q4_K_M", "Q4_K_M", 4.99, "Q4_K");
    const rules = checkWeightsAsLabelled(RULE, evidenceOf(right, file("FP16", "Q8_0", 8.5, "Q8_0")));
    expect(rules).toMatchObject([
      { outcome: "pass" },
      { outcome: "fail", rule: "the weights of FP16 are as labelled" },
    ]);
    expect(checkWeightsAsLabelled(RULE, evidenceOf(right, file("FP16", "FP16", 16, "F16")))).toHaveLength(1);
  });

  it("takes a label of the spec's own for what it is, and tells the type", () => {
    const own = { ...file("imatrix", "Q4_K_M", 4.99, "Q4_K"), labelledOver: "Q5_K_M" };
    expect(checkWeightsAsLabelled(RULE, evidenceOf(own))).toMatchObject([
      { outcome: "pass", explanation: "the spec calls it imatrix by a label of its own; the weights are Q4_K_M" },
    ]);
  });
});

describe("allowed and forbidden types", () => {
  const forbid: RuleOf<"quantizations"> = { type: "quantizations", forbid: ["Q2_K"] };
  const allow: RuleOf<"quantizations"> = { type: "quantizations", allow: ["Q8_0", "FP16"] };
  const outcome = (rule: RuleOf<"quantizations">, labelled: Labelled) =>
    checkQuantization(rule, evidenceOf(labelled)).outcome;

  it.each([
    ["another type's name", file("Q8_0", "Q2_K", 3.3, "Q2_K")],
    ["a name of its own", file("UD-Q4_K_XL", "Q2_K", 3.3, "Q2_K")],
    ["a declared label", { ...file("mix", "Q2_K", 3.3, "Q2_K"), labelledOver: "Q4_K_M" }],
    ["a header that lies", { ...file("mix", "Q8_0", 3.3, "Q2_K"), labelledOver: "Q8_0" }],
    ["a name that nobody checks", { quantization: "UD-Q2_K_XL", metadata: {} }],
  ])("are not smuggled in under %s", (_, labelled) => {
    expect(outcome(forbid, labelled)).toBe("fail");
    expect(outcome(allow, labelled)).toBe("fail");
  });

  it("are told by what the weights are", () => {
    expect(outcome(forbid, file("Q2_K", "Q8_0", 8.5, "Q8_0"))).toBe("pass");
    const rule = checkQuantization(
      { type: "quantizations", forbid: ["Q2_K"] },
      evidenceOf(file("Q8_0", "Q2_K", 3.3, "Q2_K")),
    );
    expect(rule.explanation).toBe("called Q8_0, it is Q2_K, which the policy forbids");
  });
});
