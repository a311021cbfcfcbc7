import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdir, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { RunError, UsageError } from "../../src/domain/errors.ts";
import { FileStore } from "../../src/store/file-store.ts";
import { type Run, START } from "../../src/store/run-store.ts";
import { runStoreContract } from "../contract/run-store.contract.ts";
import { temporaryFolder } from "../support/cli.ts";
import { collect } from "../support/collect.ts";

const running = new AbortController().signal;

runStoreContract("files", async () => {
  const folder = join(await temporaryFolder(), "runs");
  return () => new FileStore(folder);
});

/** A folder of runs with one, locked by this process and closed when the test ends. */
async function begun(): Promise<{ folder: string; run: Run; records: string }> {
  const folder = await temporaryFolder();
  const run = await new FileStore(folder).create("r");
  onTestFinished(() => run.close());
  await run.lock();
  await run.write("manifest.json", "{}");
  return { folder, run, records: join(folder, "r", "records.jsonl") };
}

async function reopened(folder: string): Promise<Run> {
  const run = await new FileStore(folder).open("r");
  onTestFinished(() => run.close());
  await run.lock();
  return run;
}

async function textsOf(run: Run): Promise<string[]> {
  return (await collect(run.lines("records", START, running))).map(({ text }) => text);
}

describe("a half-written last line", () => {
  it("is not given to readers, and cut off by the next writer", async () => {
    const { folder, run, records } = await begun();
    for (const line of ["one", "two"]) await run.append("records", line);
    await run.close();
    const whole = await readFile(records, "utf8");
    for (const half of ["{", '{"text":"é', `{"text":"${"x".repeat(200_000)}`]) {
      await appendFile(records, half);
      expect(await textsOf(run)).toEqual(["one", "two"]);
      const again = await reopened(folder);
      expect(await again.end("records")).toBe(Buffer.byteLength(whole));
      expect(await readFile(records, "utf8")).toBe(whole);
      await again.close();
    }
    const last = await reopened(folder);
    await appendFile(records, "half");
    await last.append("records", "three");
    expect(await textsOf(last)).toEqual(["one", "two", "three"]);
  });

  it("is cut off at every byte of a line", async () => {
    const { folder, run, records } = await begun();
    await run.append("records", "one");
    await run.append("records", '{"text":"🙂"}');
    await run.close();
    const bytes = await readFile(records);
    for (let size = bytes.length - 1; size >= 4; size -= 1) {
      await writeFile(records, bytes);
      await truncate(records, size);
      const again = await reopened(folder);
      await again.append("records", "two");
      expect(await textsOf(again), `cut at ${size}`).toEqual(["one", "two"]);
      await again.close();
    }
  });

  it("that is all there is leaves nothing", async () => {
    const { folder, run, records } = await begun();
    await run.close();
    await writeFile(records, "half a line");
    const again = await reopened(folder);
    expect(await again.end("records")).toBe(START);
    await again.append("records", "one");
    expect(await textsOf(again)).toEqual(["one"]);
  });
});

