import { describe, expect, it } from "vitest";
import { makePlan } from "../../src/plan/plan.ts";
import { type ItemPlace, ProgressIndex } from "../../src/plan/progress-index.ts";
import { quizTask, writingTask } from "../task/example-task.ts";
import { specOf } from "./example-spec.ts";

const spec = specOf({ one: ["FP16", "Q2_K"] }, [quizTask({ items: 250 }), writingTask({ items: 3 })], {
  repeat: { items: 10 },
});
const FP16 = "one/FP16@fake";
const Q2_K = "one/Q2_K@fake";

function freshIndex(): ProgressIndex {
  return new ProgressIndex(makePlan(spec, { unitItems: 100 }));
}

describe("the index of what has ended", () => {
  it("marks an item once, in its pass", () => {
    const index = freshIndex();
    const place: ItemPlace = { variant: FP16, task: "quiz", index: 7 };
    expect(index.has(place)).toBe(false);
    expect(index.add(place)).toBe(true);
    expect(index.add(place)).toBe(false);
    expect(index.has(place)).toBe(true);
    expect(index.has({ ...place, pass: "main" })).toBe(true);
    for (const other of [
      { ...place, index: 8 },
      { ...place, variant: Q2_K },
      { ...place, pass: "repeat" as const },
      { variant: FP16, task: "writing", index: 0 },
    ])
      expect(index.has(other)).toBe(false);
  });

  it("counts by variant and in all", () => {
    const index = freshIndex();
    index.add({ variant: FP16, task: "quiz", index: 0 });
    index.add({ variant: FP16, task: "quiz", index: 0, pass: "repeat" });
    index.add({ variant: FP16, task: "writing", index: 2 });
    index.add({ variant: Q2_K, task: "quiz", index: 249 });
    expect([index.count(FP16), index.count(Q2_K), index.count("nobody"), index.total()]).toEqual([3, 1, 0, 4]);
  });

  it.each<ItemPlace>([
    { variant: FP16, task: "quiz", index: 250 },
    { variant: FP16, task: "quiz", index: -1 },
    { variant: FP16, task: "quiz", index: 10, pass: "repeat" },
    { variant: Q2_K, task: "quiz", index: 0, pass: "repeat" },
    { variant: FP16, task: "essay", index: 0 },
    { variant: "nobody", task: "quiz", index: 0 },
  ])("knows nothing of what isn't in the plan: %j", (place) => {
    const index = freshIndex();
    expect(index.add(place)).toBe(false);
    expect(index.has(place)).toBe(false);
    expect(index.total()).toBe(0);
  });
});
