import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cli, temporaryFolder } from "../support/cli.ts";

/** Modules that take long to load; help must do without. */
const HEAVY = [
  "node-llama-cpp",
  "@huggingface/transformers",
  "onnxruntime-node",
  "wink-nlp",
  "zod",
  "yaml",
  "@stdlib",
  "bullmq",
  "express",
  "hyparquet",
];

describe("help", () => {
  it("names every command", async () => {
    const { code, stdout } = await cli(["--help"]);
    expect(code).toBe(0);
    for (const command of [
      "demo",
      "plan",
      "probe",
      "run",
      "gate",
      "report",
      "import",
      "export",
      "runs",
      "compare",
      "matrix",
      "baseline",
      "datasets",
      "models",
      "cache",
      "serve",
      "tokens",
      "submit",
      "watch",
      "cancel",
      "schema",
      "fake-backend",
    ])
      expect(stdout).toContain(`  ${command}`);
  });

  it("loads no heavy module", async () => {
    const folder = await temporaryFolder();
    const log = join(folder, "loaded.txt");
    await writeFile(log, "");
    const hooks = `import { appendFileSync } from "node:fs";
      export async function load(url, context, next) { appendFileSync(${JSON.stringify(log)}, url + "\\n"); return next(url, context); }`;
    const register = `import { register } from "node:module"; register("data:text/javascript,${encodeURIComponent(hooks)}");`;
    const { code } = await cli(["--help"], {
      env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(register)}` },
    });
    expect(code).toBe(0);
    const loaded = await readFile(log, "utf8");
    expect(loaded).toContain("commander");
    for (const name of HEAVY) expect(loaded).not.toContain(`/node_modules/${name}/`);
  });

  it("prints the version of the package", async () => {
    const { version } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8")) as {
      version: string;
    };
    expect((await cli(["--version"])).stdout.trim()).toBe(version);
  });

  it.each([
    { args: ["rnu"], code: 2, says: "unknown command" },
    { args: ["run", "--qiet", "x.yaml"], code: 2, says: "unknown option" },
    { args: ["run"], code: 2, says: "--resume" },
    { args: ["run", "nowhere.yaml"], code: 2, says: "nowhere.yaml" },
    { args: ["gate", "../../etc"], code: 2, says: "not a run's id" },
    { args: ["gate", "20200101-000000-none-aaaa"], code: 2, says: "quantgate runs" },
  ])("says what is wrong with $args", async ({ args, code, says }) => {
    const folder = await temporaryFolder();
    const result = await cli(args, { cwd: folder });
    expect(result.code).toBe(code);
    expect(result.stderr).toContain(says);
    expect(result.stderr).not.toContain("    at ");
  });
});
