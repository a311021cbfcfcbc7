import { describe, expect, it } from "vitest";
import { checkDataset } from "../../src/dataset/check-dataset.ts";
import type { Dataset } from "../../src/dataset/dataset.ts";
import { writeDataset } from "./example-manifest.ts";
import { quizRow, writeQuizSet } from "./quiz-set.ts";

const running = new AbortController().signal;
const check = (dataset: Dataset) => checkDataset(dataset, running);

const LAKE = {
  id: "lake",
  subject: "geo",
  question: "Which lake is the deepest of all lakes on earth?",
  choices: ["Baikal", "Victoria", "Superior", "Constance"],
  answer: "A",
};

describe("checking a dataset", () => {
  it("finds nothing wrong with a good one", async () => {
    const rows = ["a-0", "a-1", "b-0"].map((id) => quizRow(id.slice(0, 1), id));
    expect(await check(await writeQuizSet(rows, [quizRow("a", "shot")]))).toEqual({
      items: 3,
      shots: 1,
      problems: [],
      warnings: [],
    });
  });

  it("refuses one that is asked by letters and lists no choices", async () => {
    const { manifest, ...dataset } = await writeQuizSet([LAKE]);
    const asked = (prompt: string) =>
      check({ ...dataset, manifest: { ...manifest, prompt, defaults: { protocol: "letter-logprob" } } });
    expect((await asked("{question}\nAnswer:")).problems).toEqual([expect.stringContaining("put {choices} before")]);
    expect((await asked("{question}\n{choices}\nAnswer:")).problems).toEqual([]);
  });

  it("finds questions that are asked twice, in another spelling or order of choices too", async () => {
    const again = { ...LAKE, id: "again", question: "which lake is the DEEPEST of all lakes on earth" };
    const shuffled = { ...LAKE, id: "shuffled", choices: ["Victoria", "Baikal", "Constance", "Superior"], answer: "B" };
    const other = { ...LAKE, id: "other", choices: ["Geneva", "Victoria", "Superior", "Constance"] };
    const { warnings, problems } = await check(await writeQuizSet([LAKE, again, shuffled, other]));
    expect(problems).toEqual([]);
    expect(warnings).toEqual([
      { kind: "duplicate", count: 2, examples: ['"again" and "lake"', '"shuffled" and "lake"'] },
    ]);
  });

  it("tells apart questions that differ in a number or a sign", async () => {
    const sum = (id: string, question: string) => ({ ...LAKE, id, question });
    const rows = [sum("a", "2 + 3 = ?"), sum("b", "2 + 4 = ?"), sum("c", "2 - 3 = ?"), sum("d", "2 * 3 = ?")];
    expect((await check(await writeQuizSet(rows))).warnings).toEqual([]);
  });

  it("finds items with two equal choices, whose right one has two labels", async () => {
    const { warnings } = await check(
      await writeQuizSet([LAKE, { ...LAKE, id: "twice", choices: ["x", "y", "x "], question: "Where?" }]),
    );
    expect(warnings).toEqual([{ kind: "equal-choices", count: 1, examples: ['"twice"'] }]);
  });

  it("finds the same question with another answer", async () => {
    const { warnings } = await check(await writeQuizSet([LAKE, { ...LAKE, id: "wrong", answer: "B" }]));
    expect(warnings).toEqual([{ kind: "contradiction", count: 1, examples: ['"wrong" and "lake"'] }]);
  });

  it("finds items that worked examples give away, word for word or nearly", async () => {
    const near = { ...LAKE, id: "near", question: "Which lake is the deepest of all the lakes on earth?" };
    const rows = [LAKE, near, quizRow("geo", "unrelated")];
    const { warnings } = await check(await writeQuizSet(rows, [{ ...LAKE, id: "shot" }]));
    expect(warnings).toEqual([
      { kind: "leak", count: 1, examples: ['"lake" by "shot"'] },
      { kind: "near-leak", count: 1, examples: ['"near" by "shot"'] },
    ]);
  });

  it("finds all bad rows, ids that are there twice, and prompts that can't be filled in", async () => {
    const rows = [
      { id: "a", prompt: "one", tone: "kind" },
      { id: "a", prompt: "two", tone: "kind" },
      { id: "b", prompt: "" },
      { id: "c", prompt: "three" },
    ];
    const text = rows.map((row) => JSON.stringify(row)).join("\n");
    const dataset = await writeDataset(`${text}\nnot json\n`, { items: 5, prompt: "Be {tone}: {prompt}" });
    const { problems } = await check(dataset);
    expect(problems.map((problem) => problem.replace(/^.*\/items/, "items"))).toEqual([
      'item "a": another item has the same id',
      'items.jsonl:3: field "prompt" is missing or empty',
      'item "c": the prompt asks for {tone}, which the row doesn\'t have',
      "items.jsonl:5: not valid JSON",
    ]);
  });

  it("counts items without reference, and texts whose bytes were no UTF-8", async () => {
    const rows = [
      { id: "a", prompt: "one", reference: "1" },
      { id: "b", prompt: "two" },
      { id: "c", prompt: "caf\uFFFD", reference: "3" },
    ];
    const text = rows.map((row) => JSON.stringify(row)).join("\n");
    expect((await check(await writeDataset(text, { items: 3 }))).warnings).toEqual([
      { kind: "no-reference", count: 1, examples: ['"b"'] },
      { kind: "encoding", count: 1, examples: ['"c"'] },
    ]);
  });

  it("shows the first few of many findings", async () => {
    const rows = Array.from({ length: 9 }, (_, index) => ({ ...LAKE, id: `lake-${index}` }));
    const [warning] = (await check(await writeQuizSet(rows))).warnings;
    expect(warning?.count).toBe(8);
    expect(warning?.examples).toHaveLength(5);
  });

  it("asks a generation item by all that its prompt shows: the same question about another passage is another one", async () => {
    const rows = [
      { id: "a", prompt: "Who won?", passage: "Ann beat Ben." },
      { id: "b", prompt: "Who won?", passage: "Cleo beat Dan." },
    ];
    const text = rows.map((row) => JSON.stringify({ ...row, reference: "x" })).join("\n");
    const dataset = await writeDataset(text, { items: 2, prompt: "{passage}\n{prompt}" });
    expect((await check(dataset)).warnings).toEqual([]);
  });
});
