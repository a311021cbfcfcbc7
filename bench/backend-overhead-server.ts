import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * A vLLM-like server in a process of its own that takes a fixed time for every answer and no thought: it tells letters A to D. It measures what
 * it really took, since timers are late by up to a millisecond. Argument: latency in ms. Prints its port; on SIGTERM its mean latency.
 */
const latencyMs = Number(process.argv[2] ?? 20);
let served = 0;
let totalMs = 0;

const pages: Readonly<Record<string, unknown>> = {
  "/v1/models": {
    object: "list",
    data: [{ id: "simulated", object: "model", owned_by: "vllm", root: "simulated", max_model_len: 4096 }],
  },
  "/version": { version: "0.11.2" },
};
const TOP = { "token_id:1": -1.5, "token_id:2": -0.75, "token_id:3": -2.25, "token_id:4": -3.5, "token_id:99": -4.5 };
const answer = JSON.stringify({
  id: "cmpl-1",
  object: "text_completion",
  created: 1,
  model: "simulated",
  choices: [
    {
      index: 0,
      text: " B",
      logprobs: { text_offset: [0], token_logprobs: [-0.75], tokens: ["token_id:2"], top_logprobs: [TOP] },
      finish_reason: "length",
      stop_reason: null,
    },
  ],
  usage: { prompt_tokens: 60, total_tokens: 61, completion_tokens: 1, prompt_tokens_details: null },
});

const due: { readonly at: number; readonly begun: number; readonly send: () => void }[] = [];
let ticking = false;

/** Timers are late; the last millisecond before an answer is due is waited out in turns of the event loop. */
function tick(): void {
  const now = performance.now();
  for (let first = due[0]; first !== undefined && first.at <= now; first = due[0]) {
    due.shift();
    first.send();
    served += 1;
    totalMs += performance.now() - first.begun;
  }
  const next = due[0];
  if (next === undefined) ticking = false;
  else if (next.at - performance.now() > 2) setTimeout(tick, next.at - performance.now() - 2);
  else setImmediate(tick);
}

const server = createServer((request, response) => {
  const begun = performance.now();
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const path = request.url ?? "";
    response.setHeader("content-type", "application/json");
    if (path === "/v1/completions") {
      due.push({ at: begun + latencyMs, begun, send: () => void response.end(answer) });
      if (!ticking) {
        ticking = true;
        tick();
      }
    } else if (path === "/tokenize") {
      const prompt = (JSON.parse(Buffer.concat(chunks).toString()) as { readonly prompt: string }).prompt;
      const letter = "ABCD".indexOf(prompt.at(-1) ?? "");
      response.end(
        JSON.stringify({
          count: 2,
          max_model_len: 4096,
          tokens: letter < 0 ? [10, 11] : [10, 11, letter + 1],
          token_strs: null,
        }),
      );
    } else {
      response.statusCode = Object.hasOwn(pages, path) ? 200 : 404;
      response.end(JSON.stringify(pages[path] ?? { detail: "Not Found" }));
    }
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
process.on("SIGTERM", () => {
  process.stdout.write(`${totalMs / served}\n`, () => process.exit(0));
});
