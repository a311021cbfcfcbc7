import { describe, expect, it, onTestFinished } from "vitest";
import { RunError } from "../../src/domain/errors.ts";
import { type PartName, type Run, type RunStore, START } from "../../src/store/run-store.ts";
import { collect } from "../support/collect.ts";

const running = new AbortController().signal;

/** What every store must do for many processes that write one run. `makeOpener` as in the contract of stores. */
export function runPartsContract(makeOpener: () => Promise<() => RunStore>): void {
  async function begin(): Promise<{ run: Run; open: () => Promise<Run>; store: RunStore }> {
    const opener = await makeOpener();
    const store = opener();
    const run = await store.create("r", "{}");
    onTestFinished(() => run.close());
    return { run, store, open: () => opener().open("r") };
  }

  async function* linesFrom(lines: readonly string[]): AsyncGenerator<string> {
    yield* lines;
  }

  const textsOf = async (run: Run): Promise<string[]> =>
    (await collect(run.lines("records", START, running))).map(({ text }) => text);

  describe("parts", () => {
    it("come out as they went in, for every process", async () => {
      const { run, open } = await begin();
      expect(await run.readPart("records-0")).toBeUndefined();
      expect(await run.partNames()).toEqual(new Set());
      const texts: readonly [PartName, string][] = [
        ["records-0", ""],
        ["records-12", "a\nü🙂\u2028\u0000"],
        ["scores-12", "x".repeat(1 << 20)],
        ["identity-3", "{}"],
        ["signatures", "{}"],
        ["stop", "{}"],
      ];
      for (const [name, text] of texts) expect(await run.putPart(name, text)).toBe("written");
      const other = await open();
      for (const [name, text] of texts) expect(await other.readPart(name)).toBe(text);
      expect(await other.partNames()).toEqual(new Set(texts.map(([name]) => name)));
    });

    it("are written once: of many that try at once one wins, and the others are told", async () => {
      const { open } = await begin();
      const runs = await Promise.all(Array.from({ length: 8 }, open));
      const said = await Promise.all(runs.map((run, index) => run.putPart("records-1", `${index}`.repeat(50_000))));
      expect(said.filter((word) => word === "written")).toHaveLength(1);
      expect(said.filter((word) => word === "exists")).toHaveLength(7);
      const kept = `${said.indexOf("written")}`.repeat(50_000);
      for (const run of runs) expect(await run.readPart("records-1")).toBe(kept);
      expect(await runs[0]?.putPart("records-1", "late")).toBe("exists");
    });

    it("need no lock, and a locked run takes them", async () => {
      const { run, open } = await begin();
      await run.lock();
      expect(await (await open()).putPart("stop", "{}")).toBe("written");
    });

    it("are all gone once they were dropped, also twice", async () => {
      const { run } = await begin();
      await run.putPart("records-0", "a");
      await run.dropParts();
      await run.dropParts();
      expect(await run.partNames()).toEqual(new Set());
      expect(await run.readPart("records-0")).toBeUndefined();
    });

    it.each(["before", "after"])(
      "are taken no more once the records were put together, %s they were dropped",
      async (when) => {
        const { run, open } = await begin();
        await run.putPart("records-0", "a");
        await run.replace("records", () => linesFrom([]));
        if (when === "after") await run.dropParts();
        const late = await open();
        expect(await late.putPart("records-1", "late")).toBe("exists");
        expect(await late.readPart("records-1")).toBeUndefined();
      },
    );

    it("of a deleted run are refused, and the run doesn't come back", async () => {
      const { run, store } = await begin();
      await run.putPart("records-0", "a");
      await store.remove("r");
      await expect(run.putPart("records-1", "late")).rejects.toThrow(RunError);
      expect(await store.list()).toEqual([]);
      expect(await (await store.create("r", "{}")).partNames()).toEqual(new Set());
    });
  });

  describe("a stream that is put in one piece", () => {
    it("is what readers see from then on, and is appended to as any other", async () => {
      const { run, open } = await begin();
      await run.lock();
      await run.append("records", "old");
      const lines = Array.from({ length: 3000 }, (_, index) => `${index} ${"é".repeat(index % 300)}`);
      await run.replace("records", () => linesFrom(lines));
      expect(await textsOf(run)).toEqual(lines);
      const bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
      expect(await run.end("records")).toBe(bytes);
      await run.append("records", "new");
      expect(await textsOf(await open())).toEqual([...lines, "new"]);
    });

    it("put twice is there once", async () => {
      const { run } = await begin();
      for (let time = 0; time < 2; time += 1) await run.replace("records", () => linesFrom(["a", "b"]));
      expect(await textsOf(run)).toEqual(["a", "b"]);
    });

    it("stays as it was when putting it fails", async () => {
      const { run } = await begin();
      await run.replace("records", () => linesFrom(["a"]));
      async function* broken(): AsyncGenerator<string> {
        yield "b";
        throw new RunError("no more");
      }
      await expect(run.replace("records", broken)).rejects.toThrow("no more");
      expect(await textsOf(run)).toEqual(["a"]);
    });
  });
}
