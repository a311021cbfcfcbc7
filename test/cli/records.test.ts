import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Verdicts } from "../../src/gate/verdict.ts";
import type { VerdictsLogEntry } from "../../src/pipeline/record-verdicts.ts";
import { SYNTHETIC_CASES } from "../gate/synthetic-cases.ts";
import { cli, linesOf } from "../support/cli.ts";
import { copyOldRuns, OLD_RUNS } from "../support/old-runs.ts";
import { sharedFolder } from "../support/shared-folder.ts";
import { writeSyntheticRun } from "../support/synthetic-store.ts";

const caseOf = (name: string) => {
  const found = SYNTHETIC_CASES.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no case ${name}`);
  return found.run();
};

describe("a verdict", () => {
  const folder = sharedFolder();
  let runs = "";
  const gate = (id: string, ...args: readonly string[]) => cli(["gate", id, "--runs", runs, ...args]);
  const verdictsOf = async (id: string) =>
    JSON.parse(await readFile(join(runs, id, "verdicts.json"), "utf8")) as Verdicts;
  const logOf = async (id: string) =>
    (await linesOf(join(runs, id, "verdicts.log"))).map((line) => JSON.parse(line) as VerdictsLogEntry);

  beforeAll(async () => {
    runs = join(folder(), "runs");
    await writeSyntheticRun(caseOf("clearly fine"), { runs, id: "fine" });
    await writeSyntheticRun(caseOf("clearly worse"), { runs, id: "worse", startedAt: "2026-01-02T00:00:00.000Z" });
    const strict = "name: strict\nrules: [{ type: max-flips, percent: 90 }, { type: quantizations, allow: [FP32] }]\n";
    await writeFile(join(folder(), "strict.yaml"), strict);
    await writeFile(join(folder(), "lenient.yaml"), "name: lenient\nrules: [{ type: max-flips, percent: 90 }]\n");
  });

  it("of gate is a what-if: the record stays as it is, and says so", async () => {
    expect(await gate("fine", "--save", "--quiet")).toMatchObject({ code: 0 });
    const record = await readFile(join(runs, "fine", "verdicts.json"), "utf8");
    const report = await readFile(join(runs, "fine", "report.html"), "utf8");
    const { code, stdout } = await gate("fine", "--policy", join(folder(), "strict.yaml"));
    expect(code).toBe(1);
    expect(stdout).toContain("This was a what-if. The verdict on record stands: pass, by policy default.");
    expect(await readFile(join(runs, "fine", "verdicts.json"), "utf8")).toBe(record);
    expect(await readFile(join(runs, "fine", "report.html"), "utf8")).toBe(report);
    expect(await logOf("fine")).toHaveLength(1);
  });

  it("that is saved is the record, with a line of who decided what, when, by which policy", async () => {
    const before = Date.now();
    expect(await gate("worse", "--save", "--quiet")).toMatchObject({ code: 1 });
    expect(await gate("worse", "--save", "--quiet", "--policy", join(folder(), "lenient.yaml"))).toMatchObject({
      code: 0,
    });
    expect(await verdictsOf("worse")).toMatchObject({ overall: "pass", policy: { name: "lenient", own: false } });
    const log = await logOf("worse");
    expect(log.map(({ how, overall, exitCode, policy }) => [how, overall, exitCode, policy.name, policy.own])).toEqual([
      ["gate --save", "fail", 1, "default", true],
      ["gate --save", "pass", 0, "lenient", false],
    ]);
    for (const { at, by, policy } of log) {
      expect(Date.parse(at)).toBeGreaterThanOrEqual(before - 1000);
      expect(by).not.toBe("");
      expect(policy.hash).toMatch(/^[0-9a-f]{64}$/);
    }
    // The run's own policy is kept, whatever is saved afterwards, and decides when none is named.
    const { stdout } = await gate("worse", "--json");
    expect((JSON.parse(stdout) as { verdicts: Verdicts }).verdicts).toMatchObject({
      overall: "fail",
      policy: { name: "default" },
    });
  });

  it("by another policy than the run's own makes no last run that passed", async () => {
    await gate("worse", "--save", "--quiet", "--policy", join(folder(), "lenient.yaml"));
    const { stdout } = await cli(["runs", "--runs", runs, "--overall", "pass", "--json"]);
    expect(stdout).toContain("worse");
    const shown = await cli(["baseline", "list", "--runs", runs]);
    expect(shown.stdout).toMatch(/last-passing\s+fine/);
    expect(shown.stdout).not.toContain("worse");
  });

  it.each([
    ["failed", { failure: { message: "the disk is full" } }, "could not complete: the disk is full"],
    ["running", {}, "could not complete: its process was killed"],
    ["interrupted", {}, "could not complete: it was interrupted"],
    ["cancelled", {}, "could not complete: it was cancelled"],
    ["queued", {}, "has not begun"],
  ] as const)("of a run that is %s says so, exits 4 and is never saved", async (status, rest, says) => {
    await writeSyntheticRun(caseOf("clearly fine"), { runs, id: status, manifest: { status, ...rest } });
    const what = await gate(status, "--quiet");
    expect(what.code).toBe(4);
    expect(what.stderr).toContain(says);
    const saved = await gate(status, "--save", "--quiet");
    expect(saved.code).toBe(2);
    expect(saved.stderr).toContain("can't be saved");
    await expect(readFile(join(runs, status, "verdicts.json"))).rejects.toThrow("ENOENT");
  });

  it("is decided by the rules that the run was decided by, also when their file has changed", async () => {
    const policy = join(folder(), "own.yaml");
    await writeFile(policy, "name: own\nrules: [{ type: max-flips, percent: 90 }]\n");
    await writeSyntheticRun(caseOf("clearly worse"), { runs, id: "own", policy });
    expect(await gate("own", "--save", "--quiet")).toMatchObject({ code: 0 });
    await writeFile(policy, "name: own\nrules: [{ type: max-flips, percent: 1 }]\n");
    expect(await gate("own", "--quiet")).toMatchObject({ code: 0 });
    expect(await gate("own", "--quiet", "--policy", policy)).toMatchObject({ code: 1 });
    expect(await cli(["report", "own", "--runs", runs, "--quiet"])).toMatchObject({ code: 0 });
    expect(await verdictsOf("own")).toMatchObject({ overall: "pass", policy: { own: true } });
  });
});

describe("a run of version 0.1", () => {
  it("is decided by the rules of then, by the hash that it kept", async () => {
    const { runs } = await copyOldRuns();
    for (const id of [OLD_RUNS.letters, OLD_RUNS.demo, OLD_RUNS.qaPipeline, OLD_RUNS.passed, OLD_RUNS.newer]) {
      const before = JSON.parse(await readFile(join(runs, id, "verdicts.json"), "utf8")) as Verdicts;
      const { code, stdout, stderr } = await cli(["gate", id, "--runs", runs, "--json"]);
      expect(code, stderr).toBeOneOf([0, 1, 3]);
      const now = (JSON.parse(stdout) as { verdicts: Verdicts }).verdicts;
      expect(now.policy.hash, id).toBe(before.policy.hash);
    }
  });

  it("that failed could not complete", async () => {
    const { runs } = await copyOldRuns();
    for (const id of [OLD_RUNS.failed, OLD_RUNS.interrupted])
      expect(await cli(["gate", id, "--runs", runs, "--quiet"])).toMatchObject({ code: 4 });
  });

  it("that passed is what last-passing means", async () => {
    const { runs } = await copyOldRuns();
    const { stdout } = await cli(["baseline", "list", "--runs", runs, "--json"]);
    expect(stdout).toContain(OLD_RUNS.passed);
  });
});
