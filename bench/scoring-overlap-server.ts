import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * A vLLM-like server in a process of its own that writes a few sentences for every prompt, after a time drawn from the prompt: the same for the same prompt,
 * so that every run against it has to wait equally long. Arguments: least and greatest latency in ms. Prints its port.
 */
const [leastMs = 100, mostMs = 200] = process.argv.slice(2).map(Number);

const NAMES = ["Ben", "Olga", "Noah", "Emma", "Jack", "Lucy", "Omar", "Sara"];
const PLACES = ["garden", "museum", "harbour", "market", "farm", "beach", "library", "station"];
const THINGS = ["a green scarf", "an old map", "a yellow kite", "a black umbrella", "a red apple", "a small lamp"];
const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

const pages: Readonly<Record<string, unknown>> = {
  "/v1/models": {
    object: "list",
    data: [{ id: "simulated", object: "model", owned_by: "vllm", root: "simulated", max_model_len: 4096 }],
  },
  "/version": { version: "0.11.2" },
};

/** One to four sentences of which no two prompts get the same. */
function answerTo(prompt: string): { readonly text: string; readonly afterMs: number } {
  const dice = createHash("sha256").update(prompt).digest();
  const pick = (from: readonly string[], at: number): string => from[(dice[at] ?? 0) % from.length] ?? "";
  const sentences = Array.from({ length: 1 + ((dice[0] ?? 0) % 4) }, (_, index) => {
    const at = 1 + 5 * index;
    return `On ${pick(DAYS, at)}, ${pick(NAMES, at + 1)} went to the ${pick(PLACES, at + 2)} with ${pick(NAMES, at + 3)} and came home with ${pick(THINGS, at + 4)}.`;
  });
  return { text: ` ${sentences.join(" ")}`, afterMs: leastMs + ((mostMs - leastMs) * dice.readUInt16LE(30)) / 65_535 };
}

const server = createServer((request, response) => {
  const begun = performance.now();
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const path = request.url ?? "";
    response.setHeader("content-type", "application/json");
    if (path !== "/v1/completions") {
      response.statusCode = Object.hasOwn(pages, path) ? 200 : 404;
      response.end(JSON.stringify(pages[path] ?? { detail: "Not Found" }));
      return;
    }
    const { prompt } = JSON.parse(Buffer.concat(chunks).toString()) as { readonly prompt: string };
    const { text, afterMs } = answerTo(prompt);
    const body = JSON.stringify({
      id: "cmpl-1",
      object: "text_completion",
      created: 1,
      model: "simulated",
      choices: [{ index: 0, text, logprobs: null, finish_reason: "stop", stop_reason: null }],
      usage: { prompt_tokens: 60, total_tokens: 100, completion_tokens: 40 },
    });
    setTimeout(() => response.end(body), Math.max(0, afterMs - (performance.now() - begun)));
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
