import { describe, expect, it } from "vitest";
import type { Manifest } from "../../src/dataset/manifest.ts";
import { mapRow } from "../../src/dataset/map-row.ts";
import { UsageError } from "../../src/domain/errors.ts";
import type { Item } from "../../src/domain/item.ts";
import { exampleManifest } from "./example-manifest.ts";

const PLACE = { file: "/data/items.jsonl", line: 12 };

function mapWith(entries: Partial<Manifest>, row: unknown, index = 3): Item {
  return mapRow(row, exampleManifest(entries), index, PLACE);
}

function choiceItem(row: object, fields: Manifest["fields"] = {}) {
  const item = mapWith({ type: "multiple-choice", fields }, row);
  if (item.type !== "multiple-choice") throw new Error("not a multiple-choice item");
  return item;
}

const QUESTION = { question: "Which?", choices: ["red", "green", "blue", "grey"] };

const MAMMALS = ["trout", "whale", "gecko"];

describe("choices and answers in the shapes of public data sets", () => {
  const texts = (item: { choices: readonly { text: string }[] }) => item.choices.map(({ text }) => text);
  const labels = (item: { choices: readonly { label: string }[] }) => item.choices.map(({ label }) => label);

  it.each<[string, unknown]>([
    ["a list of objects with text and label", MAMMALS.map((text, index) => ({ text, label: "ABC"[index] }))],
    ["a list of objects with text alone", MAMMALS.map((text) => ({ text }))],
    ["a list of objects with key and value", MAMMALS.map((value, index) => ({ key: "ABC"[index], value }))],
    ["JSON text of a list", JSON.stringify(MAMMALS)],
    ["JSON text of an object", '{"A": "trout", "B": "whale", "C": "gecko"}'],
    ["an object by label", { A: "trout", B: "whale", C: "gecko" }],
    ["an object whose last ones are empty", { A: "trout", B: "whale", C: "gecko", D: null, E: "" }],
    ["an object of lists", { text: MAMMALS, label: ["A", "B", "C"] }],
  ])("%s", (_, choices) => {
    const item = choiceItem({ question: "Which is a mammal?", choices, answer: "B" });
    expect(texts(item)).toEqual(MAMMALS);
    expect(labels(item)).toEqual(["A", "B", "C"]);
    expect(item.answer).toBe(1);
  });

  it("keeps the labels that the shape brings", () => {
    const item = choiceItem({ question: "Which?", choices: { 1: "trout", 2: "whale" }, answer: 2 });
    expect(labels(item)).toEqual(["1", "2"]);
    expect(item.answer).toBe(1);
  });

  it.each<[string, unknown, Manifest["fields"], unknown, number]>([
    ["one of ones and zeros", MAMMALS, { answerIs: "position" }, [0, 1, 0], 1],
    ["the same as JSON text", MAMMALS, {}, "[0, 0, 1]", 2],
    ["one truth among falsehoods", MAMMALS, { answerIs: "label" }, [true, false, false], 0],
    ["true, where a choice says so", ["false", "true"], { answerIs: "text" }, true, 1],
    ["false, where a choice says no", ["Yes", "No"], {}, false, 1],
    ["true among choices that say neither", ["the first", "the second"], { answerIs: "position" }, true, 1],
    ["true among truth values", [true, false], { answerIs: "text" }, true, 0],
  ])("an answer that is %s", (_, choices, fields, answer, index) => {
    expect(choiceItem({ question: "Which?", choices, answer }, fields).answer).toBe(index);
  });

  it.each<[string, unknown, unknown]>([
    ["two ones", MAMMALS, [1, 1, 0]],
    ["none", MAMMALS, [0, 0, 0]],
    ["too few marks", MAMMALS, [0, 1]],
    ["true among three", MAMMALS, true],
  ])("but no answer by %s", (_, choices, answer) => {
    expectComplaint(() => choiceItem({ question: "Which?", choices, answer }), "answer", "names none of the choices");
  });

  it.each<[string, unknown]>([
    ["a text", "trout, whale"],
    ["JSON text that is none", "['trout', 'whale']"],
    ["an object with one", { A: "trout" }],
  ])("but no choices from %s", (_, choices) => {
    const problem = "is not a list of at least two choices";
    expectComplaint(() => choiceItem({ question: "Which?", choices, answer: "A" }), "choices", problem);
  });
});

