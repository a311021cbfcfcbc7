import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { cli, temporaryFolder } from "../support/cli.ts";
import { demoModel, writeSmallSpec } from "../support/small-spec.ts";

const ROOT = join(import.meta.dirname, "..", "..");

interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string | boolean>>;
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly run?: string;
}

interface Action {
  readonly inputs: Readonly<
    Record<string, { readonly description: string; readonly required?: boolean; readonly default?: string }>
  >;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
}

async function readYaml<T>(path: string): Promise<{ readonly text: string; readonly content: T }> {
  const text = await readFile(join(ROOT, path), "utf8");
  return { text, content: parse(text) as T };
}

const action = await readYaml<Action>("action.yml");
const workflow = await readYaml<Workflow>("examples/github/quality-gate.yml");
const { inputs, runs, outputs } = action.content;
const gate = runs.steps.find(({ id }) => id === "gate");

/** What GitHub would fill in for an expression. */
function evaluated(value: string, given: Readonly<Record<string, string>>): string {
  return value.replaceAll(/\$\{\{ ([^}]+) \}\}/g, (_, expression: string) => {
    if (expression === "github.action_path") return ROOT;
    const name = /^inputs\.([a-z-]+)$/.exec(expression)?.[1];
    if (name === undefined || inputs[name] === undefined) throw new Error(`what is ${expression}?`);
    return given[name] ?? inputs[name].default ?? "";
  });
}

