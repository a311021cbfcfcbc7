import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { evaluate, InterruptedError, loadSpec, plan, readRun, resume, UsageError } from "../src/index.ts";
import { temporaryFolder } from "./support/cli.ts";
import { writeSmallSpec } from "./support/small-spec.ts";

describe("the library", () => {
  it("loads a spec, plans it, runs it and reads the run", async () => {
    const folder = await temporaryFolder();
    const spec = await loadSpec(
      await writeSmallSpec(folder, { quantizations: ["FP16", "Q8_0"], tasks: ["demo-quiz-mc"], limit: 6 }),
    );
    expect(plan(spec)).toMatchObject({ answers: 12 });

    const runsFolder = join(folder, "runs");
    const events: string[] = [];
    const done = await evaluate(spec, { runsFolder, onProgress: ({ kind }) => events.push(kind) });
    expect(events.filter((kind) => kind === "answered")).toHaveLength(12);
    expect(done.summary.models[0]?.variants).toHaveLength(2);

    const run = await readRun(done.id, { runsFolder });
    expect(run.manifest.status).toBe("completed");
    expect(run.summary).toEqual(done.summary);
    const kinds: string[] = [];
    for await (const record of run.records()) kinds.push(record.type);
    expect(kinds.filter((kind) => kind === "answer")).toHaveLength(12);
    expect(kinds.filter((kind) => kind === "opened")).toHaveLength(2);
  });

  it("stops when told to, and goes on", async () => {
    const folder = await temporaryFolder();
    const spec = await loadSpec(
      await writeSmallSpec(folder, { quantizations: ["FP16"], tasks: ["demo-quiz-mc"], limit: 30 }),
    );
    const runsFolder = join(folder, "runs");
    const controller = new AbortController();
    let id = "";
    let answered = 0;
    const stopped = evaluate(spec, {
      runsFolder,
      signal: controller.signal,
      onProgress: (event) => {
        if (event.kind === "started") id = event.runId;
        if (event.kind === "answered" && ++answered === 5) controller.abort();
      },
    });
    await expect(stopped).rejects.toBeInstanceOf(InterruptedError);
    const { summary } = await resume(id, { runsFolder });
    expect(summary.models[0]?.variants[0]?.tasks[0]).toMatchObject({ items: 30, scored: 30 });
  });

  it("says what is wrong with a spec or a run", async () => {
    await expect(loadSpec("nowhere.yaml")).rejects.toBeInstanceOf(UsageError);
    await expect(readRun("none", { runsFolder: "nowhere" })).rejects.toBeInstanceOf(UsageError);
  });
});
