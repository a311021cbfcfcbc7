import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { FileStore } from "../../src/store/file-store.ts";
import { cli, temporaryFolder } from "../support/cli.ts";

let folder: string;
let store: FileStore;

async function make(id: string, model: string, status: string, overall?: string): Promise<void> {
  const spec = { name: "nightly", models: [{ name: model, variants: [{ id: `${model}/Q4_K_M@b` }] }] };
  const manifest = { schema: 1, status, startedAt: "2026-03-14T15:16:17.000Z", specHash: "f00", spec };
  const run = await store.create(id, JSON.stringify(manifest));
  if (overall !== undefined) await run.write("verdicts.json", JSON.stringify({ overall, exitCode: 0, models: [] }));
  await run.lock();
  await run.append("records", `{"of":"${id}"}`);
  await run.close();
  await new Promise((resolve) => setTimeout(resolve, 12));
}

beforeEach(async () => {
  folder = await temporaryFolder();
  store = new FileStore(join(folder, "runs"));
  await make("a", "llama", "completed", "pass");
  await make("b", "qwen", "completed", "fail");
  await make("c", "llama", "running");
});

const runs = (...args: string[]) => cli(["runs", ...args, "--runs", join(folder, "runs")]);
const idsOf = (stdout: string): readonly string[] =>
  stdout.split("\n").flatMap((line) => (line === "" ? [] : [line.split(" ")[0] ?? ""]));

describe("quantgate runs", () => {
  it("lists every run, newest first", async () => {
    const { code, stdout } = await runs();
    expect(code).toBe(0);
    expect(stdout.split("\n")).toEqual([
      "c  running      not decided   llama",
      "b  completed    fail          qwen",
      "a  completed    pass          llama",
      "",
    ]);
  });

  it.each<[readonly string[], readonly string[]]>([
    [
      ["--model", "llama"],
      ["c", "a"],
    ],
    [
      ["--status", "completed"],
      ["b", "a"],
    ],
    [
      ["--status", "completed", "running", "--model", "llama"],
      ["c", "a"],
    ],
    [["--overall", "fail"], ["b"]],
    [["--schedule", "weekly"], []],
    [
      ["--limit", "2"],
      ["c", "b"],
    ],
  ])("with %j lists %j", async (args, ids) => {
    const { code, stdout } = await runs(...args);
    expect(code).toBe(0);
    expect(ids.length === 0 ? stdout : idsOf(stdout)).toEqual(ids.length === 0 ? "no runs\n" : ids);
  });

  it("prints JSON", async () => {
    const [card] = JSON.parse((await runs("--json", "--overall", "pass")).stdout) as object[];
    expect(card).toMatchObject({ id: "a", status: "completed", models: ["llama"], overall: "pass" });
  });

  it.each([
    [["--status", "done"], "is none of queued, running"],
    [["--overall", "good"], "is none of pass, fail"],
    [["--limit", "0"], "at least 1"],
  ])("refuses %j", async (args, says) => {
    const { code, stderr } = await runs(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(says);
  });
});

describe("quantgate runs delete", () => {
  it("deletes runs, all or none", async () => {
    const wrong = await runs("delete", "a", "never");
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('no run "never"');
    expect(await store.list()).toEqual(["c", "b", "a"]);
    expect(await runs("delete", "a", "b")).toMatchObject({ code: 0, stdout: "deleted a\ndeleted b\n" });
    expect(await store.list()).toEqual(["c"]);
  });

  it("refuses one that is running, unless it is forced; and one that is being written in any case", async () => {
    expect(await runs("delete", "c")).toMatchObject({ code: 4, stderr: expect.stringContaining("is running") });
    const run = await store.open("c");
    await run.lock();
    expect(await runs("delete", "c", "--force")).toMatchObject({ code: 4, stderr: expect.stringContaining("process") });
    await run.close();
    expect((await runs("delete", "c", "--force")).code).toBe(0);
    expect(await store.list()).toEqual(["b", "a"]);
  });
});

describe("quantgate runs export", () => {
  it("writes every file of the run, byte for byte", async () => {
    const target = join(folder, "out", "a");
    const { code, stdout } = await runs("export", "a", target);
    expect(code).toBe(0);
    const names = ["manifest.json", "verdicts.json", "records.jsonl", "scores.jsonl"];
    expect(stdout.trim().split("\n")).toEqual(names.map((name) => join(target, name)));
    expect((await readdir(target)).toSorted()).toEqual(names.toSorted());
    for (const name of names.slice(0, 3))
      expect(await readFile(join(target, name), "utf8")).toBe(await readFile(join(folder, "runs", "a", name), "utf8"));
  });

  it("doesn't write into what is there", async () => {
    const target = join(folder, "out");
    await writeFile(target, "");
    expect(await runs("export", "a", target)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("is there already"),
    });
  });
});
