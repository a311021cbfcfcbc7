import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AnswerRecord } from "../../src/domain/record.ts";
import { Damage } from "../../src/store/damage.ts";
import { type DamagedLine, readLines } from "../../src/store/read-lines.ts";
import { type Run, START, type StreamName } from "../../src/store/run-store.ts";
import { graded, opened, rowOf, written } from "../analyze/example-rows.ts";
import { collect } from "../support/collect.ts";

const { signal } = new AbortController();
const FP16 = "one/FP16@fake";

const answer = (index: number): AnswerRecord => ({
  type: "answer",
  variant: FP16,
  task: "quiz",
  item: `quiz-${index}`,
  index,
  promptHash: "00ff",
  outcome: {
    kind: "answered",
    answer: {
      kind: "letters",
      logprobs: [-1, "not-shown"],
      tokens: { prompt: 1, completion: 1 },
      timings: { wallMs: 1 },
    },
  },
  at: "2026-03-14T15:00:00Z",
});
const text: AnswerRecord = {
  ...answer(2),
  pass: "sample-3",
  outcome: {
    kind: "answered",
    answer: { kind: "text", text: "no", finish: "end", tokens: { prompt: 1, completion: 1 }, timings: { wallMs: 1 } },
  },
};
const errored: AnswerRecord = {
  ...answer(3),
  outcome: { kind: "errored", error: { kind: "timeout", message: "no answer" } },
};
const RECORDS = [opened(FP16, "2026-03-14T15:00:00Z"), answer(0), answer(1), text, errored];
const SCORES = [
  opened(FP16, "2026-03-14T15:00:00Z"),
  rowOf("quiz", 0, graded("right"), { subject: "law", group: "g" }),
  rowOf("quiz", 1, graded("letter-not-in-top-k")),
  rowOf("writing", 0, written({ bleu: 0.5, rouge_l: "no reference" }, "truncated")),
];

function runOf(lines: readonly string[]): Pick<Run, "lines"> {
  return {
    async *lines() {
      for (const [index, line] of lines.entries()) yield { text: line, next: index + 1 };
    },
  };
}

async function read(stream: StreamName, lines: readonly string[]) {
  const damaged: DamagedLine[] = [];
  const found = await collect(
    readLines(runOf(lines), stream, START, { onDamage: (line) => damaged.push(line), signal }),
  );
  return { lines: found.map(({ line }) => line), damaged };
}

const textsOf = (lines: readonly object[]): string[] => lines.map((line) => JSON.stringify(line));

