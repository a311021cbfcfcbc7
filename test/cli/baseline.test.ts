import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Verdicts } from "../../src/gate/verdict.ts";
import { BASELINE, SYNTHETIC_CASES, TASKS } from "../gate/synthetic-cases.ts";
import { type SyntheticVariant, syntheticRun } from "../gate/synthetic-run.ts";
import { cli } from "../support/cli.ts";
import { sharedFolder } from "../support/shared-folder.ts";
import { writeSmallSpec } from "../support/small-spec.ts";
import { writeSyntheticRun } from "../support/synthetic-store.ts";

function caseOf(name: string) {
  const found = SYNTHETIC_CASES.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no case ${name}`);
  return found.run();
}

/** What rules found, without the names of the run they found it in. */
function findings(verdicts: Verdicts) {
  const variant = verdicts.models[0]?.variants.find((each) => each.verdict !== "reference");
  return (variant?.rules ?? []).map(({ outcome, estimate, lower, upper, n }) => ({
    outcome,
    estimate,
    lower,
    upper,
    n,
  }));
}

describe("a stored baseline", () => {
  const folder = sharedFolder();
  let runs = "";
  const quantgate = (...args: readonly string[]) => cli([...args, "--runs", runs]);
  const gate = async (id: string, ...args: readonly string[]) => {
    const result = await quantgate("gate", id, "--save", "--json", "--quiet", ...args);
    return { ...result, verdicts: () => (JSON.parse(result.stdout) as { verdicts: Verdicts }).verdicts };
  };

  beforeAll(async () => {
    runs = join(folder(), "runs");
    await writeSyntheticRun(caseOf("clearly fine"), { runs, id: "nightly" });
    await writeSyntheticRun(caseOf("clearly fine"), { runs, id: "fine", external: true });
    await writeSyntheticRun(caseOf("clearly worse"), { runs, id: "worse", external: true });
    const same: SyntheticVariant = { ...BASELINE, quantization: "Q8_0", digest: "sha256:FP16" };
    await writeSyntheticRun(syntheticRun(TASKS, [BASELINE, same]), { runs, id: "itself", external: true });
    expect(await quantgate("baseline", "set", "main", "nightly")).toMatchObject({ code: 0 });
  });

  it("decides as the run's own baseline would", async () => {
    const [own, stored] = [await gate("nightly"), await gate("fine", "--baseline", "main")];
    expect(stored.stderr).toBe("");
    expect([own.code, stored.code]).toEqual([0, 0]);
    expect(findings(stored.verdicts())).toHaveLength(20);
    expect(findings(stored.verdicts())).toEqual(findings(own.verdicts()));
    const [model] = stored.verdicts().models;
    expect(model?.baseline.reason).toBe('FP16 of run nightly, baseline "main"');
    expect(model?.variants.map((variant) => variant.verdict)).toEqual(["reference", "pass"]);
  });

  it("fails what is worse, and shows the items with the stored answers", async () => {
    const { code } = await gate("worse", "--baseline", "nightly");
    expect(code).toBe(1);
    const report = await readFile(join(runs, "worse", "report.md"), "utf8");
    expect(report).toContain("right → wrong: mmlu / mmlu-");
    expect(report).toContain("FP16 of run nightly");
  });

  it("is no evidence about its own weights", async () => {
    const { code, verdicts } = await gate("itself", "--baseline", "main");
    expect(code).toBe(3);
    expect(verdicts().overall).toBe("inconclusive");
  });

  it("may be the newest run that passed", async () => {
    await gate("nightly");
    const { code, verdicts } = await gate("fine", "--baseline", "last-passing");
    expect(code).toBe(0);
    expect(verdicts().models[0]?.baseline.reason).toBe('FP16 of run nightly, baseline "last-passing"');
  });

  it("must be named, and must be there", async () => {
    const none = await gate("fine");
    expect(none).toMatchObject({ code: 2, stdout: "" });
    expect(none.stderr).toContain("the baseline of toy is external: which one?");
    const unknown = await gate("fine", "--baseline", "mian");
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toMatch(/there are .*main/);
    const itself = await gate("fine", "--baseline", "worse");
    expect(itself.code).toBe(2);
    expect(itself.stderr).toContain("has no baseline of model toy");
  });

  it("isn't for a run that has its own", async () => {
    const { code, stderr } = await gate("nightly", "--baseline", "main");
    expect(code).toBe(2);
    expect(stderr).toContain("has a baseline of its own");
  });

  it("must be complete, and scored by the same recipes", async () => {
    await writeSyntheticRun(caseOf("exact tie"), { runs, id: "stopped", manifest: { status: "interrupted" } });
    const stopped = await gate("fine", "--baseline", "stopped");
    expect(stopped.code).toBe(2);
    expect(stopped.stderr).toContain("quantgate run --resume stopped");
    const signatures = { code: { bleu: "BLEU|tok:none" } };
    await writeSyntheticRun(caseOf("exact tie"), { runs, id: "other-recipe", manifest: { signatures } });
    const other = await gate("fine", "--baseline", "other-recipe");
    expect(other.code).toBe(2);
    expect(other.stderr).toContain("bleu was computed as BLEU|tok:none and is as nothing");
  });

  it("tells what differs besides the weights", async () => {
    const evidence = caseOf("exact tie");
    const identities = { "toy/FP16@local": { build: "another build", settings: {}, metadata: {} } };
    await writeSyntheticRun(evidence, { runs, id: "other-build", manifest: { identities } });
    const { verdicts } = await gate("fine", "--baseline", "other-build");
    expect(verdicts().models[0]?.baseline.reason).toBe(
      "FP16 of run other-build, which differs from this run in backend build",
    );
  });

  it("is asked for before anything runs, and then decides a run", async () => {
    const spec = await writeSmallSpec(folder(), { quantizations: ["FP16", "Q2_K"], limit: 8 });
    const own = await cli(["run", spec, "--runs", runs, "--json", "--quiet"]);
    await quantgate("baseline", "set", "demo", (JSON.parse(own.stdout) as { run: string }).run);
    const text = await readFile(spec, "utf8");
    const external = text
      .replace("  - name: demo\n", "  - name: demo\n    baseline: external\n")
      .replace(/.*quantization: FP16.*\n/, "");
    await writeFile(spec, external);
    const before = await readdir(runs);
    const none = await cli(["run", spec, "--runs", runs, "--quiet"]);
    expect(none.code).toBe(2);
    expect(none.stderr).toContain("--baseline <name>");
    expect(await readdir(runs)).toEqual(before);
    const stored = await cli(["run", spec, "--runs", runs, "--json", "--quiet", "--baseline", "demo"]);
    expect([own.code, stored.code]).toEqual([1, 1]);
    const [ours, theirs] = [own, stored].map(({ stdout }) => (JSON.parse(stdout) as { verdicts: Verdicts }).verdicts);
    if (ours === undefined || theirs === undefined) throw new Error("no verdicts");
    expect(findings(theirs)).toEqual(findings(ours));
  });

  it("is listed and shown with its run", async () => {
    await gate("nightly");
    const list = await quantgate("baseline", "list");
    expect(list.stdout).toMatch(/^main {2}nightly {2}2026-01-01T00:00:00\.000Z {2}pass {2}toy$/m);
    expect(list.stdout).toMatch(/^last-passing {2}\S+ .* toy$/m);
    const shown = await quantgate("baseline", "show", "main", "--json");
    expect(JSON.parse(shown.stdout)).toMatchObject({
      run: "nightly",
      overall: "pass",
      baselines: [{ model: "toy", variant: "toy/FP16@local", weightsDigest: "sha256:FP16" }],
    });
  });

  it("can't be a run that isn't there, nor take a name that means another", async () => {
    expect(await quantgate("baseline", "set", "main", "no-such-run")).toMatchObject({ code: 2 });
    expect(await quantgate("baseline", "set", "last-passing", "nightly")).toMatchObject({ code: 2 });
    expect(await quantgate("baseline", "set", "../main", "nightly")).toMatchObject({ code: 2 });
    expect((await quantgate("baseline", "show", "main")).stdout).toContain("nightly");
  });

  it("is listed as gone when its run was deleted", async () => {
    await writeSyntheticRun(caseOf("exact tie"), { runs, id: "short-lived" });
    await quantgate("baseline", "set", "old", "short-lived");
    await rm(join(runs, "short-lived"), { recursive: true });
    expect((await quantgate("baseline", "list")).stdout).toContain("old  run short-lived, which is no longer there");
    expect(await gate("fine", "--baseline", "old")).toMatchObject({ code: 2 });
  });
});
