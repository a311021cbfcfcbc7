import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { Backend } from "../../../src/backend/backend.ts";
import { openLlamaCpp } from "../../../src/backend/llama-cpp/open.ts";
import { openBackend } from "../../../src/backend/registry.ts";
import type { LettersRequest, TextRequest } from "../../../src/domain/answer.ts";
import { InterruptedError } from "../../../src/domain/errors.ts";
import type { Quantization } from "../../../src/domain/quantization.ts";
import { probe } from "../../../src/probe/probe.ts";
import { BackendSchema, type LlamaCppConfig } from "../../../src/spec/backend-schema.ts";
import type { ResolvedVariant } from "../../../src/spec/resolved.ts";
import { backendContract } from "../../contract/backend.contract.ts";
import { testDeps } from "../../support/backend-deps.ts";
import { DEMO_MODELS } from "../../support/fake-server.ts";
import { freePort } from "../../support/free-port.ts";
import { llamaServerMissing, type RealLlamaServer, startLlamaServer } from "./real-llama-server.ts";

const never = new AbortController().signal;
/**
 * Largest difference in log-probability from the embedded backend, both without flash attention on one thread. Measured with b11669: 8e-7 for
 * Q8_0, 3e-3 for F16, whose kernels add in another order. Wider here, for other builds and processors.
 */
const TOLERANCE = { "demo-Q8_0": 1e-3, "demo-F16": 3e-2 } as const;
/** A greedy choice between tokens as close as that may fall either way. */
const NEAR_TIE = 0.05;
type File = keyof typeof TOLERANCE;
const FILES: readonly File[] = ["demo-Q8_0", "demo-F16"];
const APIS = [
  { type: "llama-server" },
  { type: "openai" },
  { type: "openai", stream: false },
] as const satisfies readonly Readonly<Record<string, unknown>>[];

/** Thirty questions of the kind that the demo model was trained on. */
const QUESTIONS = ["plus", "minus", "times"].flatMap((word) =>
  Array.from({ length: 10 }, (_, index) => {
    const [a, b] = [index + 3, ((index * 7 + 1) % 5) + 1];
    return `Question: What is ${a} ${word} ${b}?\nAnswer:`;
  }),
);
const LETTERS = [" 1", " 2", " 3", " 4", " 5", " 6", " 7", " 8", " 9"];

const fileOf = (name: string): string => join(DEMO_MODELS, `${name}.gguf`);

function text(prompt: string, maxTokens: number): TextRequest {
  return { kind: "text", prompt, maxTokens, stop: [], temperature: 0, seed: 0 };
}

function letters(prompt: string): LettersRequest {
  return { kind: "letters", prompt, letters: LETTERS };
}

function variantOf(model: string, quantization: Quantization, backend: Readonly<Record<string, unknown>>) {
  const config = BackendSchema.parse(backend);
  return {
    id: `demo/${quantization}@real`,
    model: "demo",
    quantization,
    backendName: "real",
    backend: config,
    source: model,
  } satisfies ResolvedVariant;
}

function open(model: string, backend: Readonly<Record<string, unknown>>): Promise<Backend> {
  return openBackend(variantOf(model, "Q8_0", backend), testDeps(), never);
}

function embedded(file: string): Promise<Backend> {
  const config = BackendSchema.parse({ type: "llama-cpp", contextSize: 128 }) as LlamaCppConfig;
  return openLlamaCpp(fileOf(file), config, never);
}

/** A relay on the way to a server, to see which connections carry a question and are still open. */
async function startRelay(port: number) {
  const open = new Set<Socket>();
  const asking = new Set<Socket>();
  const relay = createServer((socket) => {
    open.add(socket);
    const server = connect(port, "127.0.0.1");
    socket.pipe(server).pipe(socket);
    socket.on("data", (chunk: Buffer) => {
      if (chunk.includes("POST /completion")) asking.add(socket);
    });
    for (const end of [socket, server]) end.on("error", () => {});
    socket.on("close", () => {
      open.delete(socket);
      asking.delete(socket);
      server.destroy();
    });
  });
  const at = await freePort();
  await new Promise<void>((resolve) => relay.listen(at, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    relay.close();
  });
  return { url: `http://127.0.0.1:${at}`, asking };
}