describe("a multiple-choice row", () => {
  it.each<[string, unknown, number]>([
    ["a letter", "C", 2],
    ["a letter with blanks", " C ", 2],
    ["the first position", 0, 0],
    ["the last position", 3, 3],
  ])("whose answer is %s", (_, answer, index) => {
    const item = choiceItem({ ...QUESTION, answer });
    expect(item.choices.map((choice) => choice.label)).toEqual(["A", "B", "C", "D"]);
    expect(item.answer).toBe(index);
  });

  it.each<[string, unknown]>([
    ["text", "3"],
    ["a number", 3],
  ])("whose labels are the digits 1–4, and the answer is one of them as %s", (_, answer) => {
    const item = choiceItem({ ...QUESTION, labels: ["1", "2", "3", "4"], answer }, { labels: "labels" });
    expect(item.choices[item.answer]).toEqual({ label: "3", text: "blue" });
  });

  it("whose labels are numbers", () => {
    const item = choiceItem({ ...QUESTION, labels: [1, 2, 3, 4], answer: 4 }, { labels: "labels" });
    expect(item.choices[item.answer]).toEqual({ label: "4", text: "grey" });
  });

  it("in ARC's layout", () => {
    const row = {
      id: "Mercury_7",
      question: "Which?",
      choices: { text: ["red", "green", "blue"], label: ["A", "B", "C"] },
      answerKey: "B",
    };
    expect(choiceItem(row, { choices: "choices.text", labels: "choices.label", answer: "answerKey" })).toEqual({
      type: "multiple-choice",
      id: "Mercury_7",
      index: 3,
      question: "Which?",
      choices: [
        { label: "A", text: "red" },
        { label: "B", text: "green" },
        { label: "C", text: "blue" },
      ],
      answer: 1,
      fields: expect.objectContaining({ id: "Mercury_7", answerKey: "B" }),
    });
  });

  it.each([3, 5, 26])("with %i choices", (count) => {
    const choices = Array.from({ length: count }, (_, index) => `choice ${index}`);
    const item = choiceItem({ question: "Which?", choices, answer: count - 1 });
    expect(item.choices).toHaveLength(count);
    expect(item.answer).toBe(count - 1);
    expect(item.choices.at(-1)?.label).toBe(String.fromCharCode(64 + count));
  });

  it("with more choices than letters, labelled by the row", () => {
    const choices = Array.from({ length: 30 }, (_, index) => `choice ${index}`);
    const labels = choices.map((_, index) => `L${index}`);
    expect(choiceItem({ question: "Which?", choices, labels, answer: "L29" }, { labels: "labels" }).answer).toBe(29);
  });

  it("with numbers for choices", () => {
    const item = choiceItem({ question: "2 + 2?", choices: [3, 4], answer: "B" });
    expect(item.choices[item.answer]?.text).toBe("4");
  });

  it("with blanks around labels", () => {
    const item = choiceItem({ ...QUESTION, labels: ["A ", " B", "C", "D"], answer: "B" }, { labels: "labels" });
    expect(item.choices[item.answer]?.label).toBe("B");
  });

  it("with subject and group", () => {
    const item = choiceItem(
      { ...QUESTION, answer: 0, meta: { area: "college_physics" }, passage: 17 },
      { subject: "meta.area", group: "passage" },
    );
    expect(item).toMatchObject({ subject: "college_physics", group: "17" });
  });

  it.each<[string, object, Manifest["fields"], string, string]>([
    ["no question", { choices: ["a", "b"], answer: 0 }, {}, "question", "is missing or empty"],
    ["an empty question", { ...QUESTION, question: "", answer: 0 }, {}, "question", "is missing or empty"],
    ["a list for a question", { ...QUESTION, question: ["x"], answer: 0 }, {}, "question", "is not text"],
    ["a mapped question that isn't there", { ...QUESTION, answer: 0 }, { question: "q.text" }, "q.text", "is missing"],
    ["no choices", { question: "Which?", answer: 0 }, {}, "choices", "is not a list of at least two choices"],
    ["one choice", { question: "Which?", choices: ["a"], answer: 0 }, {}, "choices", "at least two"],
    ["choices as text", { question: "Which?", choices: "a, b", answer: 0 }, {}, "choices", "is not a list"],
    ["a choice that is no text", { question: "?", choices: ["a", null], answer: 0 }, {}, "choices", "(number 2)"],
    [
      "27 choices without labels",
      { question: "?", choices: Array.from({ length: 27 }, String), answer: 0 },
      {},
      "choices",
      "which the letters A to Z can't label",
    ],
    ["too few labels", { ...QUESTION, labels: ["A"], answer: 0 }, { labels: "labels" }, "labels", "4 choices"],
    ["a label twice", { ...QUESTION, labels: [..."ABCA"], answer: 0 }, { labels: "labels" }, "labels", "a label twice"],
    [
      "an empty label",
      { ...QUESTION, labels: ["A", " ", "C", "D"], answer: 0 },
      { labels: "labels" },
      "labels",
      "(number 2)",
    ],
    [
      "a label that is no text",
      { ...QUESTION, labels: ["A", null, "C", "D"], answer: 0 },
      { labels: "labels" },
      "labels",
      "(number 2)",
    ],
    ["no answer", QUESTION, {}, "answer", "is missing"],
    [
      "an answer that is no label",
      { ...QUESTION, answer: "E" },
      {},
      "answer",
      "names none of the choices (A, B, C, D)",
    ],
    ["a position as text", { ...QUESTION, answer: "2" }, {}, "answer", "names none of the choices"],
    ["a lower-case label", { ...QUESTION, answer: "b" }, {}, "answer", "names none of the choices"],
    ["a position too far", { ...QUESTION, answer: 4 }, {}, "answer", "names none of the choices"],
    ["a negative position", { ...QUESTION, answer: -1 }, {}, "answer", "names none of the choices"],
    ["half a position", { ...QUESTION, answer: 1.5 }, {}, "answer", "names none of the choices"],
    ["an answer that is a list", { ...QUESTION, answer: ["A"] }, {}, "answer", "names none of the choices"],
    // 0 could only be a position, while 1 to 3 of the same data set would be labels: off by one without a word.
    [
      "position 0 beside the labels 1–4",
      { ...QUESTION, labels: ["1", "2", "3", "4"], answer: 0 },
      { labels: "labels" },
      "answer",
      "names none of the choices (1, 2, 3, 4)",
    ],
    ["a subject that is a list", { ...QUESTION, answer: 0, s: [] }, { subject: "s" }, "s", "is not text"],
  ])("with %s is told with file, line and field", (_, row, fields, field, problem) => {
    expectComplaint(() => choiceItem(row, fields), field, problem);
  });
});