describe("the lines of a stream", () => {
  it("are given as they were written", async () => {
    expect(await read("records", textsOf(RECORDS))).toEqual({ lines: RECORDS, damaged: [] });
    expect(await read("scores", textsOf(SCORES))).toEqual({ lines: SCORES, damaged: [] });
  });

  it("that are damaged are told by their number and passed over, those after them still come", async () => {
    const [first = "", second = "", third = ""] = textsOf(RECORDS);
    const found = await read("records", [first, second.slice(0, 30), "\u0000\u0000", third, second + third]);
    expect(found.lines).toEqual(RECORDS.slice(0, 1).concat(RECORDS.slice(2, 3)));
    expect(found.damaged).toEqual([2, 3, 5].map((number) => ({ stream: "records", number })));
  });

  it.each(["", "null", "7", "[]", "{}", '"answer"', '{"type":"answer"}', '{"type":"score"}', '{"type":"other"}'])(
    "are not %s",
    async (line) => {
      for (const stream of ["records", "scores"] as const)
        expect((await read(stream, [line])).damaged, stream).toHaveLength(1);
    },
  );

  it("lack or spoil no field that anything reads", async () => {
    const spoil = (value: unknown, path: readonly string[], put: unknown): unknown => {
      const [key = "", ...rest] = path;
      const fields = value as Record<string, unknown>;
      return { ...fields, [key]: rest.length === 0 ? put : spoil(fields[key], rest, put) };
    };
    const read1 = async (stream: StreamName, line: unknown) => (await read(stream, [JSON.stringify(line)])).damaged;
    const paths: readonly (readonly [StreamName, unknown, string])[] = [
      ...["variant", "task", "item", "promptHash", "index", "at", "outcome"].map(
        (path) => ["records", answer(0), path] as const,
      ),
      ...[
        "kind",
        "answer",
        "answer.kind",
        "answer.logprobs",
        "answer.tokens",
        "answer.tokens.prompt",
        "answer.timings.wallMs",
      ].map((path) => ["records", answer(0), `outcome.${path}`] as const),
      ...["text", "finish"].map((path) => ["records", text, `outcome.answer.${path}`] as const),
      ...["error", "error.kind", "error.message"].map((path) => ["records", errored, `outcome.${path}`] as const),
      ...["variant", "identity", "identity.build", "identity.settings", "identity.metadata", "loadMs", "at"].map(
        (path) => ["records", RECORDS[0], path] as const,
      ),
      ...[
        "variant",
        "task",
        "item",
        "index",
        "promptHash",
        "result",
        "result.kind",
        "result.choices",
        "result.grade.kind",
        "result.grade.chosen",
        "result.grade.figures",
      ].map((path) => ["scores", SCORES[1], path] as const),
      ...[
        "result.flaw",
        "result.scores",
        "result.scores.bleu",
        "result.scores.bleu.value",
        "result.scores.rouge_l.reason",
      ].map((path) => ["scores", SCORES[3], path] as const),
    ];
    for (const [stream, line, path] of paths) {
      expect(await read1(stream, line), `${stream} ${path}`).toEqual([]);
      // A metric that isn't there is none.
      for (const put of path === "result.scores.bleu" ? [null, [true]] : [undefined, null, [true]])
        expect(await read1(stream, spoil(line, path.split("."), put)), `${stream} ${path} ${put}`).toHaveLength(1);
    }
    for (const [path, put] of [
      ["index", -1],
      ["index", 0.5],
      ["promptHash", "xyz"],
      ["pass", "third"],
    ] as const)
      expect(await read1("records", spoil(answer(0), [path], put)), `${path} ${put}`).toHaveLength(1);
    expect(await read1("scores", spoil(SCORES[3], ["result", "scores", "bleu", "value"], 1.5))).toHaveLength(1);
    expect(await read1("scores", spoil(SCORES[1], ["answerHash"], "zz"))).toHaveLength(1);
  });

  it("never throw, whatever bytes a disk put among them", async () => {
    const whole = [...textsOf(RECORDS), ...textsOf(SCORES)];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...whole), fc.nat(), fc.string({ maxLength: 4 }), async (line, at, junk) => {
        const place = at % line.length;
        for (const stream of ["records", "scores"] as const)
          await read(stream, [line.slice(0, place) + junk + line.slice(place + junk.length)]);
      }),
    );
  });

  it("that aren't wanted are not parsed", async () => {
    const damaged: DamagedLine[] = [];
    const options = {
      onDamage: (line: DamagedLine) => damaged.push(line),
      skip: (line: string) => line === "skipped",
      signal,
    };
    expect(await collect(readLines(runOf(["skipped", "damaged"]), "records", START, options))).toEqual([]);
    expect(damaged).toEqual([{ stream: "records", number: 2 }]);
  });
});

describe("damage", () => {
  it("is told in a sentence for each stream: how much, where, and what mends it", () => {
    const damage = new Damage();
    expect(damage.describe({ id: "r" })).toEqual([]);
    damage.add({ stream: "records", number: 7 });
    for (const number of [2, 3, 5, 9]) damage.add({ stream: "scores", number });
    expect(damage.count("records")).toBe(1);
    expect(damage.describe({ id: "r" })).toEqual([
      "records.jsonl: line 7 is damaged and passed over; `quantgate run --resume r` asks its item again",
      "scores.jsonl: 4 lines are damaged and passed over (2, 3, 5, …); their items count as missing; `quantgate report r` makes the scores anew from the records",
    ]);
  });
});
