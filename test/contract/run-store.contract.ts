import { describe, expect, it, onTestFinished } from "vitest";
import { InterruptedError, RunError, UsageError } from "../../src/domain/errors.ts";
import { type Run, type RunStore, START } from "../../src/store/run-store.ts";
import { collect } from "../support/collect.ts";
import { runCatalogContract } from "./run-catalog.contract.ts";
import { runPartsContract } from "./run-parts.contract.ts";

const running = new AbortController().signal;

/** What every store of runs must do. `open` gives a store, always of the same runs within one test; the first time there are none. */
export function runStoreContract(name: string, makeOpener: () => Promise<() => RunStore>): void {
  async function begin(store: RunStore, id: string): Promise<Run> {
    const run = await store.create(id);
    onTestFinished(() => run.close());
    await run.lock();
    await run.write("manifest.json", "{}");
    return run;
  }

  async function textsOf(run: Run, stream: "records" | "scores" = "records", from = START): Promise<string[]> {
    return (await collect(run.lines(stream, from, running))).map(({ text }) => text);
  }

  describe(`run store: ${name}`, () => {
    describe("runs", () => {
      it("are found again by their id, also by another process", async () => {
        const open = await makeOpener();
        const run = await begin(open(), "20260314-run-k3x9");
        expect(run.id).toBe("20260314-run-k3x9");
        expect((await open().open(run.id)).location).toBe(run.location);
      });

      it("have ids that are taken once", async () => {
        const store = (await makeOpener())();
        await begin(store, "twice");
        await expect(store.create("twice")).rejects.toThrow(UsageError);
      });

      it("that aren't there are told", async () => {
        const store = (await makeOpener())();
        await expect(store.open("never")).rejects.toThrow(UsageError);
        await expect(store.open("never")).rejects.toThrow(/never/);
      });

      it("are none in a fresh store", async () => {
        expect(await (await makeOpener())().list()).toEqual([]);
      });

      it("are listed newest first, whatever their ids and whichever was written last", async () => {
        const store = (await makeOpener())();
        const made: Run[] = [];
        for (const id of ["b", "c", "a"]) {
          made.push(await begin(store, id));
          // Clocks of file systems and databases tick in steps.
          await new Promise((resolve) => setTimeout(resolve, 30));
        }
        await made[0]?.write("manifest.json", '{"status":"completed"}');
        await made[1]?.append("records", "{}");
        expect(await store.list()).toEqual(["a", "c", "b"]);
      });

      it("that were made but never begun are no runs yet", async () => {
        const store = (await makeOpener())();
        const run = await store.create("early");
        await run.close();
        expect(await store.list()).toEqual([]);
        await expect(store.open("early")).rejects.toThrow(UsageError);
      });

      it.each(["", ".", "..", "../x", "a/b", "a\\b", "/etc", ".hidden", "a b", "a\u0000b", "é", "x".repeat(129), "-x"])(
        "can't be called %j",
        async (id) => {
          const store = (await makeOpener())();
          await expect(store.create(id)).rejects.toThrow(UsageError);
          await expect(store.open(id)).rejects.toThrow(UsageError);
        },
      );

      it.each(["a", "0", "a..b", "A_b-c.d", "x".repeat(128)])("can be called %j", async (id) => {
        const store = (await makeOpener())();
        await begin(store, id);
        expect(await store.list()).toEqual([id]);
      });
    });

    describe("documents", () => {
      it("come out as they went in", async () => {
        const open = await makeOpener();
        const run = await begin(open(), "r");
        expect(await run.read("summary.json")).toBeUndefined();
        for (const text of ["", "ü🙂\r\n\u2028\u0000", "x".repeat(1 << 20)]) {
          await run.write("summary.json", text);
          expect(await (await open().open("r")).read("summary.json")).toBe(text);
        }
      });

      it("are replaced whole: a reader sees the old or the new, never a part", async () => {
        const open = await makeOpener();
        const run = await begin(open(), "r");
        const versions = Array.from({ length: 20 }, (_, index) => `${index}`.repeat(300_000));
        const reader = await open().open("r");
        let writing = true;
        const writes = (async () => {
          for (const version of versions) await run.write("report.html", version);
          writing = false;
        })();
        const seen: (string | undefined)[] = [];
        while (writing) seen.push(await reader.read("report.html"));
        await writes;
        expect(seen.filter((text) => text !== undefined && !versions.includes(text))).toEqual([]);
        expect(await reader.read("report.html")).toBe(versions.at(-1));
      });

      it("written at the same time end as one of them", async () => {
        const run = await begin((await makeOpener())(), "r");
        const versions = Array.from({ length: 8 }, (_, index) => `${index}`.repeat(100_000));
        await Promise.all(versions.map((version) => run.write("report.md", version)));
        expect(versions).toContain(await run.read("report.md"));
      });
    });

    describe("streams", () => {
      it("give back every line, in order, as it was appended", async () => {
        const open = await makeOpener();
        const run = await begin(open(), "r");
        const lines = ["{}", '{"text":"ü🙂\u2028"}', "", "x".repeat(1 << 20), '{"last":true}'];
        for (const line of lines) await run.append("records", line);
        expect(await textsOf(run)).toEqual(lines);
        expect(await textsOf(await open().open("r"))).toEqual(lines);
      });

      it("are empty before the first line, and apart from each other", async () => {
        const run = await begin((await makeOpener())(), "r");
        expect(await textsOf(run)).toEqual([]);
        await run.append("scores", "a");
        expect(await textsOf(run)).toEqual([]);
        expect(await textsOf(run, "scores")).toEqual(["a"]);
      });

      it("are read on from any position", async () => {
        const run = await begin((await makeOpener())(), "r");
        const lines = Array.from({ length: 50 }, (_, index) => `${index} ${"é".repeat(index * 200)}`);
        for (const line of lines) await run.append("records", line);
        const stored = await collect(run.lines("records", START, running));
        for (const [index, { next }] of stored.entries())
          expect(await textsOf(run, "records", next)).toEqual(lines.slice(index + 1));
        expect(await run.end("records")).toBe(stored.at(-1)?.next);
      });

      it("start at the beginning", async () => {
        const run = await begin((await makeOpener())(), "r");
        expect(await run.end("records")).toBe(START);
      });

      it("are read on where reading stopped, after more was appended", async () => {
        const run = await begin((await makeOpener())(), "r");
        await run.append("records", "one");
        const [first] = await collect(run.lines("records", START, running));
        await run.append("records", "two");
        expect(await textsOf(run, "records", first?.next)).toEqual(["two"]);
      });

      it("can be left in the middle", async () => {
        const run = await begin((await makeOpener())(), "r");
        for (let index = 0; index < 5; index += 1) await run.append("records", `${index}`);
        for await (const { text } of run.lines("records", START, running)) {
          expect(text).toBe("0");
          break;
        }
        await run.append("records", "5");
        expect(await textsOf(run)).toEqual(["0", "1", "2", "3", "4", "5"]);
      });

      it("stop with the run", async () => {
        const run = await begin((await makeOpener())(), "r");
        await run.append("records", "one");
        await expect(collect(run.lines("records", START, AbortSignal.abort()))).rejects.toThrow(InterruptedError);
      });

      it("that are derived are made anew beside the old ones, which stand until the new ones are whole", async () => {
        const open = await makeOpener();
        const run = await begin(open(), "r");
        for (const stream of ["records", "scores"] as const) await run.append(stream, "old");
        const rebuild = await run.rebuild("scores");
        await rebuild.append("new");
        await rebuild.append("newer");
        expect(await textsOf(run, "scores")).toEqual(["old"]);
        await rebuild.commit();
        expect(await textsOf(run, "scores")).toEqual(["new", "newer"]);
        expect(await textsOf(await open().open("r"), "scores")).toEqual(["new", "newer"]);
        await run.append("scores", "next");
        expect(await textsOf(run, "scores")).toEqual(["new", "newer", "next"]);
        expect(await textsOf(run)).toEqual(["old"]);
      });

      it("that were begun anew and not brought to an end leave no trace", async () => {
        const run = await begin((await makeOpener())(), "r");
        await run.append("scores", "old");
        // As a process that was killed leaves it.
        await (await run.rebuild("scores")).append("lost");
        const discarded = await run.rebuild("scores");
        await discarded.append("not wanted");
        await discarded.discard();
        expect(await textsOf(run, "scores")).toEqual(["old"]);
        await (await run.rebuild("scores")).commit();
        expect(await textsOf(run, "scores")).toEqual([]);
        expect(await run.end("scores")).toBe(START);
      });

      it("go on after the run was closed and opened again", async () => {
        const open = await makeOpener();
        const run = await begin(open(), "r");
        await run.append("records", "one");
        await run.close();
        const again = await open().open("r");
        onTestFinished(() => again.close());
        await again.lock();
        await again.append("records", "two");
        expect(await textsOf(again)).toEqual(["one", "two"]);
      });
    });

    describe("the lock", () => {
      it("is one writer's: a second one is refused and told by whom", async () => {
        const open = await makeOpener();
        await begin(open(), "r");
        const second = await open().open("r");
        await expect(second.lock()).rejects.toThrow(RunError);
        await expect(second.lock()).rejects.toThrow(new RegExp(`process ${process.pid} `));
      });

      it("doesn't keep anybody from reading", async () => {
        const open = await makeOpener();
        const run = await begin(open(), "r");
        await run.append("records", "one");
        const reader = await open().open("r");
        expect(await textsOf(reader)).toEqual(["one"]);
        await reader.close();
        await run.append("records", "two");
        expect(await textsOf(run)).toEqual(["one", "two"]);
      });

      it("is free once the run is closed, and a refused writer's closing doesn't free it", async () => {
        const open = await makeOpener();
        const run = await begin(open(), "r");
        const second = await open().open("r");
        await expect(second.lock()).rejects.toThrow(RunError);
        await second.close();
        const third = await open().open("r");
        await expect(third.lock()).rejects.toThrow(RunError);
        await run.close();
        await third.lock();
        await third.close();
      });

      it("can be asked for again by who has it, and closed twice", async () => {
        const run = await begin((await makeOpener())(), "r");
        await run.lock();
        await run.close();
        await run.close();
      });
    });

    runPartsContract(makeOpener);
    runCatalogContract(makeOpener);
  });
}
