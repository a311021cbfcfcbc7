import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BackendError } from "../../src/backend/backend.ts";
import type { BackendAnswer, BackendRequest } from "../../src/domain/answer.ts";
import { InterruptedError, RunError } from "../../src/domain/errors.ts";
import type { ProgressEvent } from "../../src/domain/progress.ts";
import type { AnswerRecord, JournalRecord, OpenedRecord, VariantIdentity } from "../../src/domain/record.ts";
import { scored } from "../../src/domain/score.ts";
import type { ScoreLine, ScoreRow } from "../../src/domain/score-row.ts";
import type { Executed, Executor } from "../../src/executor/executor.ts";
import { makePlan } from "../../src/plan/plan.ts";
import { ProgressIndex } from "../../src/plan/progress-index.ts";
import type { TaskScorers } from "../../src/score/score-answers.ts";
import type { Scorer } from "../../src/score/scorer.ts";
import { FileStore } from "../../src/store/file-store.ts";
import { type Run, START } from "../../src/store/run-store.ts";
import { echo, FakeBackend, identityOf, waitForever } from "../generate/fake-backend.ts";
import { countTo, itemsOf } from "../generate/fake-items.ts";
import { specOf } from "../plan/example-spec.ts";
import { temporaryFolder } from "../support/cli.ts";
import { collect } from "../support/collect.ts";
import { quizItem, quizTask, writingItem, writingTask } from "../task/example-task.ts";

const [FP16, Q2_K] = ["one/FP16@fake", "one/Q2_K@fake"];
const NOW = new Date("2026-03-14T15:16:17Z");
const QUIZ_ITEMS = 25;
const WRITING_ITEMS = 12;
const REPEATS = 5;
const ANSWERS = 2 * (QUIZ_ITEMS + WRITING_ITEMS) + 2 * REPEATS;

const spec = specOf(
  { one: ["FP16", "Q2_K"] },
  [quizTask({ items: QUIZ_ITEMS }), writingTask({ items: WRITING_ITEMS })],
  { repeat: { items: REPEATS } },
);
const sources = new Map([
  ["quiz", itemsOf(countTo(QUIZ_ITEMS).map((index) => quizItem({ id: `q${index}`, question: `Which of ${index}?` })))],
  [
    "writing",
    itemsOf(countTo(WRITING_ITEMS).map((index) => writingItem({ id: `w${index}`, instruction: `Write ${index}.` }))),
  ],
]);

/** Scores the length of an answer, so that every answer has a score that tells it from others. */
const lengthScorer: Scorer = {
  metric: "output_length",
  signature: "length|v:1",
  score: async (inputs) => inputs.map(({ candidate }) => scored(candidate.length / 100)),
  close: async () => {},
};
const scorers: ReadonlyMap<string, TaskScorers> = new Map([["writing", { scorers: [lengthScorer], unavailable: {} }]]);

interface Attempt {
  readonly answer?: (request: BackendRequest, signal: AbortSignal) => Promise<BackendAnswer> | BackendAnswer;
  readonly identity?: (variant: string) => VariantIdentity;
  readonly onProgress?: (event: ProgressEvent) => void;
  readonly signal?: AbortSignal;
  /** Instead of opening a backend. */
  readonly refuse?: (variant: string) => Error | undefined;
}

/** A run in a folder of its own that can be executed again and again, as a resumed one is: from what is stored and nothing else. */
class Example {
  readonly #folder: string;
  readonly #executor: Executor;
  /** Backends of the last attempt, by variant. */
  backends = new Map<string, FakeBackend>();
  /** What the executor returned of the last attempt. */
  executed: Executed | undefined;
  /** Ended items that the last attempt was told of, after it. */
  given = { done: 0, scored: 0 };

  constructor(folder: string, executor: Executor) {
    this.#folder = folder;
    this.#executor = executor;
  }

