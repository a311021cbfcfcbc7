import { copyFile, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cli, temporaryFolder } from "../support/cli.ts";
import { relabelGguf, splitGguf } from "../support/gguf.ts";
import { demoModel } from "../support/small-spec.ts";

interface Judged {
  readonly variant: string;
  readonly verdict: string;
  readonly notes: readonly string[];
  readonly rules: readonly { readonly type: string; readonly outcome: string; readonly explanation: string }[];
}

/** Evaluates some variants of the demo model, a line of the spec each, with a cache of answers of the folder's own. */
async function evaluate(folder: string, variants: readonly string[], args: readonly string[] = []) {
  const path = join(folder, "eval.yaml");
  await writeFile(
    path,
    `name: weights
backends: { l: { type: llama-cpp, contextSize: 256 } }
models:
  - name: demo
    variants:
${variants.map((variant) => `      - { ${variant} }`).join("\n")}
tasks: [ { dataset: demo-quiz-mc, limit: 60 } ]
policy: accuracy-only
scorers: { neural: skip }
`,
  );
  const all = ["run", path, "--runs", join(folder, "runs"), "--json", ...args];
  const { code, stdout, stderr } = await cli(all, { env: { QUANTGATE_CACHE: join(folder, "cache") } });
  const found = JSON.parse(stdout) as { verdicts: { models: { variants: Judged[] }[] }; summary: unknown };
  const judged = new Map(found.verdicts.models.flatMap((each) => each.variants).map((each) => [each.variant, each]));
  return { code, stderr, judged, text: stdout };
}

const FP16 = `quantization: FP16, model: ${demoModel("F16")}`;
const outcomeOf = (judged: Judged | undefined, type: string) =>
  judged?.rules.find((rule) => rule.type === type)?.outcome;

describe("a split model", () => {
  it("whose last shard is replaced is asked anew, and its kept answers are not served", async () => {
    const folder = await temporaryFolder();
    const [, last = ""] = await splitGguf(demoModel("Q4_K_M"), join(folder, "q4"), [0]);
    const variants = [FP16, "quantization: Q4_K_M, model: ./q4-00001-of-00002.gguf"];
    const whole = await evaluate(folder, variants, ["--no-probe"]);
    const bytes = await readFile(last);
    bytes.fill(0, Math.floor(bytes.length / 3), Math.floor((2 * bytes.length) / 3));
    await writeFile(last, bytes);
    const damaged = await evaluate(folder, variants, ["--no-probe"]);
    const anew = await evaluate(folder, variants, ["--no-probe", "--no-cache"]);
    expect(damaged.judged.get("demo/Q4_K_M@l")?.verdict).toBe("fail");
    expect(damaged.judged).toEqual(anew.judged);
    expect(damaged.judged).not.toEqual(whole.judged);
  }, 240_000);
});

describe("equal tensors under two labels", () => {
  it("are told, are asked once, and are no evidence for each other", async () => {
    const folder = await temporaryFolder();
    await relabelGguf(demoModel("Q4_K_M"), join(folder, "q4ks.gguf"), 14);
    await relabelGguf(demoModel("F16"), join(folder, "copy.gguf"), 32);
    const { judged } = await evaluate(folder, [
      `${FP16}, baseline: true`,
      "quantization: BF16, model: ./copy.gguf",
      `quantization: Q4_K_M, model: ${demoModel("Q4_K_M")}`,
      "quantization: Q4_K_S, model: ./q4ks.gguf",
    ]);
    const [m, s] = [judged.get("demo/Q4_K_M@l"), judged.get("demo/Q4_K_S@l")];
    expect(m?.notes.join()).toContain("The same weights as demo/Q4_K_S@l (every tensor is equal, sha256:");
    expect(s?.notes.join()).toContain("The same weights as demo/Q4_K_M@l");
    expect(outcomeOf(s, "weights-as-labelled")).toBe("pass");
    expect(judged.get("demo/BF16@l")?.verdict).toBe("inconclusive");
    expect(judged.get("demo/BF16@l")?.notes.join()).toContain("The weights are the baseline's own");
    // The second label's answers are the first one's, kept: no answer of it took time of its own.
    const kept = await readdir(join(folder, "cache", "answers"), { recursive: true });
    expect(kept.filter((name) => name.endsWith(".json"))).toHaveLength(120);
  }, 240_000);
});

describe("labels", () => {
  it("that are not what the file is fail, everywhere, and a label of one's own tells what it is", async () => {
    const folder = await temporaryFolder();
    await copyFile(demoModel("Q8_0"), join(folder, "q8.gguf"));
    const report = ["--junit", join(folder, "junit.xml"), "--markdown", join(folder, "report.md")];
    const { code, judged } = await evaluate(
      folder,
      [
        FP16,
        "quantization: Q4_K_M, model: ./q8.gguf",
        "quantization: UD-Q4_K_XL, label: mine, model: ./q8.gguf",
        `quantization: UD-Q4_K_XL, model: ${demoModel("Q4_K_M")}`,
        `quantization: W4A16, model: ${demoModel("Q2_K")}`,
      ],
      report,
    );
    expect(code).toBe(1);
    const wrong = judged.get("demo/Q4_K_M@l");
    expect(wrong?.verdict).toBe("fail");
    const words = "labelled Q4_K_M, and the weights are Q8_0 (8.52 bits per weight)";
    expect(wrong?.rules.find(({ outcome }) => outcome === "fail")?.explanation).toBe(words);
    expect(await readFile(join(folder, "junit.xml"), "utf8")).toContain(words);
    expect(outcomeOf(judged.get("demo/mine@l"), "weights-as-labelled")).toBe("pass");
    expect(outcomeOf(judged.get("demo/UD-Q4_K_XL@l"), "weights-as-labelled")).toBe("pass");
    const smuggled = judged.get("demo/W4A16@l");
    expect(outcomeOf(smuggled, "weights-as-labelled")).toBe("not-told");
    expect(outcomeOf(smuggled, "quantizations")).toBe("fail");
  }, 240_000);
});