describe("a multiple-choice row of another layout", () => {
  const letters = ["A", "B", "C", "D"] as const;

  it("has a field for each choice; empty last ones are no choices", () => {
    const fields = { choices: [...letters] };
    const row = { question: "Which?", A: "red", B: "green", C: "blue", D: "", answer: "B" };
    expect(choiceItem(row, fields).choices.map((choice) => choice.text)).toEqual(["red", "green", "blue"]);
    expect(choiceItem({ ...row, C: undefined, D: null }, fields).choices).toHaveLength(2);
    expectComplaint(() => choiceItem({ ...row, B: "" }, fields), "B", "is missing or empty, though a later choice");
    expectComplaint(() => choiceItem({ question: "?", A: "red", answer: "A" }, fields), "A, B, C, D", "at least two");
  });

  it.each<["position" | "number" | "text", unknown, number]>([
    ["position", "0", 0],
    ["position", 3, 3],
    ["number", "1", 0],
    ["number", 4, 3],
    ["text", " blue ", 2],
  ])("whose answer is a %s: %j", (answerIs, answer, index) => {
    expect(choiceItem({ ...QUESTION, answer }, { answerIs }).answer).toBe(index);
  });

  it.each<["position" | "number" | "text", unknown, string]>([
    ["position", 4, "is 4, which names none of the choices (0 to 3)"],
    ["position", "B", 'is "B", which names none of the choices (0 to 3)'],
    ["number", 0, "is 0, which names none of the choices (1 to 4)"],
    ["number", 1.5, "names none of the choices (1 to 4)"],
    ["text", "Red", 'is "Red", which names none of the choices (by their texts)'],
    ["text", "", "is missing or empty"],
  ])("whose answer is no %s: %j", (answerIs, answer, problem) => {
    expectComplaint(() => choiceItem({ ...QUESTION, answer }, { answerIs }), "answer", problem);
  });
});

