import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Backend } from "../../src/backend/backend.ts";
import { openRecorded } from "../../src/backend/recorded/open.ts";
import { hashRequest } from "../../src/task/build-request.ts";
import { textRequest } from "../support/stub-server.ts";

const signal = new AbortController().signal;
const LETTERS = { kind: "letters", prompt: "Q", letters: [" A", " B", " C"] } as const;
const CHOICES = { kind: "continuations", prompt: "Q", continuations: [" x", " y"] } as const;
const about = (item: string, task = "t") => ({ task, item });

async function record(rows: readonly unknown[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "quantgate-recorded-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "answers.jsonl");
  await writeFile(path, rows.map((row) => (typeof row === "string" ? row : JSON.stringify(row))).join("\n"));
  return path;
}

async function open(rows: readonly unknown[]): Promise<Backend> {
  const backend = await openRecorded(await record(rows), { type: "recorded", concurrency: 8 }, signal);
  onTestFinished(() => backend.close());
  return backend;
}

describe("recorded answers", () => {
  it("are found by task and item: texts, letters, continuations", async () => {
    const backend = await open([
      { task: "t", item: "1", text: "Grüße ☀", finish: "length", tokens: { prompt: 3, completion: 2 } },
      "",
      { item: 2, letters: { A: -1, C: -0.5 } },
      { item: "3", continuations: [-4, -3.5] },
      { task: "other", item: "1", text: "another" },
    ]);
    expect(await backend.generate(textRequest("x"), signal, about("1"))).toMatchObject({
      text: "Grüße ☀",
      finish: "length",
      tokens: { prompt: 3, completion: 2 },
    });
    expect(await backend.generate(textRequest("x"), signal, about("1", "other"))).toMatchObject({
      text: "another",
      finish: "end",
    });
    expect((await backend.generate(LETTERS, signal, about("2"))).logprobs).toEqual([-1, "not-shown", -0.5]);
    expect((await backend.generate(CHOICES, signal, about("3"))).logprobs).toEqual([-4, -3.5]);
    expect(backend.identity).toMatchObject({ build: "recorded answers", settings: { rows: 4 } });
  });

  it("keep thinking apart from the answer, in own rows and in lm-evaluation-harness' ones", async () => {
    const backend = await open([
      { item: "1", text: "<think>A? no, C</think>B" },
      { item: "2", text: "[THINK]A?[/THINK]B", reasoning: "told" },
      { doc_id: 3, resps: [["◁think▷The answer is A? Hmm.◁/think▷\n\nThe answer is B."]] },
    ]);
    const written = async (item: string) => backend.generate(textRequest("x"), signal, about(item));
    expect(await written("1")).toMatchObject({ text: "B", reasoning: "A? no, C" });
    expect(await written("2")).toMatchObject({ text: "B", reasoning: "told\n\nA?" });
    expect(await written("3")).toMatchObject({ text: "The answer is B.", reasoning: "The answer is A? Hmm." });
  });

  it("of a document that lm-evaluation-harness wrote once a filter count once, if they are equal", async () => {
    const row = (doc_id: number, resps: unknown, filter: string) => ({
      doc_id,
      doc: { id: `q${doc_id}` },
      resps,
      filter,
    });
    const backend = await open([
      row(0, [["The answer is (B)"]], "strict-match"),
      row(0, [["The answer is (B)"]], "flexible-extract"),
      row(1, [["C"]], "strict-match"),
      row(1, [["C"]], "flexible-extract"),
      row(1, [["C"]], "third"),
    ]);
    expect(await backend.generate(textRequest("x"), signal, about("q0"))).toMatchObject({ text: "The answer is (B)" });
    expect(backend.identity.settings).toMatchObject({ rows: 2 });
    await expect(open([row(0, [["B"]], "a"), row(0, [["C"]], "b")])).rejects.toThrow(
      /:2: item "q0" was recorded before.*another answer/,
    );
    await expect(open([row(0, [["B"]], "a"), { item: "q0", text: "B" }])).rejects.toThrow(
      /:2: item "q0" was recorded before/,
    );
  });

  it("that are missing, of another prompt or another kind are told as not recorded", async () => {
    const backend = await open([
      { item: "1", text: "a", promptHash: hashRequest(textRequest("right")) },
      { item: "2", continuations: [-1, -2, -3] },
    ]);
    expect(await backend.generate(textRequest("right"), signal, about("1"))).toMatchObject({ text: "a" });
    for (const [request, item, why] of [
      [textRequest("x"), "9", /not in the file/],
      [textRequest("wrong"), "1", /another prompt/],
      [LETTERS, "1", /another prompt|a text/],
      [CHOICES, "2", /3 log-probabilities/],
    ] as const) {
      const error = await backend.generate(request, signal, about(item)).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ kind: "not-recorded", retryable: false, message: expect.stringMatching(why) });
    }
    await expect(backend.generate(textRequest("x"), signal)).rejects.toMatchObject({ kind: "not-recorded" });
  });

  it("of lm-evaluation-harness are read: log-probabilities by choice, generated texts, ids of the document", async () => {
    const backend = await open([
      {
        doc_id: 0,
        doc: { id: "Mercury_1", question: "Q", choices: { text: ["x", "y"] } },
        target: "1",
        arguments: { gen_args_0: { arg_0: "Q", arg_1: " x" }, gen_args_1: { arg_0: "Q", arg_1: " y" } },
        resps: [[["-4.25", "False"]], [["-1e-05", "True"]]],
        filtered_resps: [
          ["-4.25", "False"],
          ["-1e-05", "True"],
        ],
        acc: 1,
      },
      {
        doc_id: 1,
        doc: {},
        target: 2,
        arguments: [["Q", " A"]],
        resps: [[[-3, false]], [[-1, true]], [["-inf", "False"]]],
        acc: 0,
      },
      {
        doc_id: 2,
        doc: {},
        target: "4",
        arguments: [["Q", { until: ["\n"] }]],
        resps: [["The answer is 4"]],
        exact_match: 1,
      },
    ]);
    expect((await backend.generate(CHOICES, signal, about("0"))).logprobs).toEqual([-4.25, -1e-5]);
    expect((await backend.generate(CHOICES, signal, about("Mercury_1"))).logprobs).toEqual([-4.25, -1e-5]);
    expect((await backend.generate(LETTERS, signal, about("1"))).logprobs.slice(0, 2)).toEqual([-3, -1]);
    expect((await backend.generate(LETTERS, signal, about("1"))).logprobs[2]).toBeLessThan(-1e300);
    expect(await backend.generate(textRequest("x"), signal, about("2"))).toMatchObject({ text: "The answer is 4" });
  });

  it.each([
    ["no JSON", ['{"item": "1", "text": "a"}', "{oops"], /answers\.jsonl:2: not valid JSON/],
    ["no item", ['{"text": "a"}'], /:1: needs `item`/],
    ["two kinds of answer", ['{"item": "1", "text": "a", "letters": {"A": -1}}'], /:1: needs/],
    ["an item twice", ['{"item": "1", "text": "a"}', '{"item": "1", "text": "b"}'], /:2: item "1" was recorded before/],
    ["responses of no known shape", ['{"doc_id": 1, "resps": [[]]}'], /:1: field "resps/],
  ])("with %s are refused when they are opened", async (_, rows, message) => {
    await expect(open(rows)).rejects.toThrow(message);
  });

  it("are indexed where they stand, across many reads", async () => {
    const rows = Array.from({ length: 5000 }, (_, index) => ({
      item: index,
      text: `é${index} ${"x".repeat(index % 300)}`,
    }));
    const backend = await open(rows);
    for (const index of [0, 1, 777, 2500, 4999])
      expect(await backend.generate(textRequest("q"), signal, about(`${index}`))).toMatchObject({
        text: rows[index]?.text,
      });
  });
});
