import { beforeEach, describe, expect, it } from "vitest";
import { BackendError } from "../../../src/backend/backend.ts";
import type { OpenedRecord } from "../../../src/domain/record.ts";
import { VariantRefusedError } from "../../../src/executor/open-variant.ts";
import { makePlan, type Unit } from "../../../src/plan/plan.ts";
import { ThrottledError } from "../../../src/service/queue/job-outcome.ts";
import { parseAnswers } from "../../../src/service/queue/unit-lines.ts";
import { UnitGenerator } from "../../../src/service/workers/generate-unit.ts";
import { FileStore } from "../../../src/store/file-store.ts";
import type { Run } from "../../../src/store/run-store.ts";
import { echo, type FakeAnswering, FakeBackend, identityOf } from "../../generate/fake-backend.ts";
import { countTo, itemsOf } from "../../generate/fake-items.ts";
import { specOf } from "../../plan/example-spec.ts";
import { temporaryFolder } from "../../support/cli.ts";
import { writingItem, writingTask } from "../../task/example-task.ts";

const ITEMS = 25;
const spec = specOf({ one: ["FP16", "Q2_K"] }, [writingTask({ items: ITEMS })]);
const plan = makePlan(spec, { unitItems: 10 });
const sources = new Map([
  ["writing", itemsOf(countTo(ITEMS).map((index) => writingItem({ id: `w${index}`, instruction: `Write ${index}.` })))],
]);
const unscored: string[] = [];

let store: FileStore;
let run: Run;
let opened: FakeBackend[];
let answered: number[];

beforeEach(async () => {
  store = new FileStore(await temporaryFolder());
  run = await store.create("r", "{}");
  opened = [];
  answered = [];
});

interface Worker extends FakeAnswering {
  readonly refuse?: () => Error | undefined;
  readonly findings?: OpenedRecord["findings"];
}

function makeGenerator(worker: Worker = {}): {
  generator: UnitGenerator;
  runsOpened: () => number;
  examined: () => number;
} {
  let [runsOpened, examined] = [0, 0];
  const generator = new UnitGenerator({
    store,
    now: () => new Date("2026-03-14T15:16:17Z"),
    openBackend: async () => {
      const refusal = worker.refuse?.();
      if (refusal !== undefined) throw refusal;
      const backend = new FakeBackend({ concurrency: 3, ...worker });
      opened.push(backend);
      return backend;
    },
    openRun: async () => {
      runsOpened += 1;
      const probe = async () => {
        examined += 1;
        return worker.findings ?? [];
      };
      return { plan, sources, probe, close: async () => {} };
    },
    onAnswered: async ({ unit }) => void answered.push(unit),
    onRecord: (record) => {
      if (record.outcome.kind === "errored") unscored.push(record.item);
    },
  });
  return { generator, runsOpened: () => runsOpened, examined: () => examined };
}

const context = { signal: new AbortController().signal, progress: () => {} };
const work = (generator: UnitGenerator, unit: number, signal = context.signal) =>
  generator.handle({ run: "r", unit }, { ...context, signal });

async function itemsStored(part: Parameters<Run["readPart"]>[0], unit: number): Promise<readonly number[]> {
  const text = await run.readPart(part);
  return text === undefined ? [] : parseAnswers(text, plan.units[unit] as Unit).lines.map(({ index }) => index);
}

