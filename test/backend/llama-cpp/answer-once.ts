/** A process of its own for the test of repeatability: answers some requests with a demo model and prints the answers without times. */
import { openLlamaCpp } from "../../../src/backend/llama-cpp/open.ts";
import type { BackendRequest } from "../../../src/domain/answer.ts";

const [model = "", requests = "[]"] = process.argv.slice(2);
const { signal } = new AbortController();
const config = { type: "llama-cpp", contextSize: 256, batchSize: 256, threads: 1, concurrency: 1 } as const;
const backend = await openLlamaCpp(model, config, signal);
const answers = [];
for (const request of JSON.parse(requests) as BackendRequest[]) {
  const { timings: _, ...answer } = await backend.generate(request, signal);
  answers.push(answer);
}
await backend.close();
process.stdout.write(JSON.stringify(answers));
