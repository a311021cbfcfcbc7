import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WorkerThread } from "../../../src/onnx/worker/worker-thread.ts";
import { packageRoot } from "../../../src/package-root.ts";

const PROGRAM = fileURLToPath(new URL("./process/embed-and-end.ts", import.meta.url));
let home: string;
let temporary: string;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "quantgate-home-"));
  temporary = join(home, "tmp");
  mkdirSync(temporary);
});
afterAll(() => rmSync(home, { recursive: true }));

async function run(ending: "closed" | "left open"): Promise<string> {
  const { ORT_DISABLE_TELEMETRY: _, ...env } = process.env;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--import", "tsx", PROGRAM, join(packageRoot(), "models", "demo-encoder"), ending],
    { env: { ...env, HOME: home, TMPDIR: temporary, XDG_CACHE_HOME: join(home, ".cache") } },
  );
  return stdout;
}

describe("a program with inference threads", () => {
  it("ends when it has closed them", async () => {
    expect(await run("closed")).toBe("2 embeddings\nclosed\n");
  });

  it("ends even when it forgot to close them", async () => {
    expect(await run("left open")).toBe("2 embeddings\n");
  });

  it("doesn't make ONNX Runtime report to its maker", async () => {
    await run("closed");
    const files = readdirSync(home, { recursive: true, encoding: "utf8" });
    // The telemetry of ONNX Runtime's Linux builds keeps its queue in ~/.cache/Microsoft, and a log among the temporary files.
    expect(files.filter((name) => /Microsoft|onnxruntime|mat-debug/i.test(name))).toEqual([]);
  });
});

describe("a thread", () => {
  it("that can't do what it is asked says why, and goes on", async () => {
    const thread = new WorkerThread();
    const unknown = { encoder: "unknown", texts: ["a"] };
    await expect(thread.call("tokenize", unknown)).rejects.toMatchObject({
      kind: "inference-failed",
      message: expect.stringContaining("isn't open in this worker"),
    });
    expect(await thread.call("match", [])).toEqual([]);
    await thread.close();
    expect(thread.ended).toBe(true);
  });

  it("that is gone answers every call with an error", async () => {
    const thread = new WorkerThread();
    await thread.close();
    await thread.close();
    await expect(thread.call("match", [])).rejects.toMatchObject({ kind: "inference-failed" });
  });
});
