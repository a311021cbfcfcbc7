import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import type { Backend } from "../../../src/backend/backend.ts";
import { openLlamaCpp } from "../../../src/backend/llama-cpp/open.ts";
import type { BackendRequest } from "../../../src/domain/answer.ts";
import { demoModel } from "../../support/small-spec.ts";
import { ask, CONFIG, QUESTIONS, running } from "./demo-backend.ts";

const REQUESTS: readonly BackendRequest[] = QUESTIONS.flatMap((prompt): BackendRequest[] => [
  ask(prompt),
  { kind: "letters", prompt, letters: [" A", " B", " C", " D"] },
  { kind: "continuations", prompt, continuations: [" Luanda", " Port au Prince", " 3", " Budapest is a town."] },
]);

async function answersOf(backend: Backend, requests: readonly BackendRequest[]): Promise<readonly unknown[]> {
  const answers = [];
  for (const request of requests) answers.push(await answerOf(backend, request));
  return answers;
}

async function answerOf(backend: Backend, request: BackendRequest): Promise<unknown> {
  const { timings: _, ...answer } = await backend.generate(request, running);
  return answer;
}

// The kernels differ by type, and Q4_K_M mixes two of them.
describe.each(["F16", "Q8_0", "Q4_K_M", "Q2_K"])("the answers of %s", (quantization) => {
  const openOne = (config = {}): Promise<Backend> =>
    openLlamaCpp(demoModel(quantization), { ...CONFIG, ...config }, running);

  it("are the same bit for bit: again, in another order, in other contexts, side by side, and opened anew", async () => {
    const first = await openOne();
    const once = await answersOf(first, REQUESTS);
    expect(once).toHaveLength(12);
    expect(await answersOf(first, REQUESTS)).toEqual(once);
    expect((await answersOf(first, REQUESTS.toReversed())).toReversed()).toEqual(once);
    await first.close();

    const second = await openOne({ concurrency: 3, contextSize: 512 });
    expect(await Promise.all(REQUESTS.map((request) => answerOf(second, request)))).toEqual(once);
    await second.close();
  });

  it("are the same bit for bit in another process", async () => {
    const script = join(import.meta.dirname, "answer-once.ts");
    const args = ["--import", import.meta.resolve("tsx"), script, demoModel(quantization), JSON.stringify(REQUESTS)];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const here = await openOne();
    expect(JSON.parse(stdout)).toEqual(await answersOf(here, REQUESTS));
    await here.close();
  });
});
