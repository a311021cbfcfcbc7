import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { extractChoice } from "../../src/task/extract-choice.ts";

const TEXTS = ["gravity", "friction", "magnetism", "Ampère", "osmosis", "plasma", "torque", "entropy"];
const choices = fc.shuffledSubarray(TEXTS, { minLength: 2 });
/** Choices, and which of them is meant. */
const meant = choices.chain((texts) =>
  fc.record({ texts: fc.constant(texts), index: fc.nat({ max: texts.length - 1 }) }),
);
/** What answers are made of, so that much of what is drawn is nearly an answer. */
const PIECES = [
  ...["A", "B", "(c)", "D.", "a", "I", "**B**", "\\boxed{A}", "答案", "Answer:", "The answer is", "not", "no,"],
  ...[
    "wait",
    "actually",
    "option",
    "or",
    "and",
    "\n",
    "\n\n",
    ",",
    ".",
    "<think>",
    "</think>",
    "<|im_end|>",
    "Question:",
  ],
  ...TEXTS,
];
const answers = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((pieces) => pieces.join(" ")),
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc.string({ unit: "binary", maxLength: 60 }),
);

describe("a written answer, whatever it says,", () => {
  it("names one of the choices by its label, or says why not", () => {
    fc.assert(
      fc.property(answers, choices, (text, texts) => {
        const found = extractChoice(text, texts);
        if (found.kind === "none") expect(["empty", "no-answer", "ambiguous"]).toContain(found.reason);
        else {
          expect(texts[found.index]).toBeDefined();
          expect(found.label).toBe("ABCDEFGH"[found.index]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("is strict only where it is nothing but the label", () => {
    fc.assert(
      fc.property(answers, meant, (text, { texts, index }) => {
        const found = extractChoice(text, texts);
        if (found.kind === "choice" && found.strict) expect(text).toContain(found.label);
        const label = "ABCDEFGH".charAt(index);
        expect(extractChoice(`\n ${label}\t`, texts)).toEqual({ kind: "choice", index, label, strict: true });
        expect(extractChoice(`${label}.`, texts)).toEqual({ kind: "choice", index, label, strict: false });
      }),
    );
  });

  it("means the same with its accents composed or not", () => {
    fc.assert(
      fc.property(answers, choices, (text, texts) => {
        expect(extractChoice(text.normalize("NFD"), texts)).toEqual(extractChoice(text.normalize("NFC"), texts));
      }),
    );
  });

  it("means the same with labels given or counted", () => {
    fc.assert(
      fc.property(answers, choices, (text, texts) => {
        const labelled = texts.map((choice, index) => ({ label: "ABCDEFGH".charAt(index), text: choice }));
        expect(extractChoice(text, labelled)).toEqual(extractChoice(text, texts));
      }),
    );
  });
});

describe("a statement names its choice, whatever the choices are", () => {
  it.each([
    "The answer is {L}.",
    "The correct answer is ({l}).",
    "Answer: {L}",
    "**{L}**",
    "$\\boxed{{L}}$",
    "{L}) {text}",
    "Option {L} is correct.",
    "The answer is {text}.",
    "<think>Is it A? Or B?</think>{L}",
    "La respuesta correcta es {L}.",
    "答案是{L}。",
  ])("%s", (form) => {
    fc.assert(
      fc.property(meant, ({ texts, index }) => {
        const label = "ABCDEFGH".charAt(index);
        const text = form
          .replace("{L}", label)
          .replace("{l}", label.toLowerCase())
          .replace("{text}", texts[index] ?? "");
        expect(extractChoice(text, texts), text).toMatchObject({ kind: "choice", index, label });
      }),
    );
  });

  it("but two that disagree name none", () => {
    fc.assert(
      fc.property(meant, ({ texts, index }) => {
        const other = "ABCDEFGH".charAt((index + 1) % texts.length);
        const text = `The answer is ${"ABCDEFGH".charAt(index)}. The answer is ${other}.`;
        expect(extractChoice(text, texts), text).toEqual({ kind: "none", reason: "ambiguous" });
      }),
    );
  });
});