describe("a worker that generates", () => {
  it("stores each unit once, and hands it on to be scored", async () => {
    const { generator } = makeGenerator();
    for (const unit of [0, 1, 1, 0]) await work(generator, unit);
    expect(opened[0]?.asked).toHaveLength(20);
    expect(await itemsStored("records-1", 1)).toEqual(countTo(10).map((index) => index + 10));
    expect(answered).toEqual([0, 1, 1, 0]);
    await generator.close();
  });

  it("loads a model once for units that follow each other, and examines it once in a run", async () => {
    const { generator, runsOpened, examined } = makeGenerator();
    for (const unit of [0, 1, 2, 3, 4, 5]) await work(generator, unit);
    expect(opened).toHaveLength(2);
    expect(opened[0]?.closed).toBe(true);
    expect(opened[1]?.closed).toBe(false);
    expect([runsOpened(), examined()]).toEqual([1, 2]);
    await generator.close();
    expect(opened[1]?.closed).toBe(true);
    await makeGenerator().generator.handle({ run: "r", unit: 0 }, context);
    const other = makeGenerator();
    await store.create("r2", "{}");
    await other.generator.handle({ run: "r2", unit: 0 }, context);
    expect(other.examined()).toBe(1);
  });

  it.each<[string, () => Promise<void>]>([
    ["was deleted", async () => store.remove("r")],
    ["was cancelled", async () => void (await run.putPart("stop", "{}"))],
    ["is at its end", async () => run.sealParts()],
  ])("asks nothing for a run that %s", async (_, end) => {
    await end();
    const { generator } = makeGenerator();
    await work(generator, 0);
    expect([opened, answered]).toEqual([[], []]);
  });

  it("keeps what it has when it is stopped; the next one asks for the rest", async () => {
    const controller = new AbortController();
    let count = 0;
    const { generator } = makeGenerator({
      answer: (request) => {
        count += 1;
        if (count > 4) controller.abort();
        return echo(request);
      },
    });
    await expect(work(generator, 0, controller.signal)).rejects.toThrow("interrupted");
    const kept = await itemsStored("records-0.0", 0);
    expect(kept.length).toBeGreaterThan(0);
    expect(await run.readPart("records-0")).toBeUndefined();
    const next = makeGenerator();
    await work(next.generator, 0);
    expect(opened[1]?.asked).toHaveLength(10 - kept.length);
    expect(await itemsStored("records-0", 0)).toEqual(countTo(10));
  });

  it("keeps one item's error as that item's record", async () => {
    const { generator } = makeGenerator({
      answer: (request) => {
        if (request.prompt.includes("Write 3.")) throw new BackendError({ kind: "timeout", message: "too slow" });
        return echo(request);
      },
    });
    await work(generator, 0);
    expect(await itemsStored("records-0", 0)).toEqual(countTo(10));
    expect(unscored).toEqual(["w3"]);
  });

  it("leaves the first stored unit as it is when another one comes late", async () => {
    const slow = makeGenerator({
      answer: async (request) => {
        // Meanwhile another worker does the unit.
        if ((await run.readPart("records-0")) === undefined) await work(makeGenerator().generator, 0);
        return echo(request);
      },
    });
    await work(slow.generator, 0);
    const { openings } = parseAnswers((await run.readPart("records-0")) ?? "", plan.units[0] as Unit);
    expect(openings).toHaveLength(1);
    expect(await itemsStored("records-0", 0)).toEqual(countTo(10));
  });

  it("refuses other weights than the run's first worker had, and asks nothing more for the run for a while", async () => {
    await work(makeGenerator({ identity: identityOf("1") }).generator, 0);
    const { generator } = makeGenerator({ identity: identityOf("2") });
    await expect(work(generator, 1)).rejects.toThrow(VariantRefusedError);
    await expect(work(generator, 3)).rejects.toThrow("a variant of the run was refused");
    expect(opened[1]?.asked).toEqual([]);
    expect(opened[1]?.closed).toBe(true);
  });

  it("refuses a backend whose answers would mislead, and says what was found", async () => {
    const findings = [{ check: "whole-prompt", level: "stop", message: "it cuts prompts" }] as const;
    const { generator } = makeGenerator({ findings });
    await expect(work(generator, 0)).rejects.toThrow(/whole-prompt: it cuts prompts/);
    expect(JSON.parse((await run.readPart("identity-0")) ?? "{}")).toMatchObject({ findings });
  });

  it("has the whole queue wait when the server is overloaded", async () => {
    const overloaded = new BackendError({ kind: "overloaded", message: "429", retryAfterMs: 7_000 });
    const error = await work(makeGenerator({ refuse: () => overloaded }).generator, 0).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ThrottledError);
    expect((error as ThrottledError).forMs).toBe(7_000);
  });
});
