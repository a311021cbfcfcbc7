import { describe, expect, it } from "vitest";
import { workOf } from "../../src/generate/work.ts";
import { makePlan } from "../../src/plan/plan.ts";
import { ProgressIndex } from "../../src/plan/progress-index.ts";
import type { ResolvedSpec } from "../../src/spec/resolved.ts";
import { hashRequest } from "../../src/task/build-request.ts";
import { specOf } from "../plan/example-spec.ts";
import { collect } from "../support/collect.ts";
import { quizItem, quizTask, writingItem, writingTask } from "../task/example-task.ts";
import { countTo, itemsOf } from "./fake-items.ts";

const FP16 = "one/FP16@fake";
const tasks = [quizTask({ items: 5 }), writingTask({ items: 3 })];
const sources = new Map([
  ["quiz", itemsOf(countTo(5).map((index) => quizItem({ id: `q${index}` })))],
  ["writing", itemsOf(countTo(3).map((index) => writingItem({ id: `w${index}`, instruction: `Write ${index}.` })))],
]);

async function allWork(spec: ResolvedSpec, done: (index: ProgressIndex) => void = () => {}) {
  const plan = makePlan(spec, { unitItems: 2 });
  const index = new ProgressIndex(plan);
  done(index);
  return collect(workOf(plan.units, sources, index, spec));
}

describe("the work of a plan", () => {
  it("is every item, in order, with its request and its hash", async () => {
    const work = await allWork(specOf({ one: ["FP16"] }, tasks));
    expect(work.map(({ item }) => item.id)).toEqual(["q0", "q1", "q2", "q3", "q4", "w0", "w1", "w2"]);
    expect(work[5]).toMatchObject({
      variant: FP16,
      task: "writing",
      pass: "main",
      item: { id: "w0", index: 0 },
      request: { kind: "text", prompt: "Write 0.", temperature: 0, seed: 7 },
    });
    for (const { request, promptHash } of work) expect(promptHash).toBe(hashRequest(request));
  });

  it("leaves out what has ended, in its pass only", async () => {
    const spec = specOf({ one: ["FP16"] }, tasks, { repeat: { items: 2 } });
    const work = await allWork(spec, (index) => {
      for (const done of [0, 1, 3]) index.add({ variant: FP16, task: "quiz", index: done });
      index.add({ variant: FP16, task: "writing", index: 1, pass: "repeat" });
    });
    expect(work.map(({ item, pass }) => `${item.id} ${pass}`)).toEqual([
      "q2 main",
      "q4 main",
      "w0 main",
      "w1 main",
      "w2 main",
      "q0 repeat",
      "q1 repeat",
      "w0 repeat",
    ]);
  });

  it("asks repeats just as it asked the first time", async () => {
    const work = await allWork(specOf({ one: ["FP16"] }, tasks, { repeat: { items: 1 } }));
    const [first, again] = work.filter(({ item }) => item.id === "w0");
    expect(again?.request).toEqual(first?.request);
  });

  it("samples at the spec's temperature, each round with a seed of its own", async () => {
    const spec = specOf({ one: ["FP16"] }, tasks, { sampling: { temperature: 0.7, repeats: 3, items: 1 } });
    const sampled = (await allWork(spec)).filter(({ pass }) => pass.startsWith("sample"));
    expect(sampled.map(({ pass, request }) => [pass, request])).toMatchObject([
      ["sample-1", { temperature: 0.7, seed: 8 }],
      ["sample-2", { temperature: 0.7, seed: 9 }],
      ["sample-3", { temperature: 0.7, seed: 10 }],
    ]);
  });

  it("is made when it is asked for", async () => {
    let read = 0;
    const item = async () => {
      read += 1;
      return quizItem();
    };
    const counting = new Map([["quiz", { ...itemsOf([]), count: 5, item }]]);
    const spec = specOf({ one: ["FP16"] }, [quizTask({ items: 5 })]);
    const plan = makePlan(spec, { unitItems: 2 });
    const work = workOf(plan.units, counting, new ProgressIndex(plan), spec);
    await work.next();
    await work.next();
    expect(read).toBe(2);
  });
});
