import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { RunPlan } from "../../src/report/plan-table.ts";
import { cli, temporaryFolder } from "../support/cli.ts";
import { writeSmallSpec } from "../support/small-spec.ts";

describe("quantgate plan", () => {
  it("tells items, answers and what can be noticed, and runs nothing", async () => {
    const folder = await temporaryFolder();
    const runs = join(folder, "runs");
    const spec = await writeSmallSpec(folder, { limit: 20, extra: "repeat: { items: 5 }\n" });
    const { code, stdout } = await cli(["plan", spec, "--json"], { env: { QUANTGATE_RUNS: runs } });
    expect(code).toBe(0);
    const plan = JSON.parse(stdout) as RunPlan;
    expect(plan.variants).toEqual(["demo/FP16@local", "demo/Q4_K_M@local", "demo/Q2_K@local"]);
    // Three variants answer 20 items of two tasks, the baseline 5 of each again.
    expect(plan.answers).toBe(3 * 2 * 20 + 2 * 5);
    expect(plan.tasks).toEqual([
      { task: "demo-quiz-mc", type: "multiple-choice", items: 20, answers: 65 },
      { task: "demo-code", type: "generation", items: 20, answers: 65 },
    ]);
    expect(plan.power.tasks.map(({ task }) => task)).toEqual(["demo-quiz-mc"]);
    expect(await cli(["runs"], { env: { QUANTGATE_RUNS: runs } })).toMatchObject({ stdout: "no runs\n" });
  });

  it("warns where the policy's margin can't be decided", async () => {
    const folder = await temporaryFolder();
    const { stdout } = await cli(["plan", await writeSmallSpec(folder, { limit: 20 })]);
    for (const line of stdout.split("\n")) expect([...line].length).toBeLessThanOrEqual(80);
    const text = stdout.replace(/\n {4}|\n {2}(?=\S)/g, " ");
    expect(text).toContain(
      "! all multiple-choice tasks: 20 items aren't likely to decide a margin of 3 pp on accuracy",
    );
    expect(text).toMatch(
      /! all generation tasks: 20 items aren't likely to decide a margin of 3 % on key metric average/,
    );
    expect(stdout).toMatch(/demo-quiz-mc {2}n = 20: [\d.]+ pp if 5 % of the items flip/);
  });

  it("doesn't warn where the policy has no margin", async () => {
    const folder = await temporaryFolder();
    const policy = join(folder, "policy.yaml");
    const { writeFile } = await import("node:fs/promises");
    await writeFile(policy, "name: lenient\nrules:\n  - { type: not-near-random }\n");
    const { stdout } = await cli(["plan", await writeSmallSpec(folder, { limit: 20 }), "--policy", policy]);
    expect(stdout).toContain("it has no margin that an interval decides");
    expect(stdout).not.toContain("!");
  });

  it("ends with exit code 2 on a spec that can't be read", async () => {
    expect(await cli(["plan", "no-such-spec.yaml"])).toMatchObject({ code: 2 });
  });
});