describe.skipIf(llamaServerMissing)(
  `a real llama-server${llamaServerMissing === undefined ? "" : ` (skipped: ${llamaServerMissing})`}`,
  () => {
    const servers = new Map<string, RealLlamaServer>();
    const references = new Map<string, Backend>();
    beforeAll(async () => {
      for (const file of FILES) {
        // The embedded backend runs without flash attention.
        servers.set(file, await startLlamaServer(fileOf(file), "-c", "512", "--alias", file, "-fa", "off"));
        references.set(file, await embedded(file));
      }
    });
    afterAll(async () => {
      for (const server of servers.values()) await server.stop();
      for (const reference of references.values()) await reference.close();
    });

    const urlOf = (file: File): string => servers.get(file)?.url ?? "";
    const referenceOf = (file: File): Backend => {
      const reference = references.get(file);
      if (reference === undefined) throw new Error(`${file} is not open`);
      return reference;
    };
    const openHere = async (file: File, backend: Readonly<Record<string, unknown>>): Promise<Backend> => {
      const opened = await open(file, { ...backend, url: urlOf(file) });
      onTestFinished(() => opened.close());
      return opened;
    };

    for (const api of APIS) {
      backendContract(
        {
          name: `${JSON.stringify(api)} at a real llama-server`,
          open: (model) => open(model, { ...api, url: urlOf("demo-Q8_0") }),
          quantization: "Q8_0",
          tellsDigest: api.type === "llama-server",
          missingModel: "no-such-model",
        },
        () => embedded("demo-Q8_0"),
      );
    }

    describe.each(FILES)("%s", (file) => {
      it.each(APIS)("writes what the embedded backend writes: $type, stream $stream", async (api) => {
        const [backend, reference] = [await openHere(file, api), referenceOf(file)];
        const nearTies: string[] = [];
        for (const prompt of QUESTIONS) {
          const [mine, right] = [
            await backend.generate(text(prompt, 16), never),
            await reference.generate(text(prompt, 16), never),
          ];
          if (mine.text !== right.text) {
            expect(await smallestLead(urlOf(file), prompt), prompt).toBeLessThan(NEAR_TIE);
            nearTies.push(prompt);
          }
          expect(mine.timings.promptMs).toBeGreaterThan(0);
          expect(mine.timings.decodeMs).toBeGreaterThan(0);
        }
        if (nearTies.length > 0) process.stdout.write(`near-ties, ${file}: ${nearTies.join(" ")}\n`);
        expect(nearTies.length).toBeLessThanOrEqual(2);
      });

      it.each(APIS)("gives letters the embedded backend's log-probabilities: $type", async (api) => {
        const [backend, reference] = [await openHere(file, api), referenceOf(file)];
        let shown = 0;
        for (const prompt of QUESTIONS) {
          const [mine, right] = [
            await backend.generate(letters(prompt), never),
            await reference.generate(letters(prompt), never),
          ];
          for (const [index, logprob] of mine.logprobs.entries()) {
            if (logprob === "not-shown") continue;
            shown += 1;
            expect(Math.abs(logprob - Number(right.logprobs[index]))).toBeLessThan(TOLERANCE[file]);
          }
        }
        expect(shown).toBeGreaterThan(2 * QUESTIONS.length);
      });

      it.each(APIS)("passes the probe, and tells build, context and quantization: $type", async (api) => {
        const quantization = file === "demo-F16" ? "FP16" : "Q8_0";
        const report = await examine(file, quantization, { ...api, url: urlOf(file) });
        expect(report.findings.filter(({ level }) => level === "stop")).toEqual([]);
        expect(report.findings.find(({ check }) => check === "quantization")).toMatchObject({ level: "ok" });
        expect(report.identity?.build).toMatch(/^llama-server b\d+/);
        expect(report.identity?.settings).toMatchObject({
          contextSize: 128,
          ...(api.type === "openai" ? { dialect: "llama-server" } : { slots: expect.any(Number) }),
        });
      });
    });

    it("writes the same in chat as the template's prompt does", async () => {
      const chat = await openHere("demo-Q8_0", { type: "openai", api: "chat" });
      for (const prompt of QUESTIONS.slice(0, 3)) {
        const rendered = `<|im_start|>user\n${prompt}<|im_end|>\n<|im_start|>assistant\n`;
        const right = await referenceOf("demo-Q8_0").generate(text(rendered, 8), never);
        expect(await chat.generate(text(prompt, 8), never)).toMatchObject({
          text: right.text,
          tokens: { prompt: right.tokens.prompt },
        });
        const { logprobs } = await chat.generate(letters(prompt), never);
        expect(logprobs).toHaveLength(LETTERS.length);
      }
    });

    it.each(APIS)("whose context is full in the middle of an answer is an overflow: $type", async (api) => {
      const backend = await openHere("demo-Q8_0", api);
      const prompt = `${"Question: ".repeat(37)}What is the capital of Haiti?\nAnswer:`;
      await expect(backend.generate(text(prompt, 100), never)).rejects.toMatchObject({ kind: "context-overflow" });
    });

    it("gets the closed connection when a request is given up", async () => {
      const server = servers.get("demo-Q8_0");
      if (server === undefined) throw new Error("it has not started");
      const relay = await startRelay(server.port);
      const backend = await open("demo-Q8_0", { type: "llama-server", url: relay.url });
      onTestFinished(() => backend.close());
      server.freeze();
      onTestFinished(() => server.thaw());
      const giveUp = new AbortController();
      const pending = backend.generate(text("Question:", 60), giveUp.signal);
      await expect.poll(() => relay.asking.size).toBe(1);
      giveUp.abort();
      await expect(pending).rejects.toBeInstanceOf(InterruptedError);
      await expect.poll(() => relay.asking.size).toBe(0);
      server.thaw();
      expect((await backend.generate(text("Question:", 4), never)).tokens.completion).toBeGreaterThan(0);
    });

    it("that serves Q2_K in a file named Q8_0 is caught", async () => {
      const folder = await mkdtemp(join(tmpdir(), "quantgate-real-"));
      onTestFinished(() => rm(folder, { recursive: true, force: true }));
      const file = join(folder, "demo-Q8_0.gguf");
      await copyFile(fileOf("demo-Q2_K"), file);
      const server = await startLlamaServer(file, "-c", "128", "--alias", "demo-Q8_0");
      onTestFinished(() => server.stop());
      for (const { type } of APIS) {
        const report = await examine("demo-Q8_0", "Q8_0", { type, url: server.url });
        expect(report.findings.find(({ level }) => level === "stop")).toMatchObject({
          check: "quantization",
          message: expect.stringContaining("Q2_K"),
        });
      }
    });

    it.each(APIS)("whose slots share too small a cache costs no item: $type", async (api) => {
      const server = await startLlamaServer(
        fileOf("demo-Q8_0"),
        "-c",
        "128",
        "-np",
        "4",
        "-kvu",
        "--alias",
        "demo-Q8_0",
      );
      onTestFinished(() => server.stop());
      const backend = await open("demo-Q8_0", { ...api, url: server.url, concurrency: { adaptive: 4 } });
      onTestFinished(() => backend.close());
      const requests = QUESTIONS.slice(0, 12).map((question) => text("Question: ".repeat(32) + question, 8));
      const together = await Promise.all(requests.map((request) => backend.generate(request, never)));
      for (const [index, request] of requests.entries())
        expect(together[index]?.text).toBe((await backend.generate(request, never)).text);
    });
  },
);

/** How far ahead the likeliest token is where it is the least so, in nats. */
async function smallestLead(url: string, prompt: string): Promise<number> {
  const body = JSON.stringify({ prompt, n_predict: 16, temperature: 0, n_probs: 2, cache_prompt: false });
  const reply = await fetch(`${url}/completion`, { method: "POST", body });
  const { completion_probabilities: positions } = (await reply.json()) as {
    completion_probabilities: { top_logprobs: { logprob: number }[] }[];
  };
  return Math.min(
    ...positions.map(({ top_logprobs: [first, second] }) => (first?.logprob ?? 0) - (second?.logprob ?? -100)),
  );
}

function examine(model: string, quantization: Quantization, backend: Readonly<Record<string, unknown>>) {
  return probe(variantOf(model, quantization, backend), (which, signal) => openBackend(which, testDeps(), signal), {
    needs: new Set(["text", "letters"]),
    repeats: 3,
    now: () => new Date(),
    signal: never,
    longest: { prompt: QUESTIONS[0] ?? "", maxTokens: 16 },
  });
}
