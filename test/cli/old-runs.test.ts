import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cli } from "../support/cli.ts";
import { copyOldRuns, OLD_RUNS } from "../support/old-runs.ts";

describe("runs of version 0.1", () => {
  test("are listed with the state they ended in", async () => {
    const { runs } = await copyOldRuns();
    const { code, stdout } = await cli(["runs", "--runs", runs, "--json"]);
    expect(code).toBe(0);
    for (const id of Object.values(OLD_RUNS)) expect(stdout).toContain(id);
  });

  test("compare as they did: the newer run's lost answers are a confirmed regression", async () => {
    const { folder, runs } = await copyOldRuns();
    const { code, stdout } = await cli(["compare", OLD_RUNS.letters, OLD_RUNS.newer, "--runs", runs, "--json"]);
    expect(code).toBe(1);
    const before = JSON.parse(await readFile(join(folder, "expected", "compare-letters.json"), "utf8"));
    const now = JSON.parse(stdout);
    expect(now.comparison.conclusion).toBe(before.comparison.conclusion);
    const conclusions = (comparison: { variants: readonly { newer: string; conclusion: string }[] }) =>
      comparison.variants.map(({ newer, conclusion }) => [newer, conclusion]);
    expect(conclusions(now.comparison)).toEqual(conclusions(before.comparison));
  });
});
