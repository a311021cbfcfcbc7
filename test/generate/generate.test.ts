import { describe, expect, it } from "vitest";
import { type Backend, BackendError } from "../../src/backend/backend.ts";
import type { BackendAnswer } from "../../src/domain/answer.ts";
import { InterruptedError, RunError } from "../../src/domain/errors.ts";
import type { AnswerRecord } from "../../src/domain/record.ts";
import { generate } from "../../src/generate/generate.ts";
import type { Work } from "../../src/generate/work.ts";
import { writingItem } from "../task/example-task.ts";
import { echo, FakeBackend, waitForever } from "./fake-backend.ts";
import { countTo } from "./fake-items.ts";

const NOW = new Date("2026-03-14T15:16:17Z");

async function* work(count: number, pass: Work["pass"] = "main"): AsyncGenerator<Work> {
  for (const index of countTo(count)) {
    yield {
      variant: "one/FP16@fake",
      task: "writing",
      pass,
      item: writingItem({ id: `w${index}`, index }),
      request: { kind: "text", prompt: `item ${index}`, maxTokens: 4, stop: [], temperature: 0, seed: 0 },
      promptHash: `00000000000000${index.toString(16).padStart(2, "0")}`,
    };
  }
}

async function recordsOf(backend: Backend, items: AsyncGenerator<Work>, signal = new AbortController().signal) {
  const records: AnswerRecord[] = [];
  await generate(items, backend, {
    onRecord: async (record) => {
      records.push(record);
    },
    now: () => NOW,
    signal,
  });
  return records;
}

describe("generating answers", () => {
  it("gives one record an item, with what was asked and answered", async () => {
    const records = await recordsOf(new FakeBackend(), work(2));
    expect(records[1]).toEqual({
      type: "answer",
      variant: "one/FP16@fake",
      task: "writing",
      item: "w1",
      index: 1,
      promptHash: "0000000000000001",
      outcome: {
        kind: "answered",
        answer: {
          kind: "text",
          text: "item 1",
          finish: "end",
          tokens: { prompt: 3, completion: 2 },
          timings: { wallMs: 1 },
        },
      },
      at: "2026-03-14T15:16:17.000Z",
    });
  });

  it.each([1, 3, 50])("keeps %i requests in flight and no more, and asks each item once", async (concurrency) => {
    const backend = new FakeBackend({
      concurrency,
      answer: async (request) => {
        await new Promise((resolve) => setImmediate(resolve));
        return echo(request);
      },
    });
    const records = await recordsOf(backend, work(40));
    expect(records.map(({ item }) => item).toSorted()).toEqual(
      countTo(40)
        .map((index) => `w${index}`)
        .toSorted(),
    );
    expect(backend.asked).toHaveLength(40);
    expect(backend.busiest).toBe(Math.min(concurrency, 40));
  });

  it("takes a few items ahead and no more while records are kept slowly, so that memory doesn't grow", async () => {
    let [taken, kept] = [0, 0];
    async function* counted(): AsyncGenerator<Work> {
      for await (const each of work(30)) {
        taken += 1;
        yield each;
      }
    }
    await generate(counted(), new FakeBackend({ concurrency: 4 }), {
      onRecord: async () => {
        await new Promise((resolve) => setImmediate(resolve));
        kept += 1;
        // Of each lane one being kept and one asked, and as many made ahead as there are lanes.
        expect(taken - kept).toBeLessThanOrEqual(3 * 4);
      },
      now: () => NOW,
      signal: new AbortController().signal,
    });
    expect(kept).toBe(30);
  });

  it("marks other passes than the main one, and asks repeats past any cache", async () => {
    const backend = new FakeBackend();
    expect((await recordsOf(backend, work(1)))[0]).not.toHaveProperty("pass");
    expect((await recordsOf(backend, work(1, "repeat")))[0]?.pass).toBe("repeat");
    expect((await recordsOf(backend, work(1, "sample-2")))[0]?.pass).toBe("sample-2");
    expect(backend.asked.map(({ context }) => context)).toEqual([
      { task: "writing", item: "w0", fresh: false },
      { task: "writing", item: "w0", fresh: true },
      { task: "writing", item: "w0", fresh: false },
    ]);
  });

  it("of nothing asks nothing", async () => {
    const backend = new FakeBackend({ concurrency: 5 });
    expect(await recordsOf(backend, work(0))).toEqual([]);
    expect(backend.asked).toEqual([]);
  });
});