describe("the lock of a process", () => {
  interface Holder {
    readonly child: ChildProcess;
    /** What it said when it had the run or not. */
    readonly says: Promise<string>;
  }

  function startHolder(folder: string): Holder {
    const script = join(import.meta.dirname, "hold-run.ts");
    const child = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), script, folder, "r"], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    return { child, says: once(child.stdout, "data").then(([data]) => String(data).trim()) };
  }

  async function closedRun(): Promise<string> {
    const { folder, run } = await begun();
    await run.close();
    return folder;
  }

  it("that lives keeps others out, and is free when it ends well", async () => {
    const folder = await closedRun();
    const { child, says } = startHolder(folder);
    expect(await says).toBe("locked");
    const run = await new FileStore(folder).open("r");
    await expect(run.lock()).rejects.toThrow(`the run is being written by process ${child.pid} on ${hostname()}`);
    await expect(run.lock()).rejects.toThrow(expect.objectContaining({ hint: expect.stringContaining("delete") }));
    child.stdin?.end();
    await once(child, "exit");
    expect(await readdir(join(folder, "r"))).toEqual(["manifest.json"]);
    await reopened(folder);
  });

  it("that was killed is taken over", async () => {
    const folder = await closedRun();
    const { child, says } = startHolder(folder);
    expect(await says).toBe("locked");
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await readdir(join(folder, "r"))).toContain("lock");
    const run = await reopened(folder);
    await run.append("records", "one");
    expect((await readdir(join(folder, "r"))).toSorted()).toEqual(["lock", "manifest.json", "records.jsonl"]);
  });

  it("that was killed is taken over by one of many that try at once", async () => {
    const folder = await closedRun();
    await writeFile(join(folder, "r", "lock"), JSON.stringify({ pid: 2 ** 22 + 1, host: hostname() }));
    const holders = Array.from({ length: 6 }, () => startHolder(folder));
    const said = await Promise.all(holders.map(({ says }) => says));
    expect(said.filter((text) => text === "locked")).toHaveLength(1);
    expect(said.filter((text) => text.startsWith("refused: the run is being written by process "))).toHaveLength(5);
    const winner = holders[said.indexOf("locked")];
    expect(said.filter((text) => text !== "locked").every((text) => text.includes(` ${winner?.child.pid} `))).toBe(
      true,
    );
    for (const { child } of holders) child.stdin?.end();
    await Promise.all(holders.map(({ child }) => once(child, "exit")));
    expect(await readdir(join(folder, "r"))).toEqual(["manifest.json"]);
  });

  it("on another machine is never taken over", async () => {
    const folder = await closedRun();
    await writeFile(join(folder, "r", "lock"), JSON.stringify({ pid: 1, host: "elsewhere" }));
    const run = await new FileStore(folder).open("r");
    await expect(run.lock()).rejects.toThrow("process 1 on elsewhere");
  });

  it("with our own number is a dead process's when we don't hold it, as in a restarted container", async () => {
    const folder = await closedRun();
    await writeFile(join(folder, "r", "lock"), JSON.stringify({ pid: process.pid, host: hostname() }));
    await reopened(folder);
  });

  it.each(["", "{", "null", '{"pid":"1"}'])("that says %j is nobody's", async (content) => {
    const folder = await closedRun();
    await writeFile(join(folder, "r", "lock"), content);
    await reopened(folder);
  });

  it("in a folder that can't be written is a RunError", async () => {
    const { run } = await begun();
    await run.close();
    const gone = await new FileStore(join(run.location, "..")).open("r");
    await rm(run.location, { recursive: true });
    await expect(gone.lock()).rejects.toThrow(/can't lock the run: ENOENT/);
    await expect(gone.lock()).rejects.toThrow(RunError);
  });
});

describe("a full disk", () => {
  // `ulimit -f` (in units of 1,024 bytes) lets the kernel take a part of the bytes and then refuse, as a full disk does.
  async function fill(lineLength: number) {
    const { folder, run } = await begun();
    await run.close();
    const script = join(import.meta.dirname, "fill-disk.ts");
    const command = `ulimit -f 64 && exec "$@"`;
    const args = [process.execPath, "--import", import.meta.resolve("tsx"), script, folder, "r", String(lineLength)];
    const child = spawn("bash", ["-c", command, "bash", ...args], { stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (data) => {
      stdout += String(data);
    });
    child.stderr.on("data", (data) => {
      stderr += String(data);
    });
    const [code] = await once(child, "close");
    expect(code, stderr).toBe(0);
    return { folder, report: JSON.parse(stdout), records: await readFile(join(folder, "r", "records.jsonl"), "utf8") };
  }

  it.each([999, 3000, 40_000])(
    "takes lines of %i bytes whole or not at all, and ends in a RunError",
    async (length) => {
      const { folder, report, records } = await fill(length);
      const lines = Math.floor(65_536 / (length + 1));
      expect(report.appended).toBe(lines);
      expect(report.append).toContain("records.jsonl: can't write: EFBIG");
      expect(report.size).toBe(lines * (length + 1));
      expect(records.split("\n")).toEqual([...Array.from({ length: lines }, () => "x".repeat(length)), "y", ""]);
      expect(report.afterwards).toBe(records.length);
      expect(report.write).toContain("report.html: can't write: ");
      // Nobody waits for a score to be written; that it wasn't is told by the next, and at the end.
      expect(report.score).toContain("scores.jsonl: can't write: EFBIG");
      expect(report.close).toBe(report.score);
      const scores = await readFile(join(folder, "r", "scores.jsonl"), "utf8");
      expect(scores === "" || scores.endsWith("x\n")).toBe(true);
      expect((await readdir(join(folder, "r"))).toSorted()).toEqual(["manifest.json", "records.jsonl", "scores.jsonl"]);
    },
  );
});

describe("a folder of runs", () => {
  it("that can't be made is told with the way out", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "file"), "");
    const store = new FileStore(join(folder, "file", "runs"));
    await expect(store.create("r")).rejects.toThrow(UsageError);
    await expect(store.create("r")).rejects.toThrow(
      expect.objectContaining({ hint: "choose another one with --runs" }),
    );
    expect(await store.list()).toEqual([]);
  });

  it("passes over what is no run", async () => {
    const { folder } = await begun();
    await mkdir(join(folder, "not-a-run"));
    await mkdir(join(folder, ".cache"));
    await mkdir(join(folder, "odd", "manifest.json"), { recursive: true });
    await writeFile(join(folder, "notes.txt"), "");
    expect(await new FileStore(folder).list()).toEqual(["r"]);
  });
});
