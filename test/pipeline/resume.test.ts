import { appendFile, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { JournalRecord } from "../../src/domain/record.ts";
import { cli, linesOf, startCli, temporaryFolder, until } from "../support/cli.ts";
import { writeSmallSpec } from "../support/small-spec.ts";

interface FinishedRun {
  readonly summary: string;
  readonly answers: readonly string[];
}

const ITEMS = 24;
const ANSWERS = 3 * 2 * ITEMS;

async function onlyRun(runs: string): Promise<string> {
  const [id, ...others] = await readdir(runs);
  expect(others).toEqual([]);
  return id ?? "";
}

async function readFinished(runs: string): Promise<FinishedRun> {
  const folder = join(runs, await onlyRun(runs));
  const answers: string[] = [];
  for (const line of await linesOf(join(folder, "records.jsonl"))) {
    const record = JSON.parse(line) as JournalRecord;
    if (record.type === "answer") answers.push(withoutTimes(record));
  }
  return { summary: await readFile(join(folder, "summary.json"), "utf8"), answers: answers.sort() };
}

function withoutTimes(record: JournalRecord & { readonly type: "answer" }): string {
  if (record.outcome.kind === "errored") return JSON.stringify({ ...record, at: "" });
  const { timings: _, ...answer } = record.outcome.answer;
  return JSON.stringify({ ...record, at: "", outcome: answer });
}

describe("a run that is stopped", () => {
  let undisturbed: FinishedRun;
  let runs: string;

  beforeAll(async () => {
    const { mkdtemp } = await import("node:fs/promises");
    const { tmpdir } = await import("node:os");
    const folder = await mkdtemp(join(tmpdir(), "quantgate-undisturbed-"));
    const done = await cli([
      "run",
      await writeSmallSpec(folder, { limit: ITEMS }),
      "--runs",
      join(folder, "runs"),
      "--quiet",
      "--no-cache",
    ]);
    expect(done.code, done.stderr).toBeOneOf([0, 1, 3]);
    undisturbed = await readFinished(join(folder, "runs"));
    expect(undisturbed.answers).toHaveLength(ANSWERS);
  });

  async function stopAfter(lines: number, signal: NodeJS.Signals, args: readonly string[] = []) {
    const folder = await temporaryFolder();
    runs = join(folder, "runs");
    const spec = await writeSmallSpec(folder, { limit: ITEMS });
    const running = startCli(["run", spec, "--runs", runs, "--no-cache", ...args]);
    let journal = "";
    await until(async () => {
      const [id] = await readdir(runs).catch(() => []);
      if (id === undefined) return running.child.exitCode !== null;
      journal = join(runs, id, "records.jsonl");
      return (await linesOf(journal)).length >= lines || running.child.exitCode !== null;
    });
    running.child.kill(signal);
    return { result: await running.result, journal };
  }

  // Before the first answer, in the first variant, at a change of variants, in the last one.
  it.each([1, 5, 50, 120])("by kill -9 after %i journal lines ends as if nothing had happened", async (lines) => {
    const { result, journal } = await stopAfter(lines, "SIGKILL");
    expect(result.signal, result.stderr).toBe("SIGKILL");
    expect((await linesOf(journal)).length).toBeLessThan(ANSWERS);

    const resumed = await cli(["run", "--resume", await onlyRun(runs), "--runs", runs, "--quiet", "--no-cache"]);
    expect(resumed.code, resumed.stderr).toBeOneOf([0, 1, 3]);
    expect(await readFinished(runs)).toEqual(undisturbed);
  });

  it("with a last journal line half written ends as if nothing had happened", async () => {
    const { journal } = await stopAfter(30, "SIGKILL");
    const whole = await linesOf(journal);
    await appendFile(journal, (whole.at(-1) ?? "").slice(0, 60));

    const resumed = await cli(["run", "--resume", await onlyRun(runs), "--runs", runs, "--quiet", "--no-cache"]);
    expect(resumed.code, resumed.stderr).toBeOneOf([0, 1, 3]);
    expect(await readFinished(runs)).toEqual(undisturbed);
  });

  it("by Ctrl-C exits 130, tells how to go on, and ends as if nothing had happened", async () => {
    const { result, journal } = await stopAfter(20, "SIGINT");
    expect(result.code).toBe(130);
    expect(result.stderr).toContain(`quantgate run --resume ${await onlyRun(runs)}`);
    const kept = await linesOf(journal);
    expect(kept.length).toBeGreaterThanOrEqual(20);
    expect(kept.length).toBeLessThan(ANSWERS);

    const resumed = await cli(["run", "--resume", await onlyRun(runs), "--runs", runs, "--quiet", "--no-cache"]);
    expect(resumed.code, resumed.stderr).toBeOneOf([0, 1, 3]);
    expect(await readFinished(runs)).toEqual(undisturbed);
  });

  it("by CI's time limit leaves the reports that CI asked for, which say that it isn't complete", async () => {
    const folder = await temporaryFolder();
    const [junit, markdown] = [join(folder, "junit.xml"), join(folder, "report.md")];
    const { result } = await stopAfter(20, "SIGTERM", ["--junit", junit, "--markdown", markdown]);
    expect(result.code).toBe(130);
    expect(result.stdout).toMatch(/is not complete \(interrupted\)/);
    expect(await readFile(junit, "utf8")).toMatch(/<failure /);
    expect(await readFile(markdown, "utf8")).toMatch(/is not complete \(interrupted\)/);

    const resumed = await cli(["run", "--resume", await onlyRun(runs), "--runs", runs, "--quiet", "--no-cache"]);
    expect(resumed.code, resumed.stderr).toBeOneOf([0, 1, 3]);
    expect(resumed.stdout).not.toMatch(/is not complete/);
    expect(await readFinished(runs)).toEqual(undisturbed);
  });
});