describe("an item that fails", () => {
  it("is an errored record of its own; the others are answered", async () => {
    const failures: Readonly<Record<string, Error>> = {
      "item 1": new BackendError({ kind: "context-overflow", message: "too\n long" }),
      "item 2": new TypeError("fetch failed"),
    };
    const backend = new FakeBackend({
      concurrency: 2,
      answer: (request) => {
        const failure = failures[request.prompt];
        if (failure !== undefined) throw failure;
        return echo(request);
      },
    });
    const records = await recordsOf(backend, work(4));
    const outcomes = records.toSorted((a, b) => a.index - b.index).map(({ outcome }) => outcome);
    expect(outcomes).toMatchObject([
      { kind: "answered" },
      { kind: "errored", error: { kind: "context-overflow", message: "too long" } },
      { kind: "errored", error: { kind: "backend-failure", message: "fetch failed" } },
      { kind: "answered" },
    ]);
  });

  const measured = { tokens: { prompt: 1, completion: 0 }, timings: { wallMs: 1 } };

  it.each<[string, BackendAnswer]>([
    ["another kind", echo({ kind: "text", prompt: "x", maxTokens: 1, stop: [], temperature: 0, seed: 0 })],
    ["too few log-probabilities", { kind: "letters", logprobs: [-1, -2], ...measured }],
    ["one that is minus infinity", { kind: "letters", logprobs: [-1, Number.NEGATIVE_INFINITY, -3], ...measured }],
    ["one that is no number", { kind: "letters", logprobs: [-1, Number.NaN, -3], ...measured }],
  ])("because the answer has %s", async (_, answer) => {
    async function* letters(): AsyncGenerator<Work> {
      for await (const each of work(1))
        yield { ...each, request: { kind: "letters", prompt: "x", letters: [" A", " B", " C"] } };
    }
    const [record] = await recordsOf(new FakeBackend({ answer: () => answer }), letters());
    expect(record?.outcome).toMatchObject({ kind: "errored", error: { kind: "bad-response" } });
    // What goes into the journal comes out of it.
    expect(JSON.parse(JSON.stringify(record))).toEqual(record);
  });

  it("isn't one whose letters the server didn't show", async () => {
    async function* letters(): AsyncGenerator<Work> {
      for await (const each of work(1))
        yield { ...each, request: { kind: "letters", prompt: "x", letters: [" A", " B"] } };
    }
    const answer: BackendAnswer = { kind: "letters", logprobs: ["not-shown", -3], ...measured };
    const [record] = await recordsOf(new FakeBackend({ answer: () => answer }), letters());
    expect(record?.outcome).toEqual({ kind: "answered", answer });
  });
});

describe("being stopped", () => {
  it("drops what is in flight, keeps the rest, and says so", async () => {
    const controller = new AbortController();
    const backend = new FakeBackend({
      concurrency: 3,
      answer: (request, signal) =>
        Number(request.prompt.slice(5)) < 10 ? echo(request) : waitForever(request, signal),
    });
    const records: AnswerRecord[] = [];
    const running = generate(work(100), backend, {
      onRecord: async (record) => {
        records.push(record);
        if (records.length === 10) setImmediate(() => controller.abort(new Error("by the user")));
      },
      now: () => NOW,
      signal: controller.signal,
    });
    await expect(running).rejects.toThrow(InterruptedError);
    expect(records.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual(countTo(10));
    expect(records.every(({ outcome }) => outcome.kind === "answered")).toBe(true);
    expect(backend.asked).toHaveLength(13);
  });

  it("before the start asks nothing", async () => {
    const backend = new FakeBackend();
    await expect(recordsOf(backend, work(3), AbortSignal.abort())).rejects.toThrow(InterruptedError);
    expect(backend.asked).toEqual([]);
  });

  it("keeps an answer that had come by then", async () => {
    const controller = new AbortController();
    const backend = new FakeBackend({
      answer: (request) => {
        controller.abort();
        return echo(request);
      },
    });
    const records: AnswerRecord[] = [];
    const running = generate(work(3), backend, {
      onRecord: async (record) => {
        records.push(record);
      },
      now: () => NOW,
      signal: controller.signal,
    });
    await expect(running).rejects.toThrow(InterruptedError);
    expect(records.map(({ outcome }) => outcome.kind)).toEqual(["answered"]);
  });
});

describe("a run that can't go on", () => {
  it("ends with what kept it from keeping a record, and stops the other lanes", async () => {
    const backend = new FakeBackend({
      concurrency: 2,
      answer: (request, signal) => (request.prompt === "item 1" ? waitForever(request, signal) : echo(request)),
    });
    const running = generate(work(10), backend, {
      onRecord: async () => {
        throw new RunError("the disk is full");
      },
      now: () => NOW,
      signal: new AbortController().signal,
    });
    await expect(running).rejects.toThrow("the disk is full");
    await expect(running).rejects.toThrow(RunError);
    // The lane whose record is lost has asked its next item by then.
    expect(backend.asked.length).toBeLessThanOrEqual(3);
  });

  it("ends with the backend's own word that all is over", async () => {
    const backend = new FakeBackend({
      answer: () => {
        throw new RunError("the server has been gone for ten minutes");
      },
    });
    await expect(recordsOf(backend, work(10))).rejects.toThrow("gone for ten minutes");
    expect(backend.asked).toHaveLength(1);
  });

  it("ends with an item that can't be read", async () => {
    async function* broken(): AsyncGenerator<Work> {
      yield* work(2);
      throw new RunError("the dataset is gone");
    }
    await expect(recordsOf(new FakeBackend({ concurrency: 3 }), broken())).rejects.toThrow("the dataset is gone");
  });
});
