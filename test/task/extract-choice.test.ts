import { describe, expect, it } from "vitest";
import { extractChoice } from "../../src/task/extract-choice.ts";

const UNITS = ["Volt", "Ampère", "Ohm", "Watt"];
const NUMBERS = ["3", "4", "5", "6"];
const FIVE = ["a dog", "a cat", "vitamin C", "Both A and B", "none of the above"];
const NINE = ["p", "q", "r", "s", "t", "u", "v", "w", "x"];
const DIGITS = [
  { label: "1", text: "gravity" },
  { label: "2", text: "friction" },
  { label: "3", text: "magnetism" },
  { label: "4", text: "2 + 2" },
];
const NUMERIC_BOTH = [
  { label: "1", text: "2" },
  { label: "2", text: "4" },
  { label: "3", text: "8" },
];
const LOWER = [
  { label: "a", text: "red" },
  { label: "b", text: "green" },
];
const LETTERS = ["B", "A", "D", "C"];

type Choices = Parameters<typeof extractChoice>[1];

describe("finds the choice", () => {
  const cases: readonly [text: string, choices: Choices, label: string][] = [
    // The label and little else.
    ["B", UNITS, "B"],
    [" B\n", UNITS, "B"],
    ["B.", UNITS, "B"],
    ["B)", UNITS, "B"],
    ["(B)", UNITS, "B"],
    ["(b)", UNITS, "B"],
    ["[B]", UNITS, "B"],
    ["b", UNITS, "B"],
    ["b.", UNITS, "B"],
    ["b)", UNITS, "B"],
    ["(a)", UNITS, "A"],
    ["B:", UNITS, "B"],
    ["**B**", UNITS, "B"],
    ["**B.**", UNITS, "B"],
    ["__B__", UNITS, "B"],
    ["`B`", UNITS, "B"],
    ['"B"', UNITS, "B"],
    ["'B'", UNITS, "B"],
    ["- B", UNITS, "B"],
    ["#### B", UNITS, "B"],
    ["<b>B</b>", UNITS, "B"],
    ["$B$", UNITS, "B"],
    ["\\boxed{B}", UNITS, "B"],
    ["$\\boxed{\\text{B}}$", UNITS, "B"],
    ["\\(\\boxed{B}\\)", UNITS, "B"],
    ["A", UNITS, "A"],
    ["A.", UNITS, "A"],
    ["B!", UNITS, "B"],
    // The label with its text.
    ["B. Ampère", UNITS, "B"],
    ["B) Ampère", UNITS, "B"],
    ["B Ampère", UNITS, "B"],
    ["B: ampère.", UNITS, "B"],
    ["B - Ampère", UNITS, "B"],
    ["B-Ampère", UNITS, "B"],
    ["B (Ampère)", UNITS, "B"],
    ["Ampère (B)", UNITS, "B"],
    ["**B.** Ampère", UNITS, "B"],
    ["b. Ampère", UNITS, "B"],
    ["B. Ampe\u0300re", UNITS, "B"],
    ["B. 4", NUMBERS, "B"],
    ["B)4", NUMBERS, "B"],
    ["B.4", NUMBERS, "B"],
    ["C. Vitamin C", FIVE, "C"],
    ["D. Both A and B", FIVE, "D"],
    ["The answer is D, both A and B.", FIVE, "D"],
    ["A. a dog", FIVE, "A"],
    ["A. B", LETTERS, "A"],
    ["B. Ampère\n\nExplanation: an ampere is a coulomb per second.", UNITS, "B"],
    // A statement.
    ["The answer is B", UNITS, "B"],
    ["The answer is B.", UNITS, "B"],
    ["The answer is (b).", UNITS, "B"],
    ["the answer is b", UNITS, "B"],
    ["The answer is A", UNITS, "A"],
    ["The answer is A because voltage drives current.", UNITS, "A"],
    ["The answer is: **B**", UNITS, "B"],
    ["The correct answer is option B.", UNITS, "B"],
    ["The correct option is B) Ampère.", UNITS, "B"],
    ["The best answer would be B", UNITS, "B"],
    ["The answer must be B, since current is measured in it.", UNITS, "B"],
    ["The answer to the question is most likely B.", UNITS, "B"],
    ["Answer: B", UNITS, "B"],
    ["Answer: B) Ampère", UNITS, "B"],
    ["answer:b", UNITS, "B"],
    ["Answer:\nB", UNITS, "B"],
    ["**Answer:** B", UNITS, "B"],
    ["Answer - B", UNITS, "B"],
    ["Answer = B", UNITS, "B"],
    ["ANSWER: B", UNITS, "B"],
    ["<answer>B</answer>", UNITS, "B"],
    ["Final Answer: B", UNITS, "B"],
    ["Solution: B", UNITS, "B"],
    ["B is correct.", UNITS, "B"],
    ["A is the correct answer.", UNITS, "A"],
    ["Option B is the best choice.", UNITS, "B"],
    ["option B", UNITS, "B"],
    ["I would choose B.", UNITS, "B"],
    ["I'd go with B.", UNITS, "B"],
    ["I think it's B.", UNITS, "B"],
    ["It is B.", UNITS, "B"],
    ["So, B.", UNITS, "B"],
    ["B because current is measured in it.", UNITS, "B"],
    ["B, because A dog is no unit.", UNITS, "B"],
    // The choice's text.
    ["Ampère", UNITS, "B"],
    ["ampère.", UNITS, "B"],
    ["It is Ampère.", UNITS, "B"],
    ["The answer is Ampère", UNITS, "B"],
    ["The SI unit of current is the ampère.", UNITS, "B"],
    ["**Ampère**", UNITS, "B"],
    ["4", NUMBERS, "B"],
    ["The answer is 4.", NUMBERS, "B"],
    ["2 + 2 = 4", NUMBERS, "B"],
    ["\\boxed{4}", NUMBERS, "B"],
    ["A cat", FIVE, "B"],
    ["None of the above.", FIVE, "E"],
    ["Both A and B", FIVE, "D"],
    ["Vitamin C", FIVE, "C"],
    // Other labels.
    ["2", DIGITS, "2"],
    ["(2)", DIGITS, "2"],
    ["2. friction", DIGITS, "2"],
    ["The answer is 2.", DIGITS, "2"],
    ["option 3", DIGITS, "3"],
    ["4", DIGITS, "4"],
    ["2", NUMERIC_BOTH, "2"],
    ["Option 2", NUMERIC_BOTH, "2"],
    ["8", NUMERIC_BOTH, "3"],
    ["E", FIVE, "E"],
    ["a", LOWER, "a"],
    ["B", LOWER, "b"],
    ["Answer: A", LOWER, "a"],
    ["I", NINE, "I"],
    ["The answer is I.", NINE, "I"],
    ["(I)", NINE, "I"],
    // Other ways of writing.
    ["(B", UNITS, "B"],
    ["【B】", UNITS, "B"],
    ["Ｂ。", UNITS, "B"],
    ["答案：B", UNITS, "B"],
    ["✅ B", UNITS, "B"],
    ["B\u200b", UNITS, "B"],
    ["-> B", UNITS, "B"],
    ["B only.", UNITS, "B"],
    ["Only B", UNITS, "B"],
    ["Answer: B (4)", NUMBERS, "B"],
    ["\\boxed{B. Ampère}", UNITS, "B"],
    ["It must be B then", UNITS, "B"],
    ["Statement A is true and B is false", UNITS, "A"],
    // Others are named, but one is stated.
    ["I'd pick B over A", UNITS, "B"],
    ["I'm torn between A and B, but I choose B.", UNITS, "B"],
    ["A) Volt is not correct; B) Ampère is correct", UNITS, "B"],
    ["A or B. The answer is B.", UNITS, "B"],
    ["A is a voltage. B is a current. Therefore the answer is B.", UNITS, "B"],
    ["The answer is B. A is wrong because volts measure potential.", UNITS, "B"],
    ["The answer is A. Final answer: B", UNITS, "B"],
    ["The answer is A? No, wait.\n\\boxed{B}", UNITS, "B"],
    ["The answer is B.\nSo again, the correct answer is B.", UNITS, "B"],
    ["Option A is voltage. Option C is resistance.\n\nB", UNITS, "B"],
    ["B\n\nExplanation: Option A is voltage, option C is resistance.", UNITS, "B"],
    ["A. Volt\nB. Ampère\nC. Ohm\nD. Watt\n\nAnswer: B", UNITS, "B"],
    ["It isn't A, it's B.", UNITS, "B"],
    ["B, not A.", UNITS, "B"],
    ["Not A but B.", UNITS, "B"],
    ["B rather than A", UNITS, "B"],
    ["A and C are wrong. So B.", UNITS, "B"],
    ["Neither A nor C. It is B.", UNITS, "B"],
    ["B is the right one; A isn't correct.", UNITS, "B"],
  ];

  it.each(cases)("%j → %#", (text, choices, label) => {
    expect(extractChoice(text, choices)).toMatchObject({ kind: "choice", label });
  });
});

