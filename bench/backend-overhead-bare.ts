import { type Dispatcher, Pool } from "undici";
import { HttpClient } from "../src/backend/http/client.ts";

/**
 * The same requests without a run around them. Arguments: port, requests, requests in flight, who asks: `bare` (undici's pool and a handler that does
 * nothing but put the answer together) or `client` (the client of QuantGate's backends). Prints the milliseconds they took and the microseconds of
 * processor time that each needed. What a machine busy with other things adds to a run, it adds to this too.
 */
const [port = 0, count = 0, inFlight = 1] = process.argv.slice(2).map(Number);
const origin = `http://127.0.0.1:${port}`;
const question = {
  model: "simulated",
  prompt: "x".repeat(100),
  max_tokens: 1,
  temperature: 0,
  seed: 0,
  logprobs: 20,
  return_tokens_as_token_ids: true,
};

function bare(): { readonly ask: () => Promise<unknown>; readonly close: () => void } {
  const pool = new Pool(origin, { connections: inFlight, headersTimeout: 0, bodyTimeout: 0 });
  const options = { path: "/v1/completions", method: "POST", headers: { "content-type": "application/json" } } as const;
  const ask = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      const handler: Dispatcher.DispatchHandler = {
        onRequestStart: () => {},
        onResponseStart: () => {},
        onResponseData: (_, chunk) => void chunks.push(chunk),
        onResponseEnd: () => resolve(JSON.parse(Buffer.concat(chunks).toString("utf8"))),
        onResponseError: (_, error) => reject(error),
      };
      pool.dispatch({ ...options, body: JSON.stringify(question) }, handler);
    });
  return { ask, close: () => void pool.destroy() };
}

function client(): { readonly ask: () => Promise<unknown>; readonly close: () => void } {
  const asking = new HttpClient({
    baseUrl: origin,
    timeouts: { connectMs: 10_000, idleMs: 60_000, totalMs: 600_000 },
    connections: inFlight,
    secrets: { headers: {}, redact: (text) => text },
    now: () => new Date(),
  });
  const { signal } = new AbortController();
  return { ask: () => asking.post("/v1/completions", question, signal), close: () => asking.close() };
}

const { ask, close } = process.argv[5] === "client" ? client() : bare();

async function run(requests: number): Promise<void> {
  let left = requests;
  const lane = async (): Promise<void> => {
    for (; left > 0; ) {
      left -= 1;
      await ask();
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
}

await run(Math.max(inFlight, Math.ceil(count / 10)));
const start = performance.now();
const before = process.cpuUsage();
await run(count);
const { user, system } = process.cpuUsage(before);
process.stdout.write(
  `${JSON.stringify({ ms: performance.now() - start, cpuMicroseconds: (user + system) / count })}\n`,
);
close();
