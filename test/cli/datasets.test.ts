import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { mmluRepository } from "../dataset/hub-files.ts";
import { COMMIT, HubServer } from "../hub/hub-server.ts";
import { cli, linesOf, temporaryFolder } from "../support/cli.ts";

const MAPPING = `name: my-quiz
type: multiple-choice
licence: internal
fields: { question: q, choices: [a, b, c, d], answer: right, subject: area }
`;
const ROWS = "q,a,b,c,d,right,area\nWhich is red?,grass,blood,sky,snow,B,colours\nWhich is 2?,1,2,3,4,B,numbers\n";

async function workshop(rows = ROWS, mapping = MAPPING) {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "quiz.csv"), rows);
  await writeFile(join(folder, "mapping.yaml"), mapping);
  const env = { QUANTGATE_CACHE: join(folder, "cache") };
  const datasets = (...args: readonly string[]) => cli(["datasets", ...args], { cwd: folder, env });
  return { folder, datasets, cache: join(folder, "cache", "datasets") };
}

const IMPORT = ["import", "quiz.csv", "--mapping", "mapping.yaml"];

describe("quantgate datasets", () => {
  it("imports a file, after which it is listed, validated, shown and counted by its name", async () => {
    const { datasets, cache } = await workshop();
    const imported = await datasets(...IMPORT);
    expect(imported).toMatchObject({ code: 0, stderr: "" });
    expect(imported.stdout).toBe(`my-quiz: 2 items → ${join(cache, "my-quiz")}\n`);

    const listed = JSON.parse((await datasets("list", "--json")).stdout) as { name: string }[];
    expect(listed.map(({ name }) => name)).toContain("my-quiz");
    expect(await datasets("validate", "my-quiz")).toMatchObject({
      code: 0,
      stdout: "my-quiz: all 2 items can be asked\n",
    });

    const shown = await datasets("show", "my-quiz", "--item", "colours-0");
    expect(shown).toMatchObject({ code: 0, stderr: "" });
    expect(shown.stdout).toContain("licence  internal");
    expect(shown.stdout).toContain("│ Which is red?\n│ A. grass\n│ B. blood\n│ C. sky\n│ D. snow\n│ Answer:\n");
    expect(shown.stdout).toContain('compared as the next token: [" A"," B"," C"," D"]');
    expect(shown.stdout).toContain("right: B. blood");

    const { stdout } = await datasets("stats", "my-quiz");
    expect(stdout).toMatch(/^items {12}2$/m);
    expect(stdout).toMatch(/^right answers {4}B: 2$/m);
    expect(stdout).toMatch(/^ {6}1 {2}colours$/m);
  });

  it("tells all bad rows of a file and writes nothing", async () => {
    const { datasets, cache } = await workshop(`${ROWS},1,2,3,4,A,x\nWhich?,1,2,3,4,F,x\n`);
    const { code, stdout, stderr } = await datasets(...IMPORT);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toBe(
      [
        'quantgate: quiz.csv:4: field "q" is missing or empty',
        'quiz.csv:5: field "right" is "F", which names none of the choices (A, B, C, D)',
        "  → nothing was written; fix the rows, or the mapping\n",
      ].join("\n"),
    );
    expect(await readdir(cache)).toEqual([]);
  });

  it("warns of questions that are asked twice", async () => {
    const { datasets } = await workshop(`${ROWS}which is red,snow,blood,sky,grass,A,colours\n`);
    const { code, stdout } = await datasets(...IMPORT);
    expect(code).toBe(0);
    expect(stdout).toContain(
      'warning: 1 item asks what another item asks, and wants another answer: "colours-1" and "colours-0"\n',
    );
  });

  it.each<[string, readonly string[], string, string]>([
    ["no mapping", ["import", "quiz.csv"], "required option '--mapping <file>'", "--help"],
    [
      "a mapping that isn't there",
      ["import", "quiz.csv", "--mapping", "gone.yaml"],
      "gone.yaml: the mapping can't",
      "mmlu",
    ],
    ["a file that isn't there", ["import", "gone.csv", "--mapping", "mapping.yaml"], "there is no such file", "check"],
    ["a bundled dataset's name", [...IMPORT, "--name", "qa"], '"qa" is a bundled dataset', "--name my-set"],
    ["an unknown dataset", ["validate", "my-quizz"], 'unknown dataset "my-quizz"', "./my-quizz"],
    ["a folder that is none", ["stats", "./nothing"], "no dataset at ./nothing", "datasets list"],
    ["an unknown protocol", ["show", "demo-quiz-mc", "--protocol", "x"], "there is no such protocol", "letter-logprob"],
    ["an unknown item", ["show", "demo-quiz-mc", "--item", "x"], 'has no item "x"', "items.jsonl"],
    ["examples that aren't there", ["show", "demo-quiz-mc", "--shots", "1"], "has no worked examples", "shots"],
  ])("says what to do after %s", async (_, args, problem, advice) => {
    const { datasets } = await workshop();
    const { code, stderr } = await datasets(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(problem);
    expect(stderr).toContain(advice);
  });

  it("tells where a mapping is wrong", async () => {
    const { datasets } = await workshop(ROWS, `${MAPPING}licens: MIT\n`);
    const { code, stderr } = await datasets(...IMPORT);
    expect(code).toBe(2);
    expect(stderr).toContain('mapping.yaml:5: unknown key "licens"; did you mean "licence"?');
  });

  it("imports into a folder of choice, which is then opened by its path", async () => {
    const { datasets } = await workshop();
    expect(await datasets(...IMPORT, "--to", "sets", "--name", "mine")).toMatchObject({ code: 0 });
    expect(await datasets("validate", "./sets/mine")).toMatchObject({ code: 0 });
    const again = await datasets(...IMPORT, "--to", "sets", "--name", "mine");
    expect(again.code).toBe(2);
    expect(again.stderr).toContain("--replace");
  });
});

describe("quantgate datasets pull", () => {
  async function hub() {
    const server = await HubServer.start();
    onTestFinished(() => server.close());
    server.repositories.set("datasets/cais/mmlu", mmluRepository(COMMIT));
    const folder = await temporaryFolder();
    const env = { HF_ENDPOINT: server.endpoint, HF_HOME: join(folder, "hf"), QUANTGATE_CACHE: join(folder, "cache") };
    return { server, folder, run: (...args: readonly string[]) => cli(args, { cwd: folder, env }) };
  }

  it("fetches, locks and tells the licence; specs then find the dataset by its name", async () => {
    const { folder, run } = await hub();
    const { code, stdout, stderr } = await run("datasets", "pull", "mmlu");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("mmlu: 24 items, 15 worked examples\n  licence MIT\n");
    expect(stdout).toContain(`https://huggingface.co/datasets/cais/mmlu/tree/${COMMIT}`);
    expect((await linesOf(join(folder, "quantgate.lock.json"))).join("")).toContain("datasets/cais/mmlu@main");

    const shown = await run("datasets", "show", "mmlu", "--shots", "5", "--item", "world_religions-7");
    expect(shown.stdout).toContain("│ dev question 0 about world_religions?\n");
    expect(shown.stdout).toContain("│ test question 7 about world_religions?\n");
    expect((await run("datasets", "list")).stdout).toMatch(/pull fetches: arc-challenge, /);
  });

  it("works --offline from what was fetched, and says so where nothing was", async () => {
    const { server, run } = await hub();
    const nothing = await run("datasets", "pull", "mmlu", "--offline");
    expect(nothing.code).toBe(2);
    expect(nothing.stderr).toContain("isn't on this machine, and the network is off limits (offline)");
    expect(server.requests).toEqual([]);
    await run("datasets", "pull", "mmlu");
    const before = server.requests.length;
    expect(await run("datasets", "pull", "mmlu", "--offline")).toMatchObject({ code: 0, stderr: "" });
    expect(server.requests).toHaveLength(before);
  });

  it("is what a spec advises that names a dataset which isn't there yet", async () => {
    const { folder, run } = await hub();
    await writeFile(join(folder, "a.jsonl"), "");
    await writeFile(
      join(folder, "spec.yaml"),
      `backends: { r: { type: recorded } }
models: [{ name: m, variants: [{ quantization: FP16, model: a.jsonl }] }]
tasks: [{ dataset: arc-challenge }]
`,
    );
    const { code, stderr } = await run("run", "spec.yaml");
    expect(code).toBe(2);
    expect(stderr).toContain('unknown dataset "arc-challenge"');
    expect(stderr).toContain("fetch it: quantgate datasets pull arc-challenge");
  });
});