describe("refuses to guess between choices", () => {
  const cases: readonly [text: string, choices: Choices][] = [
    ["A or B", UNITS],
    ["Both A and C", UNITS],
    ["Either B or C.", UNITS],
    ["A, B", UNITS],
    ["A/B", UNITS],
    ["A & B", UNITS],
    ["A. It drives the current... no, B", UNITS],
    ["A\n\nNo wait, B.", UNITS],
    ["A? No, B.", UNITS],
    ["A\nB", UNITS],
    ["A\nB\nC\nD", UNITS],
    ["A. Volt\nB. Ampère\nC. Ohm\nD. Watt", UNITS],
    ["The answer is A. The answer is B.", UNITS],
    ["The answer is A or B.", UNITS],
    ["Answer: A, B", UNITS],
    ["The answer is A. No wait, B.", UNITS],
    ["The answer is A. Wait, A is wrong.", UNITS],
    ["The answer is between B and C.", UNITS],
    ["A and C are correct.", UNITS],
    ["\\boxed{A} or rather \\boxed{B}", UNITS],
    ["B. Volt", UNITS],
    ["B) Volt", UNITS],
    ["The answer is C) Volt.", UNITS],
    ["A:B", UNITS],
    ["(A or B)", UNITS],
    ["A ❌ or B", UNITS],
    ["Volt (B)", UNITS],
    ["Volt or ampère", UNITS],
    ["Option A measures voltage, option B measures current.", UNITS],
    ["The answer is 2.", NUMERIC_BOTH],
    ["same", ["same", "same", "other"]],
  ];

  it.each(cases)("%j", (text, choices) => {
    expect(extractChoice(text, choices)).toEqual({ kind: "none", reason: "ambiguous" });
  });
});

