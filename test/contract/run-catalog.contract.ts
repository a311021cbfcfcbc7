import { describe, expect, it, onTestFinished } from "vitest";
import { RunError, UsageError } from "../../src/domain/errors.ts";
import type { RunFilter, RunStore } from "../../src/store/run-store.ts";

/** What every store must do with many runs: find, page, delete; and with what belongs to no run. `makeOpener` as in the contract of stores. */
export function runCatalogContract(makeOpener: () => Promise<() => RunStore>): void {
  interface Made {
    readonly model?: string;
    readonly status?: string;
    readonly overall?: string;
    readonly schedule?: string;
    readonly by?: string;
  }

  function manifestOf({ model = "m", status = "completed", schedule, by = "ann" }: Made): string {
    return JSON.stringify({
      schema: 1,
      status,
      startedAt: "2026-03-14T15:16:17.000Z",
      specHash: "f00",
      spec: { name: "nightly", models: [{ name: model, variants: [{ id: `${model}/Q4_K_M@b` }] }] },
      submission: { by, executor: "bullmq", ...(schedule === undefined ? {} : { schedule }) },
    });
  }

  function verdictsOf(overall: string, model: string): string {
    const variants = [{ variant: `${model}/Q4_K_M@b`, quantization: "Q4_K_M", verdict: overall, rules: [] }];
    return JSON.stringify({ overall, exitCode: 0, models: [{ model, variants }] });
  }

  async function make(store: RunStore, id: string, made: Made = {}): Promise<void> {
    const run = await store.create(id, manifestOf(made));
    if (made.overall !== undefined) await run.write("verdicts.json", verdictsOf(made.overall, made.model ?? "m"));
    await run.close();
    // Clocks of file systems tick in steps.
    await new Promise((resolve) => setTimeout(resolve, 12));
  }

  const idsOf = async (store: RunStore, filter: RunFilter): Promise<readonly string[]> =>
    (await store.find(filter, { limit: 100 })).runs.map(({ id }) => id);

  describe("a run made with its manifest", () => {
    it("is there at once, and only once of many that make it together", async () => {
      const open = await makeOpener();
      const made = await Promise.allSettled(
        Array.from({ length: 6 }, (_, index) => open().create("r", JSON.stringify({ index }))),
      );
      const winner = made.findIndex(({ status }) => status === "fulfilled");
      expect(made.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      for (const result of made) if (result.status === "rejected") expect(result.reason).toBeInstanceOf(UsageError);
      expect(await (await open().open("r")).read("manifest.json")).toBe(JSON.stringify({ index: winner }));
    });

    it("takes the place of one that was made but never begun", async () => {
      const store = (await makeOpener())();
      await (await store.create("r")).close();
      await store.create("r", "{}");
      expect(await store.list()).toEqual(["r"]);
    });
  });

  describe("finding runs", () => {
    it("gives the cards, newest first", async () => {
      const open = await makeOpener();
      const store = open();
      await make(store, "a", { overall: "pass", schedule: "weekly" });
      await make(store, "b", { status: "running", model: "n" });
      const card = { name: "nightly", startedAt: "2026-03-14T15:16:17.000Z", specHash: "f00", submittedBy: "ann" };
      const expected = [
        { id: "b", status: "running", models: ["n"], executor: "bullmq", ...card },
        {
          id: "a",
          status: "completed",
          models: ["m"],
          executor: "bullmq",
          schedule: "weekly",
          overall: "pass",
          exitCode: 0,
          verdicts: [{ variant: "m/Q4_K_M@b", quantization: "Q4_K_M", verdict: "pass" }],
          ...card,
        },
      ];
      expect((await store.find({}, { limit: 10 })).runs).toEqual(expected);
      expect((await open().find({}, { limit: 10 })).runs).toEqual(expected);
    });

    it("goes by model, status, verdict, schedule and submitter, and by several of them", async () => {
      const store = (await makeOpener())();
      await make(store, "a", { model: "m", overall: "pass", schedule: "weekly" });
      await make(store, "b", { model: "n", overall: "fail", by: "bob" });
      await make(store, "c", { model: "n", status: "running" });
      const cases: readonly [RunFilter, readonly string[]][] = [
        [{}, ["c", "b", "a"]],
        [{ model: "n" }, ["c", "b"]],
        [{ model: "N" }, []],
        [{ statuses: ["completed"] }, ["b", "a"]],
        [{ statuses: ["completed", "running"] }, ["c", "b", "a"]],
        [{ statuses: [] }, []],
        [{ overall: "fail" }, ["b"]],
        [{ schedule: "weekly" }, ["a"]],
        [{ submittedBy: "bob" }, ["b"]],
        [{ model: "n", statuses: ["completed"], overall: "fail" }, ["b"]],
        [{ model: "m", overall: "fail" }, []],
      ];
      for (const [filter, ids] of cases) expect(await idsOf(store, filter), JSON.stringify(filter)).toEqual(ids);
    });

    it("sees what has changed since", async () => {
      const store = (await makeOpener())();
      await make(store, "a", { status: "running" });
      expect(await idsOf(store, { statuses: ["running"] })).toEqual(["a"]);
      const run = await store.open("a");
      await run.write("manifest.json", manifestOf({ status: "failed" }));
      expect(await idsOf(store, { statuses: ["running"] })).toEqual([]);
      await run.write("verdicts.json", verdictsOf("fail", "m"));
      expect(await idsOf(store, { statuses: ["failed"], overall: "fail" })).toEqual(["a"]);
    });

    it("goes page by page, each run on one page, whatever is added meanwhile", async () => {
      const store = (await makeOpener())();
      for (const id of ["a", "b", "c", "d", "e"]) await make(store, id, { model: id === "c" ? "other" : "m" });
      const pages: string[][] = [];
      let after: string | undefined;
      for (let more = true; more; ) {
        const page = await store.find({ model: "m" }, { limit: 2, ...(after === undefined ? {} : { after }) });
        pages.push(page.runs.map(({ id }) => id));
        ({ more } = page);
        after = page.runs.at(-1)?.id;
        await make(store, `new-${pages.length}`);
      }
      expect(pages).toEqual([
        ["e", "d"],
        ["b", "a"],
      ]);
      expect(await store.find({}, { limit: 2, after: "never" })).toEqual({ runs: [], more: false });
    });

    it("passes over none whose manifest is damaged: it is listed as unknown", async () => {
      const store = (await makeOpener())();
      for (const [id, text] of [
        ["a", "{"],
        ["b", "{}"],
        ["c", '{"status":"new-in-another-version"}'],
      ] as const)
        await store.create(id, text);
      const { runs } = await store.find({}, { limit: 10 });
      expect(runs.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(
        ["a", "b", "c"].map((id) => ({ id, status: "unknown", name: "", models: [] })),
      );
    });
  });

  describe("deleting a run", () => {
    it("leaves nothing of it, and nothing of the others is touched", async () => {
      const store = (await makeOpener())();
      for (const id of ["a", "b"]) {
        await make(store, id);
        const run = await store.open(id);
        await run.lock();
        await run.append("records", id);
        await run.close();
      }
      await store.remove("a");
      expect(await store.list()).toEqual(["b"]);
      await expect(store.open("a")).rejects.toThrow(UsageError);
      await expect(store.remove("a")).rejects.toThrow(UsageError);
      const again = await store.create("a", "{}");
      expect(await again.end("records")).toBe(0);
      expect(await (await store.open("b")).end("records")).toBe(2);
    });

    it("that somebody writes is refused", async () => {
      const open = await makeOpener();
      await make(open(), "a");
      const run = await open().open("a");
      onTestFinished(() => run.close());
      await run.lock();
      await expect(open().remove("a")).rejects.toThrow(RunError);
      expect(await open().list()).toEqual(["a"]);
    });
  });

  describe("shelves", () => {
    it("keep documents by name, apart from each other and from the runs", async () => {
      const open = await makeOpener();
      const shelf = open().collection("schedules");
      expect(await shelf.names()).toEqual([]);
      expect(await shelf.get("weekly")).toBeUndefined();
      await shelf.put("weekly", "ü🙂\u0000");
      await shelf.put("weekly", "new\u0000");
      await shelf.put("a.daily", "{}");
      const again = open().collection("schedules");
      expect(await again.get("weekly")).toBe("new\u0000");
      expect(await again.names()).toEqual(["a.daily", "weekly"]);
      expect(await open().collection("tokens").names()).toEqual([]);
      expect(await open().list()).toEqual([]);
      expect(await again.remove("weekly")).toBe(true);
      expect(await again.remove("weekly")).toBe(false);
      expect(await shelf.names()).toEqual(["a.daily"]);
    });

    it.each(["", ".", "../x", "a/b", ".hidden", "a\u0000"])("take nothing called %j", async (name) => {
      const shelf = (await makeOpener())().collection("baselines");
      await expect(shelf.put(name, "")).rejects.toThrow(UsageError);
      await expect(shelf.get(name)).rejects.toThrow(UsageError);
      await expect(shelf.remove(name)).rejects.toThrow(UsageError);
    });
  });

  it("a store that can be written says so", async () => {
    await expect((await makeOpener())().check()).resolves.toBeUndefined();
  });
}
