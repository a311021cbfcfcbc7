import { access, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/domain/errors.ts";
import { loadPolicy } from "../../src/gate/policies.ts";
import { loadSpec } from "../../src/spec/load.ts";
import { cli, temporaryFolder } from "../support/cli.ts";
import { splitGguf } from "../support/gguf.ts";
import { demoModel } from "../support/small-spec.ts";
import { bundledDatasets, complaintOf, GOOD, goodBut, writeDataset } from "./spec-file.ts";

const Q4 = `{ quantization: Q4_K_M, model: ${demoModel("Q4_K_M")} }`;

describe("a spec that is no spec", () => {
  it("that isn't there is named", async () => {
    const error: unknown = await loadSpec("/nowhere/spec.yaml", bundledDatasets).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toContain("/nowhere/spec.yaml: the spec can't be read");
  });

  it("that is a folder is named", async () => {
    const folder = await temporaryFolder();
    await expect(loadSpec(folder, bundledDatasets)).rejects.toThrow(`${folder}: the spec can't be read`);
  });

  it("in broken YAML is told with its line", async () => {
    const { message } = await complaintOf("name: small\nmodels: [1, 2\ntasks: 3\n");
    expect(message).toMatch(/^spec\.yaml:3: not valid YAML: /);
  });

  it("in broken JSON is told with its line", async () => {
    const { message } = await complaintOf('{\n  "name": "small",\n  "models": [}\n}\n', "spec.json");
    expect(message).toMatch(/^spec\.json:3: not valid YAML: /);
  });

  it("with a key twice is told with the second one's line", async () => {
    expect((await complaintOf(`${GOOD}name: other\n`)).message).toBe(
      "spec.yaml:11: not valid YAML: Map keys must be unique",
    );
  });

  it("with two documents is refused", async () => {
    expect((await complaintOf(`${GOOD}---\n${GOOD}`)).message).toContain("multiple documents");
  });

  it.each([
    ["nothing", "", "spec.yaml:1: the file: must be a mapping, is empty"],
    ["a list", "- name: small\n", 'spec.yaml:1: the file: must be a mapping, is [{"name":"small"}]'],
    ["a word", "small\n", 'spec.yaml:1: the file: must be a mapping, is "small"'],
  ])("that holds %s says so", async (_, text, message) => {
    expect((await complaintOf(text)).message).toBe(message);
  });

  it("with an alias bomb is refused without being unfolded", async () => {
    const levels = "abcdefghij".split("").map((name, index, names) => {
      const inner = index === 0 ? '"x"' : `*${names[index - 1]}`;
      return `${name}: &${name} [${Array.from({ length: 10 }, () => inner).join(", ")}]`;
    });
    const { message } = await complaintOf(levels.join("\n"));
    expect(message).toBe("spec.yaml: not valid YAML: Excessive alias count indicates a resource exhaustion attack");
  });

  it("with brackets without end is refused", async () => {
    expect((await complaintOf("[".repeat(50_000))).message).toMatch(/^spec\.yaml:1: not valid YAML/);
  });

  it("with a text that YAML takes for an alias is told with its line and the way out", async () => {
    const { message, hint } = await complaintOf(`${GOOD}    prompt: *Question*\n`);
    expect(message).toMatch(/^spec\.yaml:11: not valid YAML: .*\*?Question/);
    expect(hint).toContain("quotes");
  });
});

describe("an unknown key is told with file, line, key and the nearest known one:", () => {
  it.each([
    [
      "among the scorers",
      `${GOOD}scorers: { coherance: { model: x } }\n`,
      'spec.yaml:11: unknown key "coherance" in scorers; did you mean "coherence"?',
    ],
    [
      "among the scorers, with a word",
      `${GOOD}scorers: { nueral: skip }\n`,
      'spec.yaml:11: unknown key "nueral" in scorers; did you mean "neural"?',
    ],
    ["at the top", `${GOOD}taks: []\n`, 'spec.yaml:11: unknown key "taks"; did you mean "tasks"?'],
    [
      "in a backend",
      goodBut("{ type: llama-cpp }", "{ type: llama-cpp, contextsize: 64 }"),
      'spec.yaml:3: unknown key "contextsize" in backends.local; did you mean "contextSize"?',
    ],
    [
      "in a model",
      goodBut("  - name: demo\n", "  - name: demo\n    licence: MIT\n"),
      'spec.yaml:6: unknown key "licence" in models[0]; known here: name, baseline, variants',
    ],
    [
      "in a variant",
      goodBut(Q4, Q4.replace(" }", ", basline: true }")),
      'spec.yaml:8: unknown key "basline" in models[0].variants[1]; did you mean "baseline"?',
    ],
    [
      "in a task",
      `${GOOD}    maxtokens: 3\n`,
      'spec.yaml:11: unknown key "maxtokens" in tasks[0]; did you mean "maxTokens"?',
    ],
  ])("%s", async (_, text, message) => {
    expect((await complaintOf(text)).message).toBe(message);
  });

  it("a key of another branch of a union is told as such", async () => {
    const folder = await temporaryFolder();
    const policy = join(folder, "policy.yaml");
    await writeFile(policy, "name: mine\nrules:\n  - { type: max-loss, metric: accuracy, pp: 3, percent: 3 }\n");
    await expect(loadPolicy(policy)).rejects.toThrow(`"percent" in rules[0] doesn't go with the other keys there`);
  });

  it("a key of another type of backend isn't proposed", async () => {
    const { message } = await complaintOf(goodBut("{ type: llama-cpp }", "{ type: recorded, contextSize: 64 }"));
    expect(message).toBe('spec.yaml:3: unknown key "contextSize" in backends.local; known here: type, concurrency');
  });

  it("all of them at once, up to ten", async () => {
    const { message } = await complaintOf(GOOD + Array.from({ length: 12 }, (_, index) => `k${index}: 1\n`).join(""));
    expect(message.split("\n")).toHaveLength(11);
    expect(message).toMatch(/… and 2 more$/);
  });
});

describe("a value that doesn't fit is told with file, line and path:", () => {
  it.each([
    ["no tasks", goodBut("tasks:\n  - dataset: demo-quiz-mc\n", ""), "spec.yaml:1: tasks: must be a list, is missing"],
    [
      "an empty list of tasks",
      goodBut("tasks:\n  - dataset: demo-quiz-mc\n", "tasks: []\n"),
      "spec.yaml:9: tasks: at least one task is needed",
    ],
    [
      "a model without variants",
      GOOD.replace(/ {4}variants:\n.*\n.*\n/, "    variants: []\n"),
      "spec.yaml:6: models[0].variants: a model needs at least one variant",
    ],
    [
      "a backend without settings",
      goodBut(" { type: llama-cpp }", ""),
      "spec.yaml:3: backends.local: must be a mapping, is empty",
    ],
    [
      "a backend's name with a blank",
      goodBut("  local:", "  my own:"),
      "spec.yaml:3: backends.my own: letters, digits, '.', '_', ':' and '-', at least one",
    ],
    [
      "a header that frames a request",
      goodBut("{ type: llama-cpp }", "{ type: tgi, headersFromEnv: { Transfer-Encoding: X } }"),
      "spec.yaml:3: backends.local.headersFromEnv.Transfer-Encoding: QuantGate sets this header itself; remove it",
    ],
    [
      "a number for a name",
      goodBut("quantization: FP16", "quantization: 16"),
      "spec.yaml:7: models[0].variants[0].quantization: must be text, is 16",
    ],
    [
      "an unknown protocol",
      `${GOOD}    protocol: letter\n`,
      'spec.yaml:11: tasks[0].protocol: Invalid option: expected one of "letter-logprob"|"continuation-logprob"|"generated-letter"',
    ],
    [
      "an unknown post-filter",
      GOOD.replace("demo-quiz-mc", "demo-code\n    postFilters: [trimm]"),
      'spec.yaml:11: tasks[0].postFilters[0]: Invalid option: expected one of "trim"|"first-line", or must be a mapping, is "trimm"',
    ],
    ["a limit of none", `${GOOD}    limit: 0\n`, "spec.yaml:11: tasks[0].limit: Too small: expected number to be >0"],
  ])("%s", async (_, text, message) => {
    expect((await complaintOf(text)).message).toBe(message);
  });
});

describe("an unknown name is told with the nearest known one:", () => {
  it.each([
    [
      "a dataset",
      goodBut("demo-quiz-mc", "demo-quizmc"),
      'spec.yaml:10: unknown dataset "demo-quizmc"',
      'did you mean "demo-quiz-mc"?',
    ],
    [
      "a backend",
      goodBut(Q4, Q4.replace(" }", ", backend: locl }")),
      'spec.yaml:8: unknown backend "locl"',
      'did you mean "local"?',
    ],
  ])("%s", async (_, text, message, hint) => {
    const complaint = await complaintOf(text);
    expect(complaint.message).toContain(message);
    expect(complaint.hint).toBe(hint);
  });

  it("a type of backend", async () => {
    const { message } = await complaintOf(goodBut("llama-cpp", "lama-cpp"));
    expect(message).toBe('spec.yaml:3: backends.local.type: unknown "lama-cpp"; did you mean "llama-cpp"?');
  });

  it("none that is near: all of them, or where to look", async () => {
    expect((await complaintOf(goodBut("demo-quiz-mc", "zzzzzzzzzzzzzzzz"))).hint).toContain("quantgate datasets list");
  });
});

describe("names that clash", () => {
  it("two models of one name", async () => {
    const second = `  - name: demo\n    variants:\n      - ${Q4}\n`;
    expect((await complaintOf(goodBut("tasks:", `${second}tasks:`))).message).toBe(
      'spec.yaml:9: two models are named "demo"',
    );
  });

  it("a duplicate variant, also under the other name of its quantization", async () => {
    const f16 = `      - { quantization: f16, model: ${demoModel("F16")} }\n`;
    expect((await complaintOf(goodBut("tasks:", `${f16}tasks:`))).message).toBe(
      "spec.yaml:9: duplicate variant demo/FP16@local",
    );
  });

  it("two tasks of one name", async () => {
    expect((await complaintOf(`${GOOD}  - { dataset: demo-quiz-mc, limit: 5 }\n`)).message).toBe(
      'spec.yaml:11: two tasks are named "demo-quiz-mc"; give one a "name"',
    );
  });
});

describe("a baseline that is unclear", () => {
  it("because two are named", async () => {
    const text = GOOD.replaceAll(".gguf }", ".gguf, baseline: true }");
    const { message, hint } = await complaintOf(text);
    expect(message).toBe(
      'spec.yaml:5: model "demo": the baseline is unclear: two baselines: demo/FP16@local and demo/Q4_K_M@local',
    );
    expect(hint).toBe("mark exactly one variant with `baseline: true`");
  });

  it("because two are equally precise", async () => {
    const { message } = await complaintOf(goodBut("Q4_K_M,", "BF16,"));
    expect(message).toContain("demo/FP16@local and demo/BF16@local are equally precise");
  });
});

describe("what a variant runs on", () => {
  it("a GGUF file that isn't there", async () => {
    const { message, hint } = await complaintOf(goodBut(demoModel("Q4_K_M"), "./gone.gguf"));
    expect(message).toBe("spec.yaml:8: no GGUF file at gone.gguf");
    expect(hint).toContain("relative to the spec file");
  });

  it.each([
    ["text", Buffer.from("This is not a model."), "is not a GGUF file"],
    ["nothing", Buffer.alloc(0), "is not a GGUF file"],
    ["a version from the future", Buffer.from("GGUF\u0009\u0000\u0000\u0000"), "GGUF version 9 is not supported"],
  ])("a GGUF file that holds %s", async (_, bytes, problem) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "x.gguf"), bytes);
    const { message } = await complaintOf(goodBut(demoModel("Q4_K_M"), join(folder, "x.gguf")));
    expect(message).toMatch(/^spec\.yaml:8: /);
    expect(message).toContain(problem);
  });

  it("a quantization whose name can't be part of an id, a label that is another type's name, and two files of one name", async () => {
    expect((await complaintOf(goodBut("Q4_K_M,", '"a/b",'))).message).toContain("models[0].variants[1].quantization");
    const label = await complaintOf(goodBut("Q4_K_M,", "Q4_K_M, label: Q8_0,"));
    expect(label.message).toContain('the label "Q8_0" is the name of another type than Q4_K_M');
    const twice = await complaintOf(goodBut(Q4, `${Q4}\n      - ${Q4}`));
    expect(twice.message).toContain("duplicate variant");
    expect(twice.hint).toContain("label: imatrix");
  });

  it("a shard other than the first, and a first one without the others", async () => {
    const folder = await temporaryFolder();
    const [first = "", second = ""] = await splitGguf(demoModel("Q4_K_M"), join(folder, "m"), [0]);
    expect((await complaintOf(goodBut(demoModel("Q4_K_M"), second))).message).toContain(
      "is shard 2 of 2, not the first",
    );
    await rm(second);
    const { message, hint } = await complaintOf(goodBut(demoModel("Q4_K_M"), first));
    expect(message).toContain("spec.yaml:8: shard 2 of 2 is missing");
    expect(hint).toContain("one folder");
  });

  it("a folder instead of a GGUF file", async () => {
    const { message } = await complaintOf(goodBut(demoModel("Q4_K_M"), await temporaryFolder()));
    expect(message).toMatch(/^spec\.yaml:8: .* can't be read$/);
  });

  it("recorded answers that aren't there", async () => {
    const { message } = await complaintOf(
      GOOD.replace("type: llama-cpp", "type: recorded").replace(demoModel("F16"), "./answers.jsonl"),
    );
    expect(message).toBe("spec.yaml:7: no file at answers.jsonl");
  });

  it("several backends and none named", async () => {
    const { message, hint } = await complaintOf(goodBut("models:", "  other: { type: llama-cpp }\nmodels:"));
    expect(message).toBe("spec.yaml:8: which backend? defined are local, other");
    expect(hint).toContain("backend: <name>");
  });

  it("no backend at all", async () => {
    expect((await complaintOf(goodBut("backends:\n  local: { type: llama-cpp }", "backends: {}"))).message).toBe(
      "spec.yaml:6: which backend? none is defined",
    );
  });
});