describe("finds no answer", () => {
  const cases: readonly [text: string, choices: Choices][] = [
    ["A dog is a mammal.", UNITS],
    ["a", UNITS],
    ["A common answer would be current.", UNITS],
    ["a volt meter", UNITS],
    ["The answer is a matter of taste.", UNITS],
    ["The answer is A dog.", UNITS],
    ["I think so.", NINE],
    ["I was there and I am sure.", NINE],
    ["So I would say yes", NINE],
    ["not B", UNITS],
    ["Not B.", UNITS],
    ["The answer is not B.", UNITS],
    ["It isn't B", UNITS],
    ["B is incorrect.", UNITS],
    ["B is not the answer.", UNITS],
    ["Neither A nor B.", UNITS],
    ["A and B are both wrong.", UNITS],
    ["Rule out B.", UNITS],
    ["I can't choose B.", UNITS],
    ["Vitamin C prevents scurvy.", UNITS],
    ["It lacks vitamin C.", UNITS],
    ["B-52 bombers", UNITS],
    ["C++ is a language", UNITS],
    ["C# and C", UNITS],
    ["A.M. and P.M.", UNITS],
    ["D'Artagnan", UNITS],
    ["A* search", UNITS],
    ["A = 4", UNITS],
    ["f(B) is large", UNITS],
    ["B > C", UNITS],
    ["if A then B", UNITS],
    ["A Volt is the unit of potential.", UNITS],
    ["Bb", UNITS],
    ["AB", UNITS],
    ["Ångström", UNITS],
    ["Ampèremeter", UNITS],
    ["Voltage", UNITS],
    ["Is it the volt or what?", UNITS],
    ["An ampère was a man before it was a unit", UNITS],
    ["2.5", DIGITS],
    ["$4 each", DIGITS],
    ["1,000", DIGITS],
    ["4%", DIGITS],
    ["-4", NUMBERS],
    ["3.4", NUMBERS],
    ["In 3 steps we find it", DIGITS],
    ["2 apples", DIGITS],
    ["...", UNITS],
    ["我不知道", UNITS],
    ["I don't know.", UNITS],
    ["E", UNITS],
    ["constructor", UNITS],
  ];

  it.each(cases)("%j", (text, choices) => {
    expect(extractChoice(text, choices)).toEqual({ kind: "none", reason: "no-answer" });
  });

  it.each(["", " ", "\n\t", "\u00a0"])("in the empty answer %j", (text) => {
    expect(extractChoice(text, UNITS)).toEqual({ kind: "none", reason: "empty" });
  });

  it("among no choices", () => {
    expect(extractChoice("A", [])).toEqual({ kind: "none", reason: "no-answer" });
  });
});

