import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Verdicts } from "../../src/gate/verdict.ts";
import { FULL_POLICIES, SYNTHETIC_CASES, TASKS } from "../gate/synthetic-cases.ts";
import { type SyntheticVariant, syntheticRun } from "../gate/synthetic-run.ts";
import { cli, startCli } from "../support/cli.ts";
import { sharedFolder } from "../support/shared-folder.ts";
import { writeSyntheticRun } from "../support/synthetic-store.ts";

const EXIT_CODES = { pass: 0, fail: 1, inconclusive: 3 } as const;
const idOf = (name: string): string => name.replaceAll(/[^a-z0-9]+/g, "-");

describe("quantgate gate", () => {
  const folder = sharedFolder();
  let runs = "";
  const gate = (id: string, policy: string, ...more: readonly string[]) =>
    cli(["gate", id, "--policy", policy, "--runs", runs, "--json", "--quiet", ...more]);

  beforeAll(async () => {
    runs = join(folder(), "runs");
    for (const { name, run } of SYNTHETIC_CASES) await writeSyntheticRun(run(), { runs, id: idOf(name) });
    const absent: Omit<SyntheticVariant, "quantization"> = { choice: () => "absent", text: () => "absent" };
    const empty = syntheticRun(TASKS, [
      { quantization: "FP16", ...absent },
      { quantization: "Q8_0", ...absent },
    ]);
    await writeSyntheticRun(empty, { runs, id: "empty" });
  });

  // One process per policy and run, as in a pipeline; the runs of a policy share a test, since starting is what takes time.
  it.each(FULL_POLICIES)("decides the ten runs of known truth by policy %s", async (policy) => {
    for (const { name, verdict } of SYNTHETIC_CASES) {
      const { code, stdout, stderr } = await gate(idOf(name), policy);
      expect(stderr, name).toBe("");
      const { verdicts } = JSON.parse(stdout) as { verdicts: Verdicts };
      expect(
        verdicts.models[0]?.variants.map((variant) => variant.verdict),
        name,
      ).toEqual(["reference", verdict]);
      expect(verdicts.policy.name).toBe(policy);
      expect(code, name).toBe(EXIT_CODES[verdict]);
      // A what-if: nothing is on record.
      await expect(readFile(join(runs, idOf(name), "verdicts.json")), name).rejects.toThrow("ENOENT");
    }
  });

  it("can't be passed by an empty run", async () => {
    const { code, stdout } = await gate("empty", "default");
    expect(code).toBe(1);
    expect((JSON.parse(stdout) as { verdicts: Verdicts }).verdicts.overall).toBe("fail");
  });

  it("can't be passed by a reader that stops reading, as in `quantgate gate … | head`", async () => {
    const { child, result } = startCli(["gate", "empty", "--policy", "default", "--runs", runs]);
    child.stdout?.destroy();
    child.stderr?.destroy();
    expect((await result).code).toBe(1);
  });

  it("only informs about the variants that aren't asked for, and refuses to decide a baseline", async () => {
    const baseline = await gate("exact-tie", "default", "--variant", "FP16");
    expect(baseline).toMatchObject({ code: 2 });
    expect(baseline.stderr).toContain("is the baseline");
    const unknown = await gate("exact-tie", "default", "--variant", "Q8_1");
    expect(unknown).toMatchObject({ code: 2 });
    expect(unknown.stderr).toContain('did you mean "Q8_0"?');
  });

  it("asks for a run and a policy that there are", async () => {
    expect(await gate("no-such-run", "default")).toMatchObject({ code: 2 });
    const policy = await gate("exact-tie", "defualt");
    expect(policy).toMatchObject({ code: 2 });
    expect(policy.stderr).toContain('did you mean "default"?');
  });
});
