import { Agent, request } from "node:http";

/**
 * The least that Node needs for the same requests: no patience, no journal, no checks. Arguments: port, requests, requests in flight. Prints the
 * milliseconds they took. What a machine busy with other things adds to a run, it adds to this too.
 */
const [port = 0, count = 0, inFlight = 1] = process.argv.slice(2).map(Number);
const agent = new Agent({ keepAlive: true, maxSockets: inFlight, maxFreeSockets: inFlight });
const body = JSON.stringify({
  model: "simulated",
  prompt: "x".repeat(100),
  max_tokens: 1,
  temperature: 0,
  seed: 0,
  logprobs: 20,
  return_tokens_as_token_ids: true,
});
const headers = { "content-type": "application/json", "content-length": body.length };

function ask(): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const asked = request({ hostname: "127.0.0.1", port, path: "/v1/completions", method: "POST", agent, headers });
    asked.on("error", reject);
    asked.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve(JSON.parse(Buffer.concat(chunks).toString("utf8"))));
    });
    asked.end(body);
  });
}

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

await run(inFlight);
const start = performance.now();
await run(count);
process.stdout.write(`${performance.now() - start}\n`);
agent.destroy();
