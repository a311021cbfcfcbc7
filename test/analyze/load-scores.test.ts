import { describe, expect, it } from "vitest";
import { loadScores } from "../../src/analyze/load-scores.ts";
import { specOf } from "../plan/example-spec.ts";
import { quizTask, writingTask } from "../task/example-task.ts";
import { graded, opened, rowOf, runOf, written } from "./example-rows.ts";

const running = new AbortController().signal;
const [FP16, Q2_K] = ["one/FP16@fake", "one/Q2_K@fake"];
const spec = specOf({ one: ["FP16", "Q2_K"] }, [quizTask({ items: 2 }), writingTask({ items: 2 })]);

describe("the scores of a run", () => {
  it("are in columns by variant and task, in the spec's order, also where there is no row", async () => {
    const lines = [rowOf("writing", 1, written({ bleu: 0.5 }), { variant: Q2_K }), rowOf("quiz", 0, graded("right"))];
    const { tasks } = await loadScores(runOf(lines), spec, running);
    expect([...tasks].map(([variant, scores]) => [variant, [...scores.keys()]])).toEqual([
      [FP16, ["quiz", "writing"]],
      [Q2_K, ["quiz", "writing"]],
    ]);
    expect(tasks.get(FP16)?.get("quiz")?.mark(0)).toBe("right");
    expect(tasks.get(Q2_K)?.get("writing")?.value("bleu", 1)).toBe(0.5);
    expect(tasks.get(FP16)?.get("writing")?.count("absent")).toBe(2);
  });

  it("of other passes are kept apart, rounds of sampling in their order", async () => {
    const again = (pass: "repeat" | "sample-1" | "sample-2" | "sample-10", value: number) =>
      rowOf("writing", 0, written({ bleu: value }), { pass });
    const lines = [again("sample-10", 0.1), again("repeat", 0.9), again("sample-2", 0.2), again("sample-1", 0.3)];
    const { tasks, repeats, samples } = await loadScores(runOf(lines), spec, running);
    expect(tasks.get(FP16)?.get("writing")?.count("absent")).toBe(2);
    expect(repeats.get(FP16)?.get("writing")?.value("bleu", 0)).toBe(0.9);
    expect([...repeats.keys(), ...samples.keys()]).toEqual([FP16, FP16]);
    expect(samples.get(FP16)?.map((round) => round.get("writing")?.value("bleu", 0))).toEqual([0.3, 0.2, 0.1]);
  });

  it("of what isn't in the spec are passed over", async () => {
    const lines = [
      rowOf("quiz", 0, graded("right"), { variant: "two/FP16@fake" }),
      rowOf("essay", 0, graded("right")),
      rowOf("quiz", 9, graded("right")),
    ];
    const { tasks } = await loadScores(runOf(lines), spec, running);
    expect([...tasks.values()].flatMap((scores) => [...scores.values()].map((each) => each.count("absent")))).toEqual([
      2, 2, 2, 2,
    ]);
  });

  it("know who answered by the first opening, and add up what each opening took, once", async () => {
    const [first, second] = [opened(FP16, "2026-03-14T15:00:00Z", 100), opened(FP16, "2026-03-14T16:00:00Z", 30)];
    const other = { ...second, identity: { ...second.identity, build: "fake 2" } };
    // A resumed run copies the first opening again.
    const { identities, speeds } = await loadScores(runOf([first, first, other, first, other]), spec, running);
    expect(identities.get(FP16)?.build).toBe("fake 1");
    expect(speeds.get(FP16)?.speed().loadMs).toBe(130);
    expect(identities.get(Q2_K)).toBeUndefined();
    expect(speeds.get(Q2_K)?.speed().loadMs).toBe(0);
  });

  it("know of builds that changed on the way and of requests that were refused", async () => {
    const [first, second] = [opened(FP16, "2026-03-14T15:00:00Z"), opened(FP16, "2026-03-14T16:00:00Z")];
    const other = { ...second, identity: { ...second.identity, build: "fake 2" } };
    const refused = rowOf("quiz", 1, { kind: "missing", cause: "errored", error: "overloaded" });
    const { incidents } = await loadScores(runOf([first, refused, other]), spec, running);
    expect(incidents.get(FP16)).toEqual({ builds: ["fake 1", "fake 2"], overloaded: 1 });
    expect(incidents.get(Q2_K)).toBeUndefined();
  });

  it("that are damaged cost their item alone, and are told with what makes them anew", async () => {
    const lines = ['{"type":"sco', rowOf("quiz", 0, graded("right"))];
    const { tasks, damaged } = await loadScores(runOf(lines), spec, running);
    expect(tasks.get(FP16)?.get("quiz")?.mark(0)).toBe("right");
    expect(damaged).toEqual([
      "scores.jsonl: line 1 is damaged and passed over; its item counts as missing; `quantgate report example` makes the scores anew from the records",
    ]);
  });

  it("of which none is damaged say nothing", async () => {
    const { damaged } = await loadScores(runOf([rowOf("quiz", 0, graded("right"))]), spec, running);
    expect(damaged).toEqual([]);
  });
});
