import { type AddressInfo, createServer, type Socket } from "node:net";

/**
 * A vLLM-like server in a process of its own that takes a fixed time for every answer and no thought: it tells letters A to D. A measuring device:
 * no answer leaves before its time, counted from the request's last byte, and none much after it. Timers are up to a millisecond late, so while an
 * answer is due the event loop turns without sleeping (it takes a core for itself); Node's HTTP server would add work of its own to every answer, so
 * the few forms of HTTP that the runner sends are read by hand. Argument: latency in ms. Prints its port; on SIGTERM, as JSON, the shortest, mean
 * and longest time that it really took.
 */
const latencyMs = Number(process.argv[2] ?? 20);
const END_OF_HEAD = "\r\n\r\n";

interface Due {
  readonly socket: Socket;
  readonly begunMs: number;
}

/** All answers take equally long, so they fall due in the order in which they were asked for. */
const due: Due[] = [];
let next = 0;
let turning = false;
const took = { answers: 0, shortestMs: Number.POSITIVE_INFINITY, totalMs: 0, longestMs: 0 };

function turn(): void {
  for (let first = due[next]; first !== undefined; first = due[next]) {
    const tookMs = performance.now() - first.begunMs;
    if (tookMs < latencyMs) break;
    first.socket.write(ANSWER);
    next += 1;
    took.answers += 1;
    took.totalMs += tookMs;
    took.shortestMs = Math.min(took.shortestMs, tookMs);
    took.longestMs = Math.max(took.longestMs, tookMs);
  }
  if (next === due.length || next > 1024) {
    due.splice(0, next);
    next = 0;
  }
  turning = due.length > 0;
  if (turning) setImmediate(turn);
}

const TOP = { "token_id:1": -1.5, "token_id:2": -0.75, "token_id:3": -2.25, "token_id:4": -3.5, "token_id:99": -4.5 };
const ANSWER = reply({
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
const MODELS = [{ id: "simulated", object: "model", owned_by: "vllm", root: "simulated", max_model_len: 4096 }];
const PAGES: Readonly<Record<string, string>> = {
  "/v1/models": reply({ object: "list", data: MODELS }),
  "/version": reply({ version: "0.11.2" }),
};

function reply(body: unknown, status = "200 OK"): string {
  const text = JSON.stringify(body);
  const head = [`HTTP/1.1 ${status}`, "content-type: application/json", `content-length: ${Buffer.byteLength(text)}`];
  return `${[...head, "connection: keep-alive", "keep-alive: timeout=60"].join("\r\n")}\r\n\r\n${text}`;
}

/** Token ids of the prompt's last letter, as the runner asks for them once. */
function tokens(body: string): string {
  const letter = "ABCD".indexOf((JSON.parse(body) as { readonly prompt: string }).prompt.at(-1) ?? "");
  const ids = letter < 0 ? [10, 11] : [10, 11, letter + 1];
  return reply({ count: ids.length, max_model_len: 4096, tokens: ids, token_strs: null });
}

const server = createServer({ noDelay: true }, (socket) => {
  let received = "";
  socket.setEncoding("latin1");
  socket.on("error", () => socket.destroy());
  socket.on("data", (text: string) => {
    const begunMs = performance.now();
    received += text;
    const head = received.indexOf(END_OF_HEAD);
    if (head < 0) return;
    const bytes = Number(/^content-length: (\d+)/im.exec(received.slice(0, head))?.[1] ?? 0);
    const body = received.slice(head + 4);
    if (body.length < bytes) return;
    const path = received.slice(received.indexOf(" ") + 1, received.indexOf(" HTTP/"));
    // One request at a time on a connection, so nothing of another is behind it.
    received = "";
    if (path === "/v1/completions") {
      due.push({ socket, begunMs });
      if (!turning) turn();
    } else if (path === "/tokenize") socket.write(tokens(body));
    else socket.write(PAGES[path] ?? reply({ detail: "Not Found" }, "404 Not Found"));
  });
});
server.listen(0, "127.0.0.1", () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
process.on("SIGTERM", () => {
  const { answers, totalMs, ...times } = took;
  process.stdout.write(`${JSON.stringify({ ...times, meanMs: totalMs / answers })}\n`, () => process.exit(0));
});
