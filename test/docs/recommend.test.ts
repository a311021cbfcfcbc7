import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseQuestion } from "../../src/recommend/parse-question.ts";
import { recommend } from "../../src/recommend/recommend.ts";
import { validatePlanner } from "../../src/recommend/validate.ts";

const page = await readFile(join(import.meta.dirname, "../../docs/recommend.md"), "utf8");
const study = page.slice(page.indexOf("## The case studies"), page.indexOf("## How good"));
const commands = study.split("\n").filter((line) => line.startsWith("quantgate recommend "));

/** Flags of a documented command line, as the command itself would hand them on. */
function answerOf(command: string) {
  const words = command.split(/\s+--/).slice(1);
  const flags = words.map((word) => {
    const [name = "", value = ""] = word.split(/\s+/);
    return [name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()), value];
  });
  return recommend(parseQuestion(Object.fromEntries(flags), []));
}

describe("the case studies in docs/recommend.md", () => {
  it("are seven command lines", () => expect(commands).toHaveLength(7));
  it.each([
    ["Q.1 without its gate: Q4_K_M on Ollama", 0, { choice: { quantization: "Q4_K_M", backend: "ollama" } }],
    ["Q.1 by its own gate: nothing", 1, { kind: "none-fits" }],
    ["Q.2: FP16 on vLLM within 5 s", 2, { choice: { quantization: "FP16", backend: "vllm" } }],
    ["Q.3: FP16 by the tree", 3, { choice: { quantization: "FP16" } }],
    ["Q.3 by its own gate: nothing", 4, { kind: "none-fits" }],
    ["Q.4: FP16 on vLLM", 5, { choice: { quantization: "FP16", backend: "vllm" } }],
    ["Q.5: three machines with Q4_K_M", 6, { choice: { quantization: "Q4_K_M", fleet: { workers: 3 } } }],
  ])("%s", (_, index, expected) => {
    expect(answerOf(commands[index] ?? "")).toMatchObject(expected);
  });
});

describe("the table of laws", () => {
  it("has the figures that the laws come to today", () => {
    const { targets, scaling } = validatePlanner();
    const vram = targets.find(({ model }) => model === "VRAM");
    expect(page).toContain(`R² ${vram?.outOfSample?.r2.toFixed(4)}, ${vram?.outOfSample?.mapePercent.toFixed(1)} %`);
    const [ollama] = scaling.filter(({ backend }) => backend === "ollama");
    expect(page).toContain(`R² ${ollama?.leftOut.r2.toFixed(3)}, ${ollama?.leftOut.mapePercent.toFixed(1)} %`);
  });
});
