import { describe, expect, it } from "vitest";
import type { Backend } from "../../src/backend/backend.ts";
import type { JournalRecord } from "../../src/domain/record.ts";
import { InProcessExecutor } from "../../src/executor/in-process.ts";
import { makePlan } from "../../src/plan/plan.ts";
import { ProgressIndex } from "../../src/plan/progress-index.ts";
import { FileStore } from "../../src/store/file-store.ts";
import { START } from "../../src/store/run-store.ts";
import { executorContract } from "../contract/executor.contract.ts";
import { FakeBackend } from "../generate/fake-backend.ts";
import { countTo, itemsOf } from "../generate/fake-items.ts";
import { specOf } from "../plan/example-spec.ts";
import { temporaryFolder } from "../support/cli.ts";
import { collect } from "../support/collect.ts";
import { quizItem, quizTask } from "../task/example-task.ts";

executorContract("in this process", () => new InProcessExecutor());

describe("the executor in this process", () => {
  it("has one backend open at a time, in the order of the spec, each opened once", async () => {
    const spec = specOf({ one: ["FP16", "Q4_K_M", "Q2_K"], two: ["Q8_0"] }, [
      quizTask({ items: 30 }),
      quizTask({ name: "again", items: 30 }),
    ]);
    const items = itemsOf(countTo(30).map((index) => quizItem({ id: `q${index}` })));
    const run = await new FileStore(await temporaryFolder()).create("r");
    await run.lock();
    const log: string[] = [];
    const plan = makePlan(spec, { unitItems: 10 });
    await new InProcessExecutor().execute({
      plan,
      run,
      sources: new Map([
        ["quiz", items],
        ["again", items],
      ]),
      scorers: new Map(),
      done: new ProgressIndex(plan),
      scored: new ProgressIndex(plan),
      identities: new Map(),
      openBackend: async (variant): Promise<Backend> => {
        log.push(`open ${variant.id}`);
        const backend = new FakeBackend();
        const close = backend.close.bind(backend);
        backend.close = async () => {
          log.push(`close ${variant.id}`);
          await close();
        };
        return backend;
      },
      now: () => new Date(0),
      onProgress: () => {},
      signal: new AbortController().signal,
    });
    const ids = ["one/FP16@fake", "one/Q4_K_M@fake", "one/Q2_K@fake", "two/Q8_0@fake"];
    expect(log).toEqual(ids.flatMap((id) => [`open ${id}`, `close ${id}`]));
    const lines = await collect(run.lines("records", START, new AbortController().signal));
    const order = lines.map(({ text }) => JSON.parse(text) as JournalRecord).map(({ variant }) => ids.indexOf(variant));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    await run.close();
  });
});
