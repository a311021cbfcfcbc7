import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { BASELINE, TASKS } from "../gate/synthetic-cases.ts";
import { type SyntheticVariant, syntheticRun } from "../gate/synthetic-run.ts";
import { cli } from "../support/cli.ts";
import { sharedFolder } from "../support/shared-folder.ts";
import { writeSyntheticRun } from "../support/synthetic-store.ts";

const Q4: SyntheticVariant = { ...BASELINE, quantization: "Q4_K_M" };

describe("quantgate recommend", () => {
  const folder = sharedFolder();
  let runs = "";
  const recommend = (...args: readonly string[]) => cli(["recommend", ...args, "--runs", runs]);

  beforeAll(async () => {
    runs = join(folder(), "runs");
    await writeSyntheticRun(syntheticRun(TASKS, [BASELINE, Q4]), { runs, id: "decided" });
    await writeSyntheticRun(syntheticRun(TASKS, [BASELINE, Q4]), { runs, id: "undecided" });
    await cli(["gate", "decided", "--policy", "accuracy-only", "--save", "--runs", runs, "--quiet"]);
  });

  it("names a proven quantization in its first line, and writes Markdown and HTML", async () => {
    const [markdown, html] = [join(folder(), "r.md"), join(folder(), "r.html")];
    const { code, stdout } = await recommend("decided", "--markdown", markdown, "--html", html);
    expect(code).toBe(0);
    expect(stdout.replace(/\n\s+/g, " ").split("\n")[0]).toMatch(
      /^deploy toy at Q4_K_M on ollama: proven: within 3 pp on \d+ pairs/,
    );
    expect(await readFile(markdown, "utf8")).toContain("# What to deploy: toy");
    expect(await readFile(html, "utf8")).toContain("<h1>What to deploy: toy</h1>");
  });
  it("exits 1 where nothing fits and 3 without a basis", async () => {
    expect((await recommend("--model", "llama3.1-8b", "--vram", "4GB", "--risk", "high", "--json")).code).toBe(1);
    const unknown = await recommend("--model", "mystery", "--json");
    expect(unknown.code).toBe(3);
    expect(JSON.parse(unknown.stdout)).toMatchObject({ kind: "no-basis" });
  });
  it.each<[string, readonly string[], RegExp]>([
    ["a run without verdicts", ["undecided"], /run undecided was not decided[\s\S]*quantgate report undecided/],
    ["a memory that is none", ["--model", "phi-2", "--vram", "-3"], /--vram -3: not a size/],
    ["users in words", ["--model", "phi-2", "--users", "many"], /--users many: not a number/],
    ["GPU and memory", ["--model", "phi-2", "--gpu", "rtx-4090", "--vram", "24GB"], /--vram: name a GPU or its memory/],
    ["a risk that is none", ["--model", "phi-2", "--risk", "some"], /--risk/],
  ])("%s is an error", async (_, args, message) => {
    const { code, stderr } = await recommend(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
  it("--validate prints targets, laws, spot checks and contradictions", async () => {
    const { code, stdout } = await recommend("--validate");
    expect(code).toBe(0);
    expect(stdout).toMatch(/VRAM R² >= 0\.95: met/);
    expect(stdout).toMatch(/Throughput R² >= 0\.85: in sample only/);
    expect(stdout).toContain("Spot checks (TR133 12): 10 of 10");
    expect(stdout).toMatch(/h5\.eta2lo/);
  });
});
