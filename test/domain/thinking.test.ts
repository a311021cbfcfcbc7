import { describe, expect, it } from "vitest";
import { beginsThinking, endsInThinking, separateThinking } from "../../src/domain/thinking.ts";

const THOUGHT = "The answer is A, or not.";

describe("separateThinking takes out what is thought", () => {
  it.each([
    ["think", `<think>${THOUGHT}</think>B`],
    ["line breaks around", `\n<think>\n${THOUGHT}\n</think>\n\nB`],
    ["upper case", `<THINK>${THOUGHT}</THINK>B`],
    ["attributes", `<think lang="en">${THOUGHT}</think>B`],
    ["thinking", `<thinking>${THOUGHT}</thinking>\nB`],
    ["thought", `<thought>${THOUGHT}</thought>B`],
    ["reasoning", `<reasoning>${THOUGHT}</reasoning>B`],
    ["seed", `<seed:think>${THOUGHT}</seed:think>B`],
    ["Mistral", `[THINK]${THOUGHT}[/THINK]B`],
    ["Kimi", `◁think▷${THOUGHT}◁/think▷B`],
    ["tokens", `<|think|>${THOUGHT}<|/think|>B`],
    ["Cohere", `<|START_THINKING|>${THOUGHT}<|END_THINKING|><|START_RESPONSE|>B<|END_RESPONSE|>`],
    ["OpenThinker", `<|begin_of_thought|>${THOUGHT}<|end_of_thought|>\n\n<|begin_of_solution|>B<|end_of_solution|>`],
    ["Apertus", `<|inner_prefix|>${THOUGHT}<|inner_suffix|>B`],
    ["Gemma", `<|channel>thought\n${THOUGHT}\n<channel|>B`],
    ["Gemma's nameless tokens", `<unused94>thought\n${THOUGHT}<unused95>B`],
    ["harmony", `<|channel|>analysis<|message|>${THOUGHT}<|end|><|start|>assistant<|channel|>final<|message|>B`],
    [
      "harmony with a comment",
      `<|channel|>analysis<|message|>${THOUGHT}<|end|><|start|>assistant<|channel|>commentary to=f <|constrain|>json<|message|>{}<|call|><|start|>assistant<|channel|>final<|message|>B`,
    ],
    ["harmony opened by the prompt", `${THOUGHT}<|end|><|start|>assistant<|channel|>final<|message|>B`],
    ["harmony without its tokens", `analysis${THOUGHT}assistantfinalB`],
    ["harmony's final channel alone", "<|channel|>final<|message|>B"],
    ["Granite", `Here is my thought process: ${THOUGHT}\n\nHere is my response: B`],
    ["Granite's tags", `<think>${THOUGHT}</think><response>B</response>`],
    ["an answer tag", `<think>${THOUGHT}</think>\n<answer>B</answer>`],
    ["opened by the template", `${THOUGHT}\n</think>\n\nB`],
    ["opened by the template, on one line", `${THOUGHT} </think> B`],
    ["two blocks", `<think>x</think>\n<think>${THOUGHT}</think>B`],
    ["two blocks of two kinds", `<think>x</think>\n[THINK]${THOUGHT}[/THINK]B`],
    ["nested", `<think>a <think>${THOUGHT}</think> C</think>B`],
    ["nested in other marks", `<thinking>a <think>${THOUGHT}</think> C</thinking>B`],
    ["an opening mark within", `<think>I was told to use <think>. ${THOUGHT}</think>B`],
    ["closed by another mark", `<think>${THOUGHT}</thinking>B`],
    ["closed once too often", `<think>${THOUGHT}</think>B</think>`],
  ])("%s", (_, text) => {
    const separated = separateThinking(text);
    expect(separated.text.trim()).toBe("B");
    if (!text.startsWith("<|channel|>final"))
      expect(separated.reasoning).toContain(text.includes(THOUGHT) ? THOUGHT : "");
  });

  it("of both sides of the answer", () => {
    expect(separateThinking("Sure. <think>A?</think> B")).toEqual({ text: "Sure.  B", reasoning: "A?" });
    expect(separateThinking("B\n<think>or A?")).toEqual({ text: "B\n", reasoning: "or A?" });
    expect(separateThinking("<think>A?</think>B<think>sure?</think>")).toEqual({
      text: "B",
      reasoning: "A?\n\nsure?",
    });
  });

  it.each([
    ["never closed", `<think>${THOUGHT}`],
    ["cut in a nested block", `<think>a <think>b</think> ${THOUGHT.slice(0, 3)}<think>`],
    ["closed, and nothing behind", `<think>${THOUGHT}</think>`],
    ["opened by the template, and nothing behind", `${THOUGHT}</think>\n`],
    ["no final channel", `<|channel|>analysis<|message|>${THOUGHT}<|end|>`],
    ["no final channel, without tokens", `analysis${THOUGHT}`],
  ])("and leaves nothing where it is all: %s", (_, text) => {
    const { text: left, reasoning } = separateThinking(text);
    expect(left.includes("answer is A") ? left : "").toBe("");
    expect(reasoning).toBeDefined();
  });

  it("that a prompt opened for certain, also where nothing closes it", () => {
    expect(separateThinking("A, I guess", "by-prompt")).toEqual({ text: "", reasoning: "A, I guess" });
    expect(separateThinking("A?</think>B", "by-prompt")).toEqual({ text: "B", reasoning: "A?" });
  });

  it.each([
    ["no marks", "B"],
    ["a mark in a sentence", "I <think> so"],
    ["quoted marks", 'Put "<think>" before and `</think>` behind.'],
    ["other brackets", "[Reasoning] A is red.\n[Answer] B"],
    ["words", "analysis of the data: B. Here is my response: none"],
    ["other tags", "<b>think</b> <explanation>x</explanation>"],
  ])("but no text: %s", (_, text) => {
    expect(separateThinking(text)).toEqual({ text });
  });

  it("but no closing mark in a sentence, where the prompt opened nothing", () => {
    expect(separateThinking("use </think> here", "not-by-prompt")).toEqual({ text: "use </think> here" });
    expect(separateThinking("hm\n</think>\nB", "not-by-prompt")).toEqual({ text: "B", reasoning: "hm" });
  });

  it.each([
    "<think>",
    "</think>",
    "<think></think>",
    "a </think> b",
    "[THINK]",
    "<|channel|>",
    "analysisA",
    "<think ",
    "\n ",
  ])("in linear time: 100,000 characters of %j", (unit) => {
    const text = unit.repeat(Math.ceil(100_000 / unit.length));
    expect(separateThinking(text).text.length).toBeLessThanOrEqual(text.length);
  });
});

describe("endsInThinking", () => {
  it.each([
    ["<|im_start|>assistant\n<think>\n", true],
    ["Q: x\nA: [THINK]", true],
    ["<|start|>assistant<|channel|>analysis<|message|>", true],
    ["<start_of_turn>model\n<|channel>thought\n", true],
    ["Answer: <think></think>", false],
    ["What does <think> mean?\nAnswer:", false],
    ["", false],
  ])("%j: %s", (prompt, expected) => {
    expect(endsInThinking(prompt)).toBe(expected);
  });
});

describe("beginsThinking", () => {
  it.each(["<think>", " <think>", "<thi", "[THINK]", "◁think▷", "<|channel|>", "<|channel>", "<reasoning>"])(
    "%j",
    (token) => {
      expect(beginsThinking(token)).toBe(true);
    },
  );
  it.each(["A", " B", "<", "(", "[", "The", "think", "Thi", "<answer>", ""])("not %j", (token) => {
    expect(beginsThinking(token)).toBe(false);
  });
});