/** Runs the step that decides as GitHub's runner would: bash with `-e`, and the step's environment. */
async function runGate(given: Readonly<Record<string, string>>, folder: string) {
  const output = join(folder, "output");
  const env = Object.fromEntries(
    Object.entries(gate?.env ?? {}).map(([name, value]) => [name, evaluated(value, given)]),
  );
  const child = spawn("bash", ["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", gate?.run ?? ""], {
    cwd: folder,
    env: { ...process.env, ...env, GITHUB_OUTPUT: output, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stderr = "";
  child.stdout.resume();
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, stderr, output: await readFile(output, "utf8").catch(() => "") };
}

describe("the composite action", () => {
  it("uses every input, and no other", () => {
    const used = new Set([...action.text.matchAll(/inputs\.([a-z-]+)/g)].map(([, name]) => name));
    expect(used).toEqual(new Set(Object.keys(inputs)));
    for (const [name, input] of Object.entries(inputs)) {
      expect(input.description, name).not.toBe("");
      expect(input.required === true || input.default !== undefined, name).toBe(true);
    }
  });

  it("puts no expression into a script, so that no input is parsed as a command", () => {
    const scripts = runs.steps.flatMap(({ run }) => run ?? []);
    expect(scripts.length).toBeGreaterThan(1);
    for (const script of scripts) expect(script).not.toContain("${{");
    // Nor unquoted: every variable of a script stands in double quotes.
    for (const script of scripts) expect(script.replaceAll(/"[^"]*"/g, "")).not.toMatch(/\$(?!\?)/);
  });

  it("names a shell for every script and a version for every action", () => {
    for (const step of runs.steps) {
      if (step.run !== undefined) expect(step.shell).toBe("bash");
      else expect(step.uses).toMatch(/^[a-z-]+\/[a-z-]+@v\d+$/);
    }
  });

  it("passes options that the command line has", async () => {
    const help = (await cli(["run", "--help"])).stdout;
    const options = [...(gate?.run ?? "").matchAll(/(?<=[( ])--[a-z-]+/g)].map(([option]) => option);
    expect(options.length).toBeGreaterThan(4);
    for (const option of options) expect(help).toContain(` ${option} `);
  });

  it("keeps its reports also when the gate failed", () => {
    const keep = runs.steps.find(({ uses }) => uses?.startsWith("actions/upload-artifact@"));
    expect(keep?.if).toMatch(/^\$\{\{ always\(\)/);
    for (const name of ["runs", "junit", "markdown"]) expect(keep?.with?.path).toContain(`\${{ inputs.${name} }}`);
    expect(outputs["exit-code"]?.value).toMatch(/^\$\{\{ steps\.gate\.outputs\.exit-code \}\}$/);
  });

  it("decides, tells the exit code, and takes odd names for names", async () => {
    const folder = await temporaryFolder();
    const spec = await writeSmallSpec(folder, { quantizations: ["FP16", "Q2_K"], limit: 4 });
    const odd = "$(touch pwned); report.md";
    const failed = await runGate({ spec, markdown: odd, variants: "Q2_K\n" }, folder);
    expect(failed.stderr).not.toContain("quantgate:");
    expect(failed).toMatchObject({ code: 1, output: "exit-code=1\n" });
    expect(await readFile(join(folder, odd), "utf8")).toContain("Q2_K");
    expect(await readFile(join(folder, "quantgate-junit.xml"), "utf8")).toContain("<failure");
    await expect(readFile(join(folder, "pwned"))).rejects.toThrow("ENOENT");

    const flag = await runGate({ spec: "--help" }, folder);
    expect(flag.code).toBe(2);
    expect(flag.stderr).toContain("--help: the spec can't be read");
  });
});

describe("the example workflow", () => {
  const steps = Object.values(workflow.content.jobs).flatMap((job) => job.steps);
  const step = steps.find(({ uses }) => uses?.includes("/quantgate@"));

  it("gives the action inputs that it has, and all that it needs", () => {
    const given = Object.keys(step?.with ?? {});
    expect(Object.keys(inputs)).toEqual(expect.arrayContaining(given));
    for (const [name, { required }] of Object.entries(inputs)) if (required) expect(given).toContain(name);
  });

  it("names the version of this package", async () => {
    const { version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as { version: string };
    expect(step?.uses).toMatch(new RegExp(`@v${version.replaceAll(".", "\\.")}$`));
  });

  it("asks for no more rights than it needs, and has no script that an input could get into", () => {
    expect(workflow.content.permissions).toEqual({ contents: "read" });
    expect(Object.keys(workflow.content.on)).toEqual(["pull_request", "workflow_dispatch"]);
    for (const { run } of steps) expect(run ?? "").not.toContain("${{");
  });
});

describe("on GitHub", () => {
  async function onGitHub(spec: string, folder: string) {
    const summary = join(folder, "summary.md");
    await writeFile(summary, "# An earlier step\n");
    const files = { junit: join(folder, "junit.xml"), markdown: join(folder, "report.md") };
    const result = await cli(
      ["run", spec, "--runs", join(folder, "runs"), "--junit", files.junit, "--markdown", files.markdown, "--quiet"],
      { env: { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: summary } },
    );
    const read = (path: string): Promise<string> => readFile(path, "utf8");
    return {
      ...result,
      summary: await read(summary),
      junit: await read(files.junit),
      markdown: await read(files.markdown),
    };
  }

  it("a failing gate has a step summary, annotations, JUnit XML and Markdown", async () => {
    const folder = await temporaryFolder();
    const spec = await writeSmallSpec(folder, { quantizations: ["FP16", "Q2_K"], limit: 12 });
    const { code, stderr, summary, junit, markdown } = await onGitHub(spec, folder);
    expect(code).toBe(1);
    expect(summary).toMatch(/^# An earlier step\n# QuantGate report: small\n/);
    expect(summary).toContain("✗ fail");
    expect(stderr).toMatch(/^::error title=QuantGate%3A demo\/Q2_K@local fails::/m);
    expect(junit).toContain("<failure");
    expect(markdown).toContain("✗ fail");
  });

  it("so has a run that couldn't complete, and they say what is missing", async () => {
    const folder = await temporaryFolder();
    const broken = join(folder, "broken.gguf");
    // A whole file, of an architecture that llama.cpp doesn't know.
    const bytes = await readFile(demoModel("Q2_K"));
    expect(bytes.write("lhama", bytes.indexOf("llama"))).toBe(5);
    await writeFile(broken, bytes);
    const spec = await writeSmallSpec(folder, { quantizations: ["FP16", "Q2_K"], limit: 12 });
    await writeFile(spec, (await readFile(spec, "utf8")).replace(demoModel("Q2_K"), broken));
    const { code, stderr, summary, junit, markdown } = await onGitHub(spec, folder);
    expect(code, stderr).toBe(4);
    expect(stderr).toMatch(/^::error title=QuantGate%3A demo\/Q2_K@local fails::/m);
    expect(summary).toContain("is not complete");
    expect(junit).toContain("<failure");
    expect(markdown).toContain("not measured");
  });
});
