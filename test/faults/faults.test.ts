import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { until } from "../support/cli.ts";
import type { FakeServer } from "../support/fake-server.ts";
import {
  answered,
  ITEMS,
  newestRun,
  outcomeOf,
  RUN_FLAGS,
  recordsOf,
  run,
  type Stage,
  setStage,
  startRun,
  undisturbed,
} from "./harness.ts";

const CLI = join(import.meta.dirname, "..", "..", "dist", "src", "cli", "main.js");

let server: FakeServer | undefined;
afterEach(async () => {
  await server?.kill("SIGKILL");
  server = undefined;
});

/** Resolves with the id of a new run once the server has answered some of its items, and long before it has answered all. */
async function underWay(stage: Stage, before: string): Promise<string> {
  await until(async () => {
    const id = await newestRun(stage);
    return (
      id !== before && (await recordsOf(stage, id)).filter(({ variant }) => variant.endsWith("@server")).length >= 3
    );
  });
  return newestRun(stage);
}

describe("every item ends in one record, and the scores are those of an undisturbed run", () => {
  it("while the server errs, throttles, cuts, drips, hangs and talks garbage", async () => {
    const stage = await setStage("vllm", { idleMs: 700, totalMs: 2500 });
    const right = await undisturbed(stage);
    const disturbances: readonly (readonly string[])[] = [
      ["--fault", "500:0.2", "--fault", "503:0.1"],
      ["--fault", "429:0.2", "--retry-after", "1"],
      ["--fault", "cut:0.2", "--fault", "garbage:0.15", "--fault", "empty:0.1"],
      ["--fault", "hang:0.05", "--fault", "drip:0.05"],
    ];
    for (const faults of disturbances) {
      server = await stage.serve(faults);
      const { code, stderr } = await run(stage);
      await server.kill("SIGKILL");
      expect(code, `${faults.join(" ")}: ${stderr}`).toBe(0);
      expect(await outcomeOf(stage, await newestRun(stage)), faults.join(" ")).toEqual(right);
    }
  });

  it("when the server is killed and comes back", async () => {
    const stage = await setStage();
    const right = await undisturbed(stage);
    server = await stage.serve(["--latency", "100"]);
    const before = await newestRun(stage);
    const running = startRun(stage);
    await underWay(stage, before);
    await server.kill("SIGKILL");
    server = await stage.serve();
    const { code, stderr } = await running.result;
    expect(code, stderr).toBe(0);
    expect(await outcomeOf(stage, await newestRun(stage))).toEqual(right);
  });

  it("when the server keeps killing itself, and a watchdog starts it again", async () => {
    const stage = await setStage();
    const right = await undisturbed(stage);
    let stopped = false;
    let starts = 0;
    const watchdog = (async () => {
      while (!stopped) {
        const current = await stage.serve(["--die-after", "9"]);
        starts += 1;
        server = current;
        await until(() => stopped || !isAlive(current.pid));
        await current.kill("SIGKILL");
      }
    })();
    await until(() => starts > 0);
    const { code, stderr } = await run(stage);
    stopped = true;
    await watchdog;
    expect(code, stderr).toBe(0);
    expect(starts).toBeGreaterThan(2);
    expect(await outcomeOf(stage, await newestRun(stage))).toEqual(right);
  });

  it("when the runner is killed, and resumed", async () => {
    const stage = await setStage();
    const right = await undisturbed(stage);
    server = await stage.serve(["--latency", "60"]);
    const before = await newestRun(stage);
    const running = startRun(stage);
    const id = await underWay(stage, before);
    running.child.kill("SIGKILL");
    await running.result;
    expect(await answered(stage, id)).toBeLessThan(2 * ITEMS);
    const { code, stderr } = await run(stage, ["--resume", id]);
    expect(code, stderr).toBe(0);
    expect(await outcomeOf(stage, id)).toEqual(right);
  });

  it("when the disk is full, and then has room again", async () => {
    const stage = await setStage();
    const right = await undisturbed(stage);
    server = await stage.serve();
    const before = await newestRun(stage);
    // No file may grow past 8 blocks of 1024 bytes: the journal meets that limit in the middle, as it would meet a full disk.
    const limited = spawn(
      "bash",
      [
        "-c",
        'ulimit -f 8; exec "$0" "$@"',
        process.execPath,
        // The limit's signal would kill the process; a disk that is full sends none.
        "--import",
        'data:text/javascript,process.on("SIGXFSZ", () => {})',
        CLI,
        "run",
        stage.spec,
        "--runs",
        stage.runs,
        ...RUN_FLAGS,
      ],
      {
        stdio: ["ignore", "ignore", "pipe"],
        env: { ...process.env, QUANTGATE_CACHE: join(stage.folder, "cache-limited") },
      },
    );
    let stderr = "";
    limited.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const [code] = (await once(limited, "close")) as [number | null];
    expect(code, stderr).toBe(4);
    expect(stderr).toMatch(/can't write/);
    const id = await newestRun(stage);
    expect(id).not.toBe(before);
    const kept = await answered(stage, id);
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(2 * ITEMS);
    const resumed = await run(stage, ["--resume", id]);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(await outcomeOf(stage, id)).toEqual(right);
  });
});

describe("a wrong model behind the name", () => {
  it("that comes back after an outage stops the run; the right one finishes it", async () => {
    const stage = await setStage("ollama");
    const right = await undisturbed(stage);
    server = await stage.serve(["--latency", "100"]);
    const before = await newestRun(stage);
    const running = startRun(stage);
    const id = await underWay(stage, before);
    await server.kill("SIGKILL");
    server = await stage.serve([], "demo-Q2_K");
    const { code, stderr } = await running.result;
    expect(code, stderr).toBe(4);
    expect(stderr).toMatch(/came back with another weights|other weights/);
    const kept = await recordsOf(stage, id);
    expect(kept.every(({ outcome }) => outcome.kind === "answered")).toBe(true);

    const wrong = await run(stage, ["--resume", id]);
    expect(wrong.code).not.toBe(0);
    expect(wrong.stderr).toMatch(/other weights/);
    await server.kill("SIGKILL");
    server = await stage.serve();
    const resumed = await run(stage, ["--resume", id]);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(await outcomeOf(stage, id)).toEqual(right);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
