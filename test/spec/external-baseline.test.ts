import { describe, expect, it } from "vitest";
import { complaintOf, GOOD, load } from "./spec-file.ts";

const external = GOOD.replace("  - name: demo\n", "  - name: demo\n    baseline: external\n");

describe("a model whose baseline is another run's", () => {
  it("has no variant that is the baseline", async () => {
    const [model] = (await load(external)).models;
    expect(model?.baseline.external).toBe(true);
    expect(model?.variants.map(({ id }) => id)).not.toContain(model?.baseline.variant);
    expect(model?.variants).toHaveLength(2);
  });

  it("needs no most precise variant", async () => {
    const spec = external.replace("quantization: FP16", "quantization: GPTQ");
    expect((await load(spec)).models[0]?.baseline.external).toBe(true);
    expect((await complaintOf(spec.replace("    baseline: external\n", ""))).message).toContain("baseline is unclear");
  });

  it("can't have one of its own too", async () => {
    const { message } = await complaintOf(external.replace("FP16, ", "FP16, baseline: true, "));
    expect(message).toMatch(/spec\.yaml:8: model "demo" has an external baseline and one of its own/);
  });

  it("can't be asked twice", async () => {
    const { message, hint } = await complaintOf(`${external}repeat: { items: 4 }\n`);
    expect(message).toMatch(/spec\.yaml:12: .*model "demo" has none in this run/);
    expect(hint).toContain("in the run that is the baseline");
  });

  it("says external and nothing else there", async () => {
    const { message } = await complaintOf(external.replace("baseline: external", "baseline: Q8_0"));
    expect(message).toContain("models[0].baseline");
  });
});
