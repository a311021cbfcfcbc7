import { describe, expect, it } from "vitest";
import { answerPart, endOfTurn } from "../../src/task/answer-part.ts";
import { extractChoice } from "../../src/task/extract-choice.ts";

const CITIES = ["Paris", "London", "Berlin", "Rome"].map((text, index) => ({ label: "ABCD"[index] ?? "", text }));

describe("endOfTurn", () => {
  it.each([
    "<|im_end|>",
    "<|eot_id|>",
    "<|end|>",
    "<|endoftext|>",
    "<|end_of_text|>",
    "<｜end▁of▁sentence｜>",
    "</s>",
    "<eos>",
    "<end_of_turn>",
    "[/INST]",
    "<|return|>",
    "[EOS]",
    "<|END_OF_TURN_TOKEN|>",
    "<|user|>",
    "<|im_start|>user\nnext",
    " [end of text]",
    "<turn|>",
    "<|eom_id|>",
  ])("ends at %s", (mark) => {
    expect(endOfTurn(`A rainy day${mark}`)).toEqual({
      text: `A rainy day${mark.startsWith(" ") ? " " : ""}`,
      ended: true,
    });
    expect(endOfTurn(`A rainy day${mark} and more`).text.trim()).toBe("A rainy day");
  });

  it.each([
    "<|im_start|>assistant\nB",
    "<|start_header_id|>assistant<|end_header_id|>\n\nB",
    "<start_of_turn>model\nB",
    "[/INST] B",
    "<s>B",
    "<s>B</s>",
    "<|assistant|>\nB<|end|>",
  ])("leaves the turn's own head out: %j", (written) => {
    expect(endOfTurn(written).text).toBe("B");
  });

  it.each([
    "a <b> c",
    "x <| f |> g",
    "<s>struck</s> out <s>twice</s>",
    "Question: and User: in a text",
    "[1] a list",
    "a < b | c > d",
  ])("leaves text alone: %j", (written) => {
    expect(endOfTurn(written).ended && !written.startsWith("<s>")).toBe(false);
    if (!written.startsWith("<s>")) expect(endOfTurn(written).text).toBe(written);
  });

  it("is behind the thinking", () => {
    expect(endOfTurn("<think>A<|im_end|></think>B<|im_end|>C")).toEqual({ text: "B", ended: true });
  });
});

describe("answerPart", () => {
  it.each([
    [" B. London\n\nQuestion: Which one?\nA. Oslo\nB. Bern\nC. Wien\nD. Rom\nAnswer: D", "B"],
    [" London\n\nQuestion: Which city is Italian?\nA. Paris\nB. London\nC. Berlin\nD. Rome\nAnswer: D. Rome", "B"],
    ["B) London\n\nQ: Next one?\nA: C", "B"],
    ["(B) London.\n\nQuestion 2: …\nThe answer is (D).", "B"],
    ["b. London\n\n### Question\nx\n### Answer\nD", "B"],
    ["B\n**Question 3:** x\nD", "B"],
    ["B. London\nUser: capital of Italy?\nAssistant: The answer is D.", "B"],
    ["B\nHuman: next\nAssistant: D", "B"],
    ["The capital is London, so B\n\nProblem: x\nAnswer: D", "B"],
    ["B\n问题：意大利的首都？\n答案：D", "B"],
    ["B\n\nFrage 2: Hauptstadt?\nAntwort: D", "B"],
    ["B\n\nвопрос: столица?\nОтвет: D", "B"],
    [" B\n\nWhich city is Swiss?\nA. Oslo\nB. Bern\nC. Wien\nD. Rom\nAnswer: D", "B"],
    ["B. London\n\nWhich city is Swiss?\n(A) Oslo\n(B) Bern\nAnswer: D", "B"],
  ])("ends where the next question begins: %j", (written, label) => {
    expect(answerPart(written, CITIES).ended).toBe(true);
    expect(extractChoice(written, CITIES)).toMatchObject({ label });
  });

  it.each([
    ["Question: which?\nAnswer: B", "B"],
    ["A. Paris\nB. London\nC. Berlin\nD. Rome\n\nAnswer: B", "B"],
    ["Let me see.\n\nA. Paris is French\nB. London is British\n\nAnswer: B", "B"],
    ["The question: which city? The answer is B.", "B"],
    ["B\n\nExplanation: London is it.", "B"],
  ])("but not within the answer: %j", (written, label) => {
    expect(answerPart(written, CITIES).ended).toBe(false);
    expect(extractChoice(written, CITIES)).toMatchObject({ label });
  });
});

describe("answers taken back", () => {
  it.each([
    "The final answer is B. Wait, actually it's C.",
    "Final answer: B. No, C.",
    "\\boxed{B}. Hmm, that is wrong; the answer is C.",
    "The answer is B. Hold on, let me recheck. It should be C.",
    "The answer is B.\n\nCorrection: C",
    "Final answer: B\n\nOn reflection the answer is C.",
    "My final answer is B. Hmm, rereading, C is correct.",
    "The answer is B. I was wrong, it's C.",
    "Final answer: B? No.",
    "The answer is B. That is wrong.",
    "Answer: B. Oops, I misread the question, C.",
    "The answer is (B).\nScratch that.",
    "Die Antwort ist B. Nein, C.",
    "\\boxed{B}\n\nSorry, \\boxed{C}",
    "最终答案：B。不对，应该是C。",
  ])("are not kept: %j", (written) => {
    expect(extractChoice(written, CITIES)).toEqual({ kind: "none", reason: "ambiguous" });
  });

  it.each([
    "The answer is B. No other city fits.",
    "Final answer: B. Actually, that was easy.",
    "The answer is B, not C.",
    "The answer is B. Some say C, but that is wrong.",
    "Wait, let me recheck. The answer is B.",
    "A? No. The answer is B.",
    "I was wrong about A. Final answer: B",
    "The answer is B. Wait for no one.",
  ])("stay where nothing takes them back: %j", (written) => {
    expect(extractChoice(written, CITIES)).toMatchObject({ label: "B" });
  });
});

describe("marks around a letter", () => {
  it.each([
    "\\(B\\)",
    "The answer is \\(B\\).",
    "\\[B\\]",
    "**\\(B\\)**",
    "answer=B",
    "answer==B",
    "Answer = B",
    "option=B",
    "ANSWER=(B)",
    "<answer>B</answer><reason>A is wrong</reason>",
    "<answer>B</answer>\n<explanation>A is wrong</explanation>",
    "<answer>B</answer> A is wrong",
    "It's London, not Paris.",
    "Answer: rules out C, leaving B",
    "1. A: wrong\n2. B: right\nSo B",
    "A. Paris - incorrect\nB. London - correct\nC. Berlin - incorrect\nD. Rome - incorrect",
    "B) London\n\nA) Paris is the capital of France\nC) Berlin is in Germany\nD) Rome is in Italy",
    "Ⓑ",
    "𝐁",
    '{"answer": "B", "reason": "A is French"}',
    "B.</s>",
    "$\\boxed{B}$.<|im_end|>",
  ])("do not hide it: %j", (written) => {
    expect(extractChoice(written, CITIES)).toMatchObject({ label: "B" });
  });

  it.each(["x=B", "f\\B", "C. Paris", "B) Rome"])("do not make one: %j", (written) => {
    expect(extractChoice(written, CITIES).kind).toBe("none");
  });
});
