import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { CompatibilityMatrix } from "../../src/gate/compatibility.ts";
import { BASELINE, TASKS, textScores } from "../gate/synthetic-cases.ts";
import { type SyntheticVariant, syntheticRun } from "../gate/synthetic-run.ts";
import { cli } from "../support/cli.ts";
import { sharedFolder } from "../support/shared-folder.ts";
import { writeSyntheticRun } from "../support/synthetic-store.ts";

const Q8: SyntheticVariant = { ...BASELINE, quantization: "Q8_0" };
/** Loses 20 pp of MMLU. */
const Q2: SyntheticVariant = {
  quantization: "Q2_K",
  choice: (_, index) => (index % 10 < 5 ? "right" : "incorrect"),
  text: (_, index) => textScores(index, 0.5),
};
/** Loses 6 pp of MMLU and most of its composite. */
const Q3: SyntheticVariant = {
  quantization: "Q3_K_S",
  choice: (_, index) => (index % 50 < 32 ? "right" : "incorrect"),
  text: () => 0.2,
};

describe("quantgate matrix", () => {
  const folder = sharedFolder();
  let runs = "";
  const matrix = (...args: readonly string[]) => cli(["matrix", ...args, "--runs", runs]);

  beforeAll(async () => {
    runs = join(folder(), "runs");
    await writeSyntheticRun(syntheticRun(TASKS, [BASELINE, Q8, Q2]), { runs, id: "first" });
    await writeSyntheticRun(syntheticRun(TASKS, [BASELINE, Q3]), { runs, id: "second" });
    await writeSyntheticRun(syntheticRun(TASKS, [BASELINE, Q8]), { runs, id: "undecided" });
    for (const id of ["first", "second"]) await cli(["gate", id, "--runs", runs, "--quiet"]);
  });

  it("tells from several runs which quantizations work", async () => {
    const { code, stdout } = await matrix("first", "second", "--json");
    expect(code).toBe(0);
    const { models, quantizations, cells } = JSON.parse(stdout) as CompatibilityMatrix;
    expect(models).toEqual(["toy"]);
    expect(quantizations).toEqual(["FP16", "Q8_0", "Q3_K_S", "Q2_K"]);
    // The second run has no Q8_0 of its own: the first one's is what Q3_K_S is held against.
    expect(new Map(cells.map(({ quantization, outcome }) => [quantization, outcome]))).toEqual(
      new Map([
        ["FP16", "PASS"],
        ["Q8_0", "PASS"],
        ["Q2_K", "FAIL"],
        ["Q3_K_S", "FAIL"],
      ]),
    );
    expect(cells.find(({ quantization }) => quantization === "Q3_K_S")?.mmluLossPp).toBeCloseTo(6, 9);
  });

  it("prints it as a table with reasons, and as Markdown", async () => {
    const markdown = join(folder(), "matrix.md");
    const { stdout } = await matrix("first", "--markdown", markdown);
    const [head, , row] = stdout.split("\n");
    expect(head?.split(/\s+/)).toEqual(["model", "FP16", "Q8_0", "Q2_K"]);
    expect(row?.split(/\s+/)).toEqual(["toy", "PASS", "PASS", "FAIL"]);
    expect(stdout).toMatch(/toy\/Q2_K: FAIL: MMLU.* −20\.0 pp against Q8_0, more than 9 pp lost/);
    expect(await readFile(markdown, "utf8")).toMatch(/\| toy \| ✓ PASS.* \| ✓ PASS.* \| ✗ FAIL<br>MMLU.* −20\.0 pp/);
  });

  it("gives the published study's own table", async () => {
    const { code, stdout } = await matrix("--published", "--json");
    expect(code).toBe(0);
    const { models, cells } = JSON.parse(stdout) as CompatibilityMatrix;
    expect(models).toHaveLength(5);
    expect(cells.filter(({ outcome }) => outcome === "unknown")).toEqual([]);
    expect(await matrix("first", "--published")).toMatchObject({ code: 2 });
    expect(await matrix()).toMatchObject({ code: 2 });
  });

  it("names a run that isn't there or wasn't analyzed", async () => {
    expect(await matrix("no-such-run")).toMatchObject({ code: 2 });
    const { code, stderr } = await matrix("first", "undecided");
    expect(code).toBe(2);
    expect(stderr).toContain("quantgate report undecided");
  });
});
