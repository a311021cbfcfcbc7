import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import * as library from "../src/index.ts";
import { loadSpec } from "../src/index.ts";
import * as metrics from "../src/metrics.ts";
import * as statistics from "../src/statistics.ts";
import { cli, temporaryFolder } from "./support/cli.ts";
import { demoModel } from "./support/small-spec.ts";

const README = await readFile(new URL("../README.md", import.meta.url), "utf8");
const PACKAGE = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8")) as {
  readonly scripts: Record<string, string>;
};

function blocks(language: string): readonly string[] {
  return [...README.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))].map((match) => match[1] ?? "");
}

describe("README", () => {
  it("starts with two commands whose scripts exist", () => {
    const commands = blocks("sh").join("\n");
    for (const script of ["npm ci && npm run demo", "npm ci && npm test"]) expect(commands).toContain(script);
    expect(PACKAGE.scripts).toHaveProperty("demo");
    expect(PACKAGE.scripts).toHaveProperty("test");
  });

  it("shows a spec that loads", async () => {
    const [yaml = ""] = blocks("yaml");
    const folder = await temporaryFolder();
    const path = join(folder, "eval.yaml");
    await writeFile(
      path,
      yaml
        .replace("./llama3.2-1b-f16.gguf", demoModel("F16"))
        .replace("./llama3.2-1b-q4_k_m.gguf", demoModel("Q4_K_M")),
    );
    const spec = await loadSpec(path);
    expect(spec.models[0]?.variants.map((variant) => variant.quantization)).toEqual(["FP16", "Q4_K_M"]);
  });

  it("names only commands that there are", async () => {
    const { stdout } = await cli(["--help"]);
    const named = [...README.matchAll(/`quantgate ([a-z-]+)/g)].map((match) => match[1] ?? "");
    expect(named.length).toBeGreaterThan(5);
    for (const name of new Set(named)) expect(stdout, name).toMatch(new RegExp(`^ {2}${name}\\b`, "m"));
  });

  it("imports only what the package exports, and shows what it computes", () => {
    const [code = ""] = blocks("ts");
    const exported = { quantgate: library, "quantgate/metrics": metrics, "quantgate/statistics": statistics } as Record<
      string,
      object
    >;
    const imports = [...code.matchAll(/import \{ ([^}]+) \} from "([^"]+)"/g)];
    expect(imports).toHaveLength(3);
    for (const [, names = "", from = ""] of imports)
      for (const name of names.split(", ")) expect(exported[from]).toHaveProperty(name);
    const signature = /\.signature; \/\/ (.+)/.exec(code)?.[1];
    expect(metrics.sentenceBleu("the cat sat", ["the cat sat on the mat"]).signature).toBe(signature);
  });

  it("links only to files that there are", async () => {
    const links = [...README.matchAll(/\]\(([^)#:]+)\)/g)].map((match) => match[1] ?? "");
    expect(links.length).toBeGreaterThan(2);
    for (const link of links) await expect(readFile(new URL(`../${link}`, import.meta.url))).resolves.toBeDefined();
  });
});