describe("a generation row", () => {
  it("may have its references in several fields", () => {
    const fields = { references: ["long", "short"] };
    expect(mapWith({ fields }, { prompt: "x", long: "a long one", short: ["s", "t"] })).toMatchObject({
      references: ["a long one", "s", "t"],
    });
    expect(mapWith({ fields }, { prompt: "x", short: "s" })).toMatchObject({ references: ["s"] });
  });

  it.each<[string, unknown, readonly string[]]>([
    ["a text", "yes", ["yes"]],
    ["several texts", ["yes", "yeah"], ["yes", "yeah"]],
    ["none", undefined, []],
    ["null", null, []],
    ["an empty list", [], []],
    ["an empty text, which is none", "", []],
    ["an empty text beside another", ["", "yes"], ["yes"]],
  ])("whose reference is %s", (_, reference, references) => {
    expect(mapWith({}, { prompt: "Really?", ...(reference === undefined ? {} : { reference }) })).toMatchObject({
      type: "generation",
      instruction: "Really?",
      references,
    });
  });

  it("with mapped fields", () => {
    const fields = { prompt: "input.text", references: "output" };
    expect(mapWith({ fields }, { input: { text: "Say a." }, output: "a" })).toMatchObject({
      instruction: "Say a.",
      references: ["a"],
    });
  });

  it.each<[string, unknown, readonly string[]]>([
    ["a number", 42, ["42"]],
    ["numbers and texts", [4.5, "five"], ["4.5", "five"]],
    ["a truth value", false, ["false"]],
    ["an object of texts", { text: ["Ada", "Ada L."], answer_start: [1, 2] }, ["Ada", "Ada L."]],
    ["a list of objects", [{ text: "Ada" }, { value: "Lovelace" }], ["Ada", "Lovelace"]],
    ["white space", "   ", []],
    ["invisible characters", "\u00a0\u200b\n", []],
    ["white space among texts", ["\t", "a", ""], ["a"]],
    ["NaN", Number.NaN, []],
    ["an object of white space", { text: [" "] }, []],
  ])("takes references that are %s", (_, reference, expected) => {
    const item = mapWith({}, { prompt: "x", reference });
    expect(item.type === "generation" && item.references).toEqual(expected);
  });

  it("without an id takes its position", () => {
    expect(mapWith({}, { prompt: "x" }, 41)).toMatchObject({ id: "41", index: 41 });
  });

  it.each([
    [7, "7"],
    ["q-7", "q-7"],
  ])("with the id %s", (id, expected) => {
    expect(mapWith({}, { prompt: "x", id }).id).toBe(expected);
  });

  it("keeps its scalar fields for templates, whatever they are called", () => {
    const row = JSON.parse(
      '{"prompt":"x","tone":"kind","words":20,"formal":true,"tags":["a"],"none":null,"__proto__":"p"}',
    );
    const { fields } = mapWith({}, row);
    expect(Object.entries(fields)).toEqual([
      ["prompt", "x"],
      ["tone", "kind"],
      ["words", "20"],
      ["formal", "true"],
      ["__proto__", "p"],
    ]);
    expect(fields.toString).toBeUndefined();
  });

  it.each<[string, unknown, string, string]>([
    ["no prompt", {}, "prompt", "is missing or empty"],
    ["a prompt that is a list", { prompt: ["x"] }, "prompt", "is not text"],
    [
      "a reference that is an object without text",
      { prompt: "x", reference: { a: 3 } },
      "reference",
      "is not text or a",
    ],
    ["a list of lists of references", { prompt: "x", reference: [["a"]] }, "reference", "is not text or a list"],
    ["a prompt of white space", { prompt: " \n" }, "prompt", "is missing or empty"],
    ["an id that is a list", { prompt: "x", id: [1] }, "id", "is not text"],
    ["no fields at all: a list", ["x"], "prompt", "is missing or empty"],
    ["no fields at all: null", null, "prompt", "is missing or empty"],
    ["no fields at all: a text", "x", "prompt", "is missing or empty"],
  ])("with %s is told with file, line and field", (_, row, field, problem) => {
    expectComplaint(() => mapWith({}, row), field, problem);
  });
});

function expectComplaint(map: () => Item, field: string, problem: string): void {
  try {
    map();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    expect(error.message.startsWith(`/data/items.jsonl:12: field "${field}" `), error.message).toBe(true);
    expect(error.message).toContain(problem);
    expect(error.hint).toContain("fix the row");
    return;
  }
  throw new Error("the row was taken");
}