  async attempt(attempt: Attempt = {}): Promise<void> {
    const run = await this.#open();
    const plan = makePlan(spec, { unitItems: 10 });
    const progress = await readProgress(run, plan);
    this.backends = new Map();
    try {
      await run.lock();
      this.executed = await this.#executor.execute({
        plan,
        run,
        sources,
        scorers,
        ...progress,
        openBackend: async (variant) => {
          const refusal = attempt.refuse?.(variant.id);
          if (refusal !== undefined) throw refusal;
          const backend = new FakeBackend({
            concurrency: 3,
            identity: attempt.identity?.(variant.id) ?? identityOf(variant.id),
            ...(attempt.answer === undefined ? {} : { answer: attempt.answer }),
          });
          this.backends.set(variant.id, backend);
          return backend;
        },
        now: () => NOW,
        onProgress: attempt.onProgress ?? (() => {}),
        signal: attempt.signal ?? new AbortController().signal,
      });
      this.given = { done: progress.done.total(), scored: progress.scored.total() };
      const { end } = this.executed;
      if (end.kind === "stopped") throw end.error;
    } finally {
      await run.close();
    }
  }

  /** Attempts that are to fail: what they failed with. */
  async failure(attempt: Attempt): Promise<unknown> {
    return this.attempt(attempt).then(
      () => "it ended well",
      (error: unknown) => error,
    );
  }

  async records(): Promise<readonly AnswerRecord[]> {
    return (await this.#lines<JournalRecord>("records")).filter((line) => line.type === "answer");
  }

  async openings(): Promise<readonly OpenedRecord[]> {
    return (await this.#lines<JournalRecord>("records")).filter((line) => line.type === "opened");
  }

  async rows(): Promise<readonly ScoreRow[]> {
    return (await this.#lines<ScoreLine>("scores")).filter((line) => line.type === "score");
  }

  async forgetScores(): Promise<void> {
    const run = await this.#open();
    await run.lock();
    await (await run.rebuild("scores")).commit();
    await run.close();
  }

  asked(): number {
    return [...this.backends.values()].reduce((sum, backend) => sum + backend.asked.length, 0);
  }

  async #open(): Promise<Run> {
    return new FileStore(this.#folder).open("r");
  }

  async #lines<T>(stream: "records" | "scores"): Promise<T[]> {
    const lines = await collect((await this.#open()).lines(stream, START, new AbortController().signal));
    return lines.map(({ text }) => JSON.parse(text) as T);
  }
}

/** What a run's streams say has ended, and who answered. */
async function readProgress(run: Run, plan: ReturnType<typeof makePlan>) {
  const [done, scoredItems] = [new ProgressIndex(plan), new ProgressIndex(plan)];
  const identities = new Map<string, VariantIdentity>();
  const { signal } = new AbortController();
  for (const { text } of await collect(run.lines("records", START, signal))) {
    const record = JSON.parse(text) as JournalRecord;
    if (record.type === "answer") done.add(record);
    else if (!identities.has(record.variant)) identities.set(record.variant, record.identity);
  }
  for (const { text } of await collect(run.lines("scores", START, signal))) {
    const line = JSON.parse(text) as ScoreLine;
    if (line.type === "score") scoredItems.add(line);
  }
  return { done, scored: scoredItems, identities };
}

const placeOf = ({ variant, task, pass = "main", item }: AnswerRecord | ScoreRow): string =>
  [variant, task, pass, item].join(" ");

/** Every place of the plan, as a sorted list. */
function allPlaces(): readonly string[] {
  const places = [FP16, Q2_K].flatMap((variant) => [
    ...countTo(QUIZ_ITEMS).map((index) => `${variant} quiz main q${index}`),
    ...countTo(WRITING_ITEMS).map((index) => `${variant} writing main w${index}`),
  ]);
  for (const index of countTo(REPEATS))
    places.push(`${FP16} quiz repeat q${index}`, `${FP16} writing repeat w${index}`);
  return places.toSorted();
}

async function expectComplete(example: Example): Promise<void> {
  expect((await example.records()).map(placeOf).toSorted()).toEqual(allPlaces());
  expect((await example.rows()).map(placeOf).toSorted()).toEqual(allPlaces());
}

/** What every executor must do with a plan. */
export function executorContract(name: string, makeExecutor: () => Executor | Promise<Executor>): void {
  async function example(): Promise<Example> {
    const folder = join(await temporaryFolder(), "runs");
    const run = await new FileStore(folder).create("r");
    await run.write("manifest.json", "{}");
    await run.close();
    return new Example(folder, await makeExecutor());
  }

  describe(`executor: ${name}`, () => {
    it("gives every item of the plan one record and one score row", async () => {
      const one = await example();
      await one.attempt();
      await expectComplete(one);
      expect(one.asked()).toBe(ANSWERS);
    });

    it("keeps what was asked and answered, and what it scores", async () => {
      const one = await example();
      await one.attempt();
      const record = (await one.records()).find((each) => placeOf(each) === `${Q2_K} writing main w3`);
      expect(record).toMatchObject({
        type: "answer",
        index: 3,
        promptHash: expect.stringMatching(/^[0-9a-f]{16}$/),
        outcome: { kind: "answered", answer: { kind: "text", text: "Write 3." } },
        at: NOW.toISOString(),
      });
      const row = (await one.rows()).find((each) => placeOf(each) === `${Q2_K} writing main w3`);
      expect(row).toMatchObject({
        index: 3,
        promptHash: record?.promptHash,
        result: { kind: "generated", flaw: "none", scores: { output_length: { kind: "scored", value: 0.08 } } },
      });
    });

    it("opens each variant's backend, tells who it is, and closes it", async () => {
      const one = await example();
      await one.attempt();
      expect([...one.backends.keys()].toSorted()).toEqual([FP16, Q2_K]);
      for (const backend of one.backends.values()) expect(backend.closed).toBe(true);
      const openings = await one.openings();
      expect(new Set(openings.map(({ variant }) => variant))).toEqual(new Set([FP16, Q2_K]));
      for (const { variant, identity } of openings) expect(identity).toEqual(identityOf(variant));
    });

    it("returns who it opened, and leaves what it was given as it was", async () => {
      const one = await example();
      await one.attempt();
      expect(one.executed?.end).toEqual({ kind: "complete" });
      expect(Object.fromEntries(one.executed?.identities ?? [])).toEqual({
        [FP16]: identityOf(FP16),
        [Q2_K]: identityOf(Q2_K),
      });
      expect(one.given).toEqual({ done: 0, scored: 0 });
    });

    it("returns who it opened also when it was stopped", async () => {
      const one = await example();
      const error = new RunError("the file is cut");
      await one.failure({ refuse: (variant) => (variant === Q2_K ? error : undefined) });
      expect(one.executed?.end.kind).toBe("stopped");
      expect([...(one.executed?.identities.keys() ?? [])]).toContain(FP16);
    });

    it("asks no more at a time than the backend takes", async () => {
      const one = await example();
      await one.attempt({
        answer: async (request) => {
          await new Promise((resolve) => setImmediate(resolve));
          return echo(request);
        },
      });
      for (const backend of one.backends.values()) expect(backend.busiest).toBeLessThanOrEqual(3);
    });

    it("makes one item's error that item's record, and its row a missing one", async () => {
      const one = await example();
      await one.attempt({
        answer: (request) => {
          if (request.prompt.includes("Write 7.")) throw new BackendError({ kind: "timeout", message: "too slow" });
          return echo(request);
        },
      });
      await expectComplete(one);
      const errored = (await one.records()).filter(({ outcome }) => outcome.kind === "errored");
      expect(errored.map(placeOf).toSorted()).toEqual([`${FP16} writing main w7`, `${Q2_K} writing main w7`]);
      expect(errored[0]?.outcome).toEqual({ kind: "errored", error: { kind: "timeout", message: "too slow" } });
      const missing = (await one.rows()).filter(({ result }) => result.kind === "missing");
      expect(missing.map(placeOf).toSorted()).toEqual(errored.map(placeOf).toSorted());
    });

    it("goes on when every item of a variant fails", async () => {
      const one = await example();
      await one.attempt({
        answer: () => {
          throw new Error("nobody is there");
        },
      });
      await expectComplete(one);
      expect((await one.records()).every(({ outcome }) => outcome.kind === "errored")).toBe(true);
    });

    it("tells how far it is", async () => {
      const events: ProgressEvent[] = [];
      const one = await example();
      await one.attempt({ onProgress: (event) => events.push(event) });
      const of = (kind: ProgressEvent["kind"], variant: string): number =>
        events.filter((event) => event.kind === kind && "variant" in event && event.variant === variant).length;
      expect(of("answered", FP16)).toBe(QUIZ_ITEMS + WRITING_ITEMS + 2 * REPEATS);
      expect(of("answered", Q2_K)).toBe(QUIZ_ITEMS + WRITING_ITEMS);
      for (const variant of [FP16, Q2_K])
        expect([of("variant-opening", variant), of("variant-done", variant)]).toEqual([1, 1]);
    });

    describe("being stopped", () => {
      /** Stops after some answers; of the others none comes. */
      async function stopAfter(one: Example, answers: number): Promise<unknown> {
        const controller = new AbortController();
        let answered = 0;
        return one.failure({
          signal: controller.signal,
          answer: (request, signal) => {
            answered += 1;
            if (answered <= answers) return echo(request);
            setImmediate(() => controller.abort(new Error("by the user")));
            return waitForever(request, signal);
          },
        });
      }

      it.each([0, 1, 13, 40, 60, ANSWERS - 1])(
        "after %i answers keeps them, and another attempt asks for the rest",
        async (answers) => {
          const one = await example();
          expect(await stopAfter(one, answers)).toBeInstanceOf(InterruptedError);
          const kept = await one.records();
          expect(kept).toHaveLength(answers);
          for (const backend of one.backends.values()) expect(backend.closed).toBe(true);

          await one.attempt();
          expect(one.asked()).toBe(ANSWERS - answers);
          await expectComplete(one);
          expect((await one.records()).slice(0, answers)).toEqual(kept);
        },
      );

      it("again and again ends with the same scores as never", async () => {
        const [stopped, undisturbed] = [await example(), await example()];
        for (const answers of [3, 0, 20, 7, 31]) await stopAfter(stopped, answers);
        await stopped.attempt();
        await undisturbed.attempt();
        const rows = async (each: Example) => (await each.rows()).map((row) => JSON.stringify(row)).toSorted();
        expect(await rows(stopped)).toEqual(await rows(undisturbed));
      });

      it("before the start asks nothing", async () => {
        const one = await example();
        expect(await one.failure({ signal: AbortSignal.abort() })).toBeInstanceOf(InterruptedError);
        expect([one.asked(), await one.records()]).toEqual([0, []]);
      });
    });

    it("asks nothing and opens nothing for what is complete", async () => {
      const one = await example();
      await one.attempt();
      await one.attempt({ refuse: () => new Error("must not be opened") });
      expect(one.backends.size).toBe(0);
      await expectComplete(one);
    });

    it("scores what was answered but not scored, as after a kill between the two", async () => {
      const one = await example();
      await one.attempt();
      await one.forgetScores();
      await one.attempt({ refuse: () => new Error("must not be opened") });
      await expectComplete(one);
    });

    it("doesn't ask again for what ended in an error", async () => {
      const one = await example();
      await one.attempt({
        answer: (request) => {
          if (request.prompt.includes("Write 7.")) throw new Error("once");
          return echo(request);
        },
      });
      await one.attempt();
      expect(one.asked()).toBe(0);
      expect((await one.records()).filter(({ outcome }) => outcome.kind === "errored")).toHaveLength(2);
    });

    describe("weights that changed meanwhile", () => {
      async function begunWith(identity: VariantIdentity): Promise<Example> {
        const one = await example();
        const controller = new AbortController();
        await one.failure({
          identity: () => identity,
          signal: controller.signal,
          onProgress: (event) => {
            if (event.kind === "answered") controller.abort();
          },
        });
        expect((await one.records()).length).toBeGreaterThan(0);
        return one;
      }

      it.each<[string, VariantIdentity, RegExp]>([
        ["other weights", identityOf("2"), /one\/FP16@fake: the run was begun with other weights/],
        ["another build", identityOf("1", "fake 2"), /the run was begun with another build \(fake 1, now fake 2\)/],
      ])("%s are refused, and nothing of theirs is kept", async (_, now, message) => {
        const one = await begunWith(identityOf("1"));
        const [records, openings] = [await one.records(), await one.openings()];
        const error = await one.failure({ identity: () => now });
        expect(error).toBeInstanceOf(RunError);
        expect(String(error)).toMatch(message);
        expect([await one.records(), await one.openings()]).toEqual([records, openings]);
        expect(one.asked()).toBe(0);
        for (const backend of one.backends.values()) expect(backend.closed).toBe(true);
      });

      it("the same are taken, and the run is finished", async () => {
        const one = await begunWith(identityOf("1"));
        await one.attempt({ identity: () => identityOf("1") });
        await expectComplete(one);
      });
    });

    it("ends with a RunError when a backend can't be opened, and keeps what was done before", async () => {
      const one = await example();
      const error = await one.failure({
        refuse: (variant) => (variant === Q2_K ? new RunError("the file is cut") : undefined),
      });
      expect(error).toBeInstanceOf(RunError);
      expect(String(error)).toContain("the file is cut");
      expect((await one.records()).filter(({ variant }) => variant === FP16)).toHaveLength(ANSWERS / 2 + REPEATS);
      await one.attempt();
      await expectComplete(one);
    });

    it("ends with a RunError when a backend is lost for good", async () => {
      const one = await example();
      let answered = 0;
      const error = await one.failure({
        answer: (request) => {
          answered += 1;
          if (answered > 20) throw new RunError("the server has been gone for ten minutes");
          return echo(request);
        },
      });
      expect(error).toBeInstanceOf(RunError);
      expect(await one.records()).toHaveLength(20);
      await one.attempt();
      await expectComplete(one);
    });
  });
}
