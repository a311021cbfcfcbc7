import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CONCLUSIONS } from "../../src/analyze/regression.ts";
import { loadSpec } from "../../src/index.ts";
import { CONCLUSION_TITLES } from "../../src/report/comparison-words.ts";
import { cli, temporaryFolder } from "../support/cli.ts";
import { demoModel } from "../support/small-spec.ts";

const DOCS = join(import.meta.dirname, "..", "..", "docs");
const TEXT = await readFile(join(DOCS, "regressions.md"), "utf8");

describe("docs/regressions.md", () => {
  it("names every option of compare, and no other", async () => {
    const { stdout } = await cli(["compare", "--help"]);
    const section = TEXT.slice(TEXT.indexOf("## Comparing"), TEXT.indexOf("## Baselines"));
    const told = new Set([...section.matchAll(/--[a-z][a-z-]+/g)].map(([option]) => option));
    const there = new Set([...stdout.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, option]) => option));
    expect(new Set([...told, "--runs"])).toEqual(there);
  });

  it("names every conclusion", () => {
    const rows = TEXT.split("\n").filter((line) => /\| \d \|$/.test(line));
    expect(rows).toHaveLength(CONCLUSIONS.length);
    for (const conclusion of CONCLUSIONS) {
      const words = CONCLUSION_TITLES[conclusion].split(",")[0]?.toLowerCase() ?? "";
      expect(
        rows.some((row) => row.startsWith(`| ${words} |`)),
        words,
      ).toBe(true);
    }
  });

  it("shows a spec that loads, with commands that there are", async () => {
    const yaml = /```yaml\n([\s\S]*?)```/.exec(TEXT)?.[1] ?? "";
    const folder = await temporaryFolder();
    await writeFile(join(folder, "spec.yaml"), yaml.replace("./llama3.2-1b-q4_k_m.gguf", demoModel("Q4_K_M")));
    expect((await loadSpec(join(folder, "spec.yaml"))).models[0]?.baseline.external).toBe(true);
    for (const command of ["set", "list", "show"]) {
      expect(TEXT).toContain(`quantgate baseline ${command}`);
      expect(await cli(["baseline", command, "--help"])).toMatchObject({ code: 0 });
    }
  });

  it("links to files that are there", async () => {
    const links = [...TEXT.matchAll(/\]\(([^)#]+)\)/g)].map(([, link]) => link ?? "");
    expect(links).not.toHaveLength(0);
    for (const link of links) expect((await stat(join(DOCS, link))).isFile()).toBe(true);
  });
});
