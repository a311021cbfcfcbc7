import { describe, expect, it, onTestFinished } from "vitest";
import { RunError } from "../../src/domain/errors.ts";
import type { PartName, Run, RunStore } from "../../src/store/run-store.ts";

/** What every store must do for many processes that write one run. `makeOpener` as in the contract of stores. */
export function runPartsContract(makeOpener: () => Promise<() => RunStore>): void {
  async function begin(): Promise<{ run: Run; open: () => Promise<Run>; store: RunStore }> {
    const opener = await makeOpener();
    const store = opener();
    const run = await store.create("r", "{}");
    onTestFinished(() => run.close());
    return { run, store, open: () => opener().open("r") };
  }

  describe("parts", () => {
    it("come out as they went in, for every process", async () => {
      const { run, open } = await begin();
      expect(await run.readPart("records-0")).toBeUndefined();
      expect(await run.partNames()).toEqual(new Set());
      const texts: readonly [PartName, string][] = [
        ["records-0", ""],
        ["records-12", "a\nü🙂\u2028\u0000"],
        ["records-12.3", "b"],
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

    it("are sealed for good: none is left, and every one counts as there", async () => {
      const { run, open } = await begin();
      await run.putPart("records-0", "a");
      expect(await run.arePartsSealed()).toBe(false);
      await run.sealParts();
      await run.sealParts();
      const late = await open();
      expect(await late.arePartsSealed()).toBe(true);
      expect(await late.putPart("records-0", "late")).toBe("exists");
      expect(await late.putPart("records-1", "late")).toBe("exists");
      expect(await late.partNames()).toEqual(new Set());
      expect(await late.readPart("records-0")).toBeUndefined();
    });

    it("of a deleted run are refused, and the run doesn't come back", async () => {
      const { run, store } = await begin();
      await run.putPart("records-0", "a");
      await store.remove("r");
      await expect(run.putPart("records-1", "late")).rejects.toThrow(RunError);
      expect(await store.list()).toEqual([]);
      expect(await (await store.create("r", "{}")).partNames()).toEqual(new Set());
    });
  });
}
