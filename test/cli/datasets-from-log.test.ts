import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cli, linesOf, temporaryFolder } from "../support/cli.ts";

const TOPICS = [
  "Explain how a heat pump warms a house when it is cold outside",
  "Write a limerick about a librarian who lost the keys",
  "Which documents does a self-employed baker need to register a shop?",
  "Translate this menu into French and keep the prices as they are",
];

async function workshop(lines: readonly object[]) {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "requests.jsonl"), lines.map((line) => JSON.stringify(line)).join("\n"));
  await writeFile(join(folder, "names.txt"), "Ann Lee\r\nBen Ode\n");
  const env = { QUANTGATE_CACHE: join(folder, "cache") };
  const run = (...args: readonly string[]) => cli(["datasets", ...args], { cwd: folder, env });
  return { folder, run };
}

const LOG = TOPICS.map((topic, index) => ({
  time: `2026-05-0${index + 1}T08:00:00Z`,
  route: "/v1/chat/completions",
  messages: [{ role: "user", content: `${topic}. Ann Lee, ann@lee.example` }],
  response: { text: `Dear Ann Lee, here is number ${index}.` },
}));

describe("quantgate datasets from-log", () => {
  it("writes a draft that a person reviews and then imports", async () => {
    const { folder, run } = await workshop(LOG);
    const drafted = await run(
      "from-log",
      "requests.jsonl",
      "--names",
      "names.txt",
      "--answer",
      "response.text",
      "--to",
      "draft",
    );
    expect(drafted).toMatchObject({ code: 0, stderr: "" });
    expect(drafted.stdout).toContain("4 of 4 requests, 1 of 1 kinds → draft\n");
    expect(drafted.stdout).toContain("replaced: 4 × email in 4 items, such as a•••e\n");
    expect(drafted.stdout).toContain("replaced: 8 × name in 4 items, such as A•••e\n");
    expect(drafted.stdout).toContain("replaced: no card\n");
    expect(drafted.stdout).toContain("draft/REVIEW.md");

    expect((await readdir(join(folder, "draft"))).sort()).toEqual(["REVIEW.md", "items.jsonl", "mapping.yaml"]);
    const review = await readFile(join(folder, "draft", "REVIEW.md"), "utf8");
    expect(review).toContain("4 of 4 requests from requests.jsonl");
    expect(review).toContain("| email | `[EMAIL_1]` | 4 | 4 |");
    expect(review).toContain("Check the 4 references");
    const all = review + (await linesOf(join(folder, "draft", "items.jsonl"))).join();
    expect(all).not.toMatch(/Ann|lee\.example/);

    const imported = await run("import", "draft/items.jsonl", "--mapping", "draft/mapping.yaml");
    expect(imported).toMatchObject({ code: 0, stderr: "" });
    expect(imported.stdout).toMatch(/^from-log: 4 items → /);
    const stats = JSON.parse((await run("stats", "from-log", "--json")).stdout) as object;
    expect(stats).toMatchObject({ items: 4, subjects: { "/v1/chat/completions": 4 }, references: { items: 4 } });
  });

  it("overwrites no review, and no folder that is something else", async () => {
    const { folder, run } = await workshop(LOG);
    expect(await run("from-log", "requests.jsonl")).toMatchObject({ code: 0 });
    const again = await run("from-log", "requests.jsonl");
    expect(again.code).toBe(2);
    expect(again.stderr).toContain("may hold somebody's review");
    expect(await run("from-log", "requests.jsonl", "--replace")).toMatchObject({ code: 0 });

    await mkdir(join(folder, "precious"));
    await writeFile(join(folder, "precious", "thesis.txt"), "all my work");
    const other = await run("from-log", "requests.jsonl", "--to", "precious", "--replace");
    expect(other.code).toBe(2);
    expect(other.stderr).toContain("precious is no draft, so it is not replaced");
    expect(await readdir(join(folder, "precious"))).toEqual(["thesis.txt"]);
  });

  it.each<[string, readonly string[], string, string]>([
    ["a log that isn't there", ["gone.jsonl"], "gone.jsonl: there is no such file", "check the path"],
    [
      "no prompt where it is looked for",
      ["requests.jsonl", "--prompt", "q"],
      "4 × no prompt (looked at: q)",
      "--prompt",
    ],
    ["a number that is none", ["requests.jsonl", "--items", "many"], "--items many: give a whole number from 1", ""],
    [
      "names that aren't there",
      ["requests.jsonl", "--names", "x.txt"],
      "x.txt: the names can't be read",
      "a name a line",
    ],
  ])("says what to do after %s", async (_, args, problem, advice) => {
    const { folder, run } = await workshop(LOG);
    const { code, stderr } = await run("from-log", ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(problem);
    expect(stderr).toContain(advice);
    expect(await readdir(folder)).not.toContain("from-log");
  });
});