describe("strict", () => {
  it.each(["B", " B", "B\n"])("is true for %j", (text) => {
    expect(extractChoice(text, UNITS)).toEqual({ kind: "choice", index: 1, label: "B", strict: true });
  });

  it.each(["b", "B.", "(B)", "**B**", "B. Ampère", "B. 4", "Ampère", "The answer is B"])("is false for %j", (text) => {
    expect(extractChoice(text, text === "B. 4" ? NUMBERS : UNITS)).toEqual({
      kind: "choice",
      index: 1,
      label: "B",
      strict: false,
    });
  });

  it("takes labels of several characters, and any case the labels have", () => {
    const choices = [
      { label: "Option 1", text: "x" },
      { label: "ii", text: "y" },
    ];
    expect(extractChoice("Option 1", choices)).toMatchObject({ index: 0, strict: true });
    expect(extractChoice("(II)", choices)).toMatchObject({ index: 1, strict: false });
    expect(extractChoice("b", LOWER)).toMatchObject({ index: 1, strict: true });
  });
});

describe("choices", () => {
  it("that share a label are ambiguous", () => {
    const choices = [
      { label: "A", text: "x" },
      { label: "A", text: "y" },
    ];
    expect(extractChoice("A", choices)).toEqual({ kind: "none", reason: "ambiguous" });
  });

  it("without labels are limited to the alphabet", () => {
    expect(extractChoice("Z", new Array<string>(26).fill("same"))).toMatchObject({ index: 25 });
    expect(() => extractChoice("A", new Array<string>(27).fill("same"))).toThrow(/27 choices without labels/);
  });
});

describe("hostile texts of 100,000 characters", () => {
  const units = [
    "A",
    "A ",
    "A.",
    "(",
    "(A",
    "A or ",
    "not ",
    "\\",
    "\\boxed{",
    "<a",
    "<",
    " ",
    "\n",
    "\n ",
    "the answer is ",
  ];
  units.push(
    "B-",
    "_",
    "_A",
    "1,",
    "a'",
    "Answer: A\n",
    "is is ",
    "Volt ",
    "Both A and ",
    "*",
    "é",
    "👨‍👩‍👧",
    "\u0300",
  );

  it.each(units)("repeating %j end", (unit) => {
    const text = unit.repeat(Math.ceil(100_000 / unit.length));
    for (const choices of [UNITS, FIVE, DIGITS])
      expect(extractChoice(`${text} x`, choices).kind).toMatch(/^(choice|none)$/);
    expect(extractChoice(`${text}\nFinal answer: \\boxed{B}`, UNITS).kind).toMatch(/^(choice|none)$/);
  });
});
