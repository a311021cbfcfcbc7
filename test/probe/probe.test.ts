import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openBackend } from "../../src/backend/registry.ts";
import type { Quantization } from "../../src/domain/quantization.ts";
import type { Need } from "../../src/probe/ask.ts";
import type { Check, ProbeReport } from "../../src/probe/finding.ts";
import { mayRun } from "../../src/probe/finding.ts";
import { probe } from "../../src/probe/probe.ts";
import { BackendSchema } from "../../src/spec/backend-schema.ts";
import type { ResolvedVariant } from "../../src/spec/resolved.ts";
import { testDeps } from "../support/backend-deps.ts";
import { DEMO_MODELS, type FakeServer, startFakeServer } from "../support/fake-server.ts";

const TYPES = { ollama: "ollama", vllm: "openai", tgi: "tgi", "llama-server": "llama-server" } as const;
type Dialect = keyof typeof TYPES;

let cacheFolder: string;
let server: FakeServer | undefined;
beforeAll(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), "quantgate-probe-"));
});
afterEach(async () => {
  await server?.kill("SIGTERM");
  server = undefined;
});
afterAll(() => rm(cacheFolder, { recursive: true, force: true }));

interface Trial {
  readonly dialect: Dialect;
  readonly file?: string;
  readonly label?: Quantization;
  readonly needs?: readonly Need[];
  readonly flags?: readonly string[];
  readonly model?: string;
}

async function examine({
  dialect,
  file = "demo-Q8_0",
  label = "Q8_0",
  needs = ["text", "letters"],
  flags = [],
  model = "demo",
}: Trial): Promise<ProbeReport> {
  await server?.kill("SIGTERM");
  server = await startFakeServer([
    ...["--dialect", dialect, "--model", join(DEMO_MODELS, `${file}.gguf`), "--name", "demo"],
    ...flags,
  ]);
  const backend = BackendSchema.parse({ type: TYPES[dialect], url: server.url, retries: 0 });
  const variant: ResolvedVariant = {
    id: `demo/${label}@fake`,
    model: "demo",
    quantization: label,
    backendName: "fake",
    backend,
    source: model,
  };
  const signal = new AbortController().signal;
  return probe(variant, (which, stop) => openBackend(which, testDeps(), stop), {
    needs: new Set(needs),
    repeats: 3,
    cacheFolder,
    now: () => new Date("2026-01-02T03:04:05Z"),
    signal,
    longest: { prompt: "Question: What is the capital of Haiti?\nAnswer:", maxTokens: 16 },
  });
}

function levels(report: ProbeReport): Partial<Record<Check, string>> {
  return Object.fromEntries(report.findings.map(({ check, level }) => [check, level]));
}

function stops(report: ProbeReport): string[] {
  return report.findings.filter(({ level }) => level === "stop").map(({ check }) => check);
}

describe("an honest server", () => {
  it.each(["ollama", "vllm", "tgi", "llama-server"] as const)("passes: %s", async (dialect) => {
    const report = await examine({ dialect });
    expect(stops(report)).toEqual([]);
    expect(mayRun(report)).toBe(true);
    expect(levels(report)).toMatchObject({
      reachable: "ok",
      capabilities: "ok",
      "whole-prompt": "ok",
      context: "ok",
      "token-limit": "ok",
      repeats: "ok",
      fingerprint: "ok",
    });
    expect(report.identity?.build).toMatch(/\d/);
  });

  it("tells what a server does not tell", async () => {
    const report = await examine({ dialect: "vllm", needs: ["continuations"] });
    expect(levels(report)).toMatchObject({ quantization: "warn", weights: "warn", "log-probabilities": "ok" });
  });

  it("warns that the demo model is too weak to copy letters, without stopping", async () => {
    const report = await examine({ dialect: "vllm", needs: ["continuations"] });
    expect(levels(report)["copy-the-letter"]).toBe("warn");
    expect(mayRun(report)).toBe(true);
  });
});

describe("a server that would mislead is stopped by name", () => {
  it("is not there", async () => {
    const report = await examine({ dialect: "vllm", model: "another" });
    expect(stops(report)).toEqual(["reachable"]);
    expect(report.findings[0]?.message).toMatch(/no model "another"; it has demo/);
  });

  it.each(["vllm", "tgi"] as const)("ignores echo: %s", async (dialect) => {
    const report = await examine({ dialect, needs: ["continuations"], flags: ["--ignore-echo"] });
    expect(stops(report)).toEqual(["log-probabilities"]);
    expect(report.findings.at(-1)?.message).toMatch(/did not echo/);
  });

  it("can score no continuations at all", async () => {
    const report = await examine({ dialect: "ollama", needs: ["continuations"] });
    expect(stops(report)).toEqual(["capabilities"]);
  });

  it.each(["ollama", "llama-server"] as const)("returns constant log-probabilities: %s", async (dialect) => {
    const report = await examine({ dialect, flags: ["--constant-logprobs"] });
    expect(stops(report)).toContain("log-probabilities");
    expect(report.findings.find(({ level }) => level === "stop")?.message).toMatch(/constant/);
  });

  it("returns constant log-probabilities for continuations", async () => {
    const report = await examine({ dialect: "vllm", needs: ["continuations"], flags: ["--constant-logprobs"] });
    expect(stops(report)).toContain("log-probabilities");
  });

  it("leaves log-probabilities out", async () => {
    const report = await examine({ dialect: "ollama", flags: ["--ignore-logprobs"] });
    expect(stops(report)).toEqual(["log-probabilities"]);
  });

  it.each(["ollama", "vllm", "llama-server"] as const)("cuts prompts without a word: %s", async (dialect) => {
    const report = await examine({ dialect, flags: ["--cut-prompt", "40"] });
    expect(stops(report)).toContain("whole-prompt");
  });

  it("serves Q2_K under the name Q8_0, and its metadata says so", async () => {
    const report = await examine({ dialect: "ollama", file: "demo-Q2_K", label: "Q8_0" });
    expect(stops(report)).toContain("quantization");
    expect(report.findings.find(({ check }) => check === "quantization")?.message).toMatch(/Q8_0.*Q2_K/);
  });

  it("serves Q2_K under the digest of Q8_0, and its metadata lies", async () => {
    const honest = await examine({ dialect: "ollama" });
    expect(mayRun(honest)).toBe(true);
    const digest = honest.identity?.weightsDigest?.replace("sha256:", "") ?? "";
    const flags = ["--claim-quantization", "Q8_0", "--claim-digest", digest];
    const lying = await examine({ dialect: "ollama", file: "demo-Q2_K", flags });
    expect(lying.identity?.weightsDigest).toBe(honest.identity?.weightsDigest);
    expect(stops(lying)).toEqual(["fingerprint"]);
    expect(stops(await examine({ dialect: "ollama", file: "demo-Q2_K", flags }))).toEqual(["fingerprint"]);
  });

  it("changes its answers between repeats", async () => {
    for (const dialect of ["ollama", "vllm"] as const) {
      const report = await examine({ dialect, flags: ["--unstable"] });
      expect(stops(report)).toContain("repeats");
    }
  });
});
