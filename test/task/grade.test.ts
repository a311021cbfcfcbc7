import { describe, expect, it } from "vitest";
import type { BackendAnswer, FinishReason } from "../../src/domain/answer.ts";
import { grade } from "../../src/task/grade.ts";
import { quizItem } from "./example-task.ts";

const MEASURED = { tokens: { prompt: 9, completion: 1 }, timings: { wallMs: 1 } };
const item = quizItem();

function letters(...logprobs: readonly (number | "not-shown")[]): BackendAnswer {
  return { kind: "letters", logprobs, ...MEASURED };
}

function continuations(...logprobs: readonly number[]): BackendAnswer {
  return { kind: "continuations", logprobs, ...MEASURED };
}

function text(words: string, finish: FinishReason = "end"): BackendAnswer {
  return { kind: "text", text: words, finish, ...MEASURED };
}

describe("by letter", () => {
  it("the likeliest letter is the choice", () => {
    expect(grade(item, letters(-3, -1, -2, -9), "acc")).toEqual({ kind: "right", chosen: "B", figures: { acc: true } });
    expect(grade(item, letters(-1, -3, -2, -9), "acc")).toEqual({
      kind: "wrong",
      cause: "incorrect",
      chosen: "A",
      figures: { acc: false },
    });
  });

  it("one letter among the top k beats all that aren't shown", () => {
    expect(grade(item, letters("not-shown", -14, "not-shown", "not-shown"), "acc")).toMatchObject({ kind: "right" });
    expect(grade(item, letters("not-shown", "not-shown", -14, -15), "acc")).toMatchObject({
      kind: "wrong",
      cause: "incorrect",
      chosen: "C",
    });
  });

  it("no letter among the top k says nothing about the model: missing", () => {
    expect(grade(item, letters("not-shown", "not-shown", "not-shown", "not-shown"), "acc")).toEqual({
      kind: "missing",
      cause: "letter-not-in-top-k",
    });
  });

  it("the first of equals is the choice, as numpy has it", () => {
    expect(grade(item, letters(-2, -2, -2, -2), "acc")).toMatchObject({ chosen: "A" });
  });
});

describe("by continuation", () => {
  // "grass" 5, "blood" 5, "sky" 3, "snow" 4 characters.
  it("the likeliest text is the choice, and per character beside it", () => {
    expect(grade(item, continuations(-10, -7.5, -6, -9), "acc")).toEqual({
      kind: "wrong",
      cause: "incorrect",
      chosen: "C",
      figures: { acc: false, acc_norm: true },
    });
    expect(grade(item, continuations(-10, -7.5, -6, -9), "acc_norm")).toEqual({
      kind: "right",
      chosen: "B",
      figures: { acc: false, acc_norm: true },
    });
  });

  it("characters are counted as code points, without the leading space", () => {
    const choices = [
      { label: "A", text: "🙂🙂" },
      { label: "B", text: "abc" },
    ];
    // Per code point −2 and −1.9; per UTF-16 unit −1 and −1.9 would choose A.
    expect(grade(quizItem({ choices, answer: 1 }), continuations(-4, -5.7), "acc_norm")).toMatchObject({ chosen: "B" });
  });

  it("an empty text counts as one character", () => {
    const choices = [
      { label: "A", text: "" },
      { label: "B", text: "ab" },
    ];
    expect(grade(quizItem({ choices, answer: 0 }), continuations(-3, -8), "acc_norm")).toMatchObject({ kind: "right" });
  });
});

describe("by writing", () => {
  it("the letter alone is right by both figures", () => {
    for (const primary of ["extracted", "strict"] as const) {
      expect(grade(item, text(" B\n"), primary)).toEqual({
        kind: "right",
        chosen: "B",
        figures: { extracted: true, strict: true },
      });
    }
  });

  it("a sentence is right when extracted and unparsed when strict", () => {
    const figures = { extracted: true, strict: false };
    expect(grade(item, text("The answer is B."), "extracted")).toEqual({ kind: "right", chosen: "B", figures });
    expect(grade(item, text("The answer is B."), "strict")).toEqual({ kind: "wrong", cause: "unparsed", figures });
  });

  it("another letter is wrong: incorrect", () => {
    expect(grade(item, text("C"), "extracted")).toEqual({
      kind: "wrong",
      cause: "incorrect",
      chosen: "C",
      figures: { extracted: false, strict: false },
    });
  });

  const nothingRight = { extracted: false, strict: false };

  it.each([
    ["no letter", "I would rather not say."],
    ["two letters that compete", "It is B. No, C."],
    ["an article", "A good question, that."],
    ["garbage", "\u0000�ø∆"],
  ])("%s is wrong: unparsed, not missing", (_, words) => {
    expect(grade(item, text(words), "extracted")).toEqual({ kind: "wrong", cause: "unparsed", figures: nothingRight });
  });

  it.each(["", "  \n\t"])("%j is wrong: empty, not missing", (words) => {
    for (const primary of ["extracted", "strict"] as const)
      expect(grade(item, text(words), primary)).toEqual({ kind: "wrong", cause: "empty", figures: nothingRight });
  });

  it("an answer cut at the token limit is wrong: truncated, even where it names a letter so far", () => {
    const cut = text("The answer is B, unless", "length");
    expect(grade(item, cut, "extracted")).toEqual({ kind: "wrong", cause: "truncated", figures: nothingRight });
    expect(grade(item, text("", "length"), "extracted")).toEqual({
      kind: "wrong",
      cause: "truncated",
      figures: nothingRight,
    });
  });

  it("a letter and nothing else at the token limit counts: a limit of one token asks for just that", () => {
    expect(grade(item, text("B", "length"), "extracted")).toMatchObject({ kind: "right" });
    expect(grade(item, text("C", "length"), "extracted")).toMatchObject({ kind: "wrong", cause: "incorrect" });
  });

  it("an answer that ends at a stop string isn't truncated", () => {
    expect(grade(item, text("The answer is B", "stop"), "extracted")).toMatchObject({ kind: "right" });
  });
});

describe("labels and numbers of choices", () => {
  it.each([3, 5])("%i choices labelled by digits", (count) => {
    const choices = Array.from({ length: count }, (_, index) => ({ label: String(index + 1), text: `text ${index}` }));
    const last = quizItem({ choices, answer: count - 1 });
    const logprobs = choices.map((_, index) => index - count);
    expect(grade(last, letters(...logprobs), "acc")).toMatchObject({ kind: "right", chosen: String(count) });
    expect(grade(last, continuations(...logprobs), "acc")).toMatchObject({ kind: "right", chosen: String(count) });
    expect(grade(last, text(String(count)), "strict")).toMatchObject({ kind: "right", chosen: String(count) });
  });
});

describe("garbage in part of the answers", () => {
  it("counts against the variant: 40 of 100 unparsed give 60, not 100 of 60", () => {
    const grades = Array.from({ length: 100 }, (_, index) =>
      grade(item, index % 5 < 2 ? text("blah blah") : text("B"), "extracted"),
    );
    expect(grades.filter(({ kind }) => kind === "right")).toHaveLength(60);
    expect(grades.filter(({ kind }) => kind === "wrong")).toHaveLength(40);
    expect(grades.filter(({ kind }) => kind === "missing")).toHaveLength(0);
  });
});