describe("what a task asks", () => {
  it("an empty dataset", async () => {
    const folder = await temporaryFolder();
    const manifest = {
      name: "none",
      version: "1.0.0",
      licence: "CC0-1.0",
      source: "this test",
      description: "no items",
      type: "generation",
      prompt: "{prompt}",
      items: 0,
      file: "items.jsonl",
      sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      fields: {},
    };
    await writeDataset(folder, manifest, "");
    expect((await complaintOf(goodBut("demo-quiz-mc", folder))).message).toBe(
      'spec.yaml:10: task "none" is empty: dataset none has no items',
    );
  });

  it("a folder without a manifest", async () => {
    const folder = await temporaryFolder();
    expect((await complaintOf(goodBut("demo-quiz-mc", folder))).message).toBe(
      `spec.yaml:10: no dataset at ${folder}: ${join(folder, "manifest.json")} can't be read`,
    );
  });

  it("a name that would lead out of the folder of datasets", async () => {
    expect((await complaintOf(goodBut("demo-quiz-mc", "demo-code/../../models"))).message).toContain("unknown dataset");
  });

  it("a prompt that is the same for every item", async () => {
    expect((await complaintOf(`${GOOD}    prompt: "Say something."\n`)).message).toBe(
      "spec.yaml:11: the prompt template has no {placeholder}, so every item would be asked the same",
    );
  });

  it.each([
    ["postFilters: [trim]", '"postFilters" belong to generation tasks; demo-quiz-mc is multiple-choice'],
    ["{ protocol: letter-logprob, primary: acc_norm }", '"acc_norm" is no figure of letter-logprob; it has acc'],
  ])("settings of another type of task: %s", async (settings, problem) => {
    const text = settings.startsWith("{")
      ? goodBut("  - dataset: demo-quiz-mc", `  - ${settings.replace("{", "{ dataset: demo-quiz-mc,")}`)
      : `${GOOD}    ${settings}\n`;
    expect((await complaintOf(text)).message).toMatch(/^spec\.yaml:1[01]: /);
    expect((await complaintOf(text)).message).toContain(problem);
  });

  it.each(["protocol: letter-logprob", "primary: acc"])("a generation task with %s", async (setting) => {
    const { message } = await complaintOf(`${goodBut("demo-quiz-mc", "demo-code")}    ${setting}\n`);
    expect(message).toMatch(/^spec\.yaml:11: "(protocol|primary)" belongs to multiple-choice tasks/);
  });
});

describe("the command line", () => {
  it("ends with exit code 2 and one error, and makes no folder of runs", async () => {
    const folder = await temporaryFolder();
    const spec = join(folder, "spec.yaml");
    await writeFile(spec, goodBut("demo-quiz-mc", "demo-quizmc"));
    const { code, stdout, stderr } = await cli(["run", spec, "--runs", join(folder, "runs")]);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toBe(`quantgate: ${spec}:10: unknown dataset "demo-quizmc"\n  → did you mean "demo-quiz-mc"?\n`);
    await expect(access(join(folder, "runs"))).rejects.toThrow("ENOENT");
  });
});
