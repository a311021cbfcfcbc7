import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { findEarlierLooks } from "../../src/pipeline/find-earlier-looks.ts";
import { FileStore } from "../../src/store/file-store.ts";
import { BASELINE } from "../gate/synthetic-cases.ts";
import { idOf, syntheticRun } from "../gate/synthetic-run.ts";
import { temporaryFolder } from "../support/cli.ts";
import { writeSyntheticRun } from "../support/synthetic-store.ts";

describe("earlier looks", () => {
  let runs = "";
  const Q8_0 = { ...BASELINE, quantization: "Q8_0" } as const;
  const runOf = (items: number, looks = 1) =>
    syntheticRun([{ name: "quiz", type: "multiple-choice", items }], [BASELINE, Q8_0], looks === 1 ? {} : { looks });
  const find = (items: number) => findEarlierLooks(new FileStore(runs), runOf(items).manifest);

  beforeEach(async () => {
    runs = join(await temporaryFolder(), "runs");
    await writeSyntheticRun(runOf(10, 2), { runs, id: "small" });
  });

  it("are completed runs of the same variants on fewer items of the same data", async () => {
    expect(await find(20)).toEqual([
      {
        run: "small",
        variants: [idOf("FP16"), idOf("Q8_0")],
        tasks: [{ task: "quiz", items: 10 }],
        declared: 2,
      },
    ]);
  });

  it("are not runs on as many items or more, of other data, or not completed", async () => {
    expect(await find(10)).toEqual([]);
    expect(await find(5)).toEqual([]);
    const other = runOf(8).manifest.tasks.map((task) => ({ ...task, datasetSha256: "f".repeat(64) }));
    await writeSyntheticRun(runOf(8), { runs, id: "other", manifest: { tasks: other } });
    await writeSyntheticRun(runOf(9), { runs, id: "failed", manifest: { status: "failed" } });
    expect((await find(20)).map(({ run }) => run)).toEqual(["small"]);
  });

  it("are runs on another sample, however large: each seed is another chance", async () => {
    const sampled = (items: number, ...ids: readonly string[]) => {
      const { manifest } = runOf(items);
      const sample = { idsSha256: ids.join(" "), ids };
      return { ...manifest, tasks: manifest.tasks.map((task) => ({ ...task, sample })) };
    };
    const { tasks } = sampled(3, "a", "b", "c");
    await writeSyntheticRun(runOf(3), { runs, id: "seed-1", manifest: { tasks } });
    const looksAt = async (manifest: ReturnType<typeof sampled>) =>
      (await findEarlierLooks(new FileStore(runs), manifest)).filter(({ run }) => run === "seed-1");
    expect(await looksAt(sampled(3, "a", "b", "c"))).toEqual([]);
    expect(await looksAt(sampled(2, "a", "b"))).toEqual([]);
    expect(await looksAt(sampled(3, "a", "b", "d"))).toMatchObject([{ tasks: [{ items: 3, sample: "a b c" }] }]);
    expect(await looksAt(sampled(2, "x", "y"))).toMatchObject([{ tasks: [{ sample: "a b c" }] }]);
    // The first sample, grown: a look as before.
    expect(await looksAt(sampled(4, "a", "b", "c", "d"))).toMatchObject([{ tasks: [{ task: "quiz", items: 3 }] }]);
    expect((await looksAt(sampled(4, "a", "b", "c", "d")))[0]?.tasks[0]).not.toHaveProperty("sample");
  });

  it("are not runs of another name: a smoke test is no look", async () => {
    const { manifest } = runOf(20);
    const renamed = { ...manifest, spec: { ...manifest.spec, name: "nightly" } };
    expect(await findEarlierLooks(new FileStore(runs), renamed)).toEqual([]);
  });

  it("don't trip over a damaged run", async () => {
    await writeSyntheticRun(runOf(12), { runs, id: "damaged" });
    await writeFile(join(runs, "damaged", "manifest.json"), "{");
    await writeSyntheticRun(runOf(13), { runs, id: "bare" });
    await rm(join(runs, "bare", "manifest.json"));
    expect((await find(20)).map(({ run }) => run)).toEqual(["small"]);
  });
});
