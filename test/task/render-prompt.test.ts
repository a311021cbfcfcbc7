import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/domain/errors.ts";
import type { MultipleChoiceItem } from "../../src/domain/item.ts";
import { buildRequest } from "../../src/task/build-request.ts";
import { renderPrompt } from "../../src/task/render-prompt.ts";
import { quizItem, quizTask, writingItem, writingTask } from "./example-task.ts";

function algebra(id: string, question: string, choices: readonly string[], answer: number): MultipleChoiceItem {
  return quizItem({
    id,
    subject: "abstract_algebra",
    question,
    choices: choices.map((text, index) => ({ label: "ABCD"[index] ?? "", text })),
    answer,
  });
}

const SHOTS = [
  algebra("s1", "Is 2 even?", ["no", "yes", "at times", "never"], 1),
  algebra("s2", "Is 3 even?", ["no", "yes", "at times", "never"], 0),
];
const ASKED = algebra("q", "Is 4 even?", ["no", "yes", "at times", "never"], 1);
const MMLU =
  "The following are multiple choice questions (with answers) about {subject}.\n\n{shots}{question}\n{choices}\nAnswer:";
const CHOICES = "A. no\nB. yes\nC. at times\nD. never";

describe("a prompt with worked examples", () => {
  const byLetter = quizTask({ prompt: MMLU, protocol: "letter-logprob" });

  // Laid out as lm-evaluation-harness does for the task mmlu_abstract_algebra.
  it("in MMLU's layout", () => {
    expect(renderPrompt(byLetter, { ...ASKED, shots: SHOTS })).toBe(
      `The following are multiple choice questions (with answers) about abstract algebra.

Is 2 even?
${CHOICES}
Answer: B

Is 3 even?
${CHOICES}
Answer: A

Is 4 even?
${CHOICES}
Answer:`,
    );
  });

  it("is the plain prompt when there are none", () => {
    expect(renderPrompt(byLetter, ASKED)).toBe(
      `The following are multiple choice questions (with answers) about abstract algebra.\n\nIs 4 even?\n${CHOICES}\nAnswer:`,
    );
  });

  it("is the same up to the question for all items of a subject", () => {
    const other = algebra("r", "Is 5 even?", ["a", "b", "c", "d"], 0);
    const [first, second] = [ASKED, other].map((item) => renderPrompt(byLetter, { ...item, shots: SHOTS }));
    const shared = first?.slice(0, first.indexOf("Is 4 even?"));
    expect(shared).toContain("Answer: A\n\n");
    expect(second?.startsWith(shared ?? "no")).toBe(true);
  });

  it("answers with the text of the choice when continuations are compared", () => {
    const task = quizTask({ prompt: "{shots}Question: {question}\nAnswer:" });
    expect(buildRequest(task, { ...ASKED, shots: SHOTS }, { temperature: 0, seed: 0 })).toEqual({
      kind: "continuations",
      prompt: "Question: Is 2 even?\nAnswer: yes\n\nQuestion: Is 3 even?\nAnswer: no\n\nQuestion: Is 4 even?\nAnswer:",
      continuations: [" no", " yes", " at times", " never"],
    });
  });

  it("keeps the spaces that the template puts before an answer", () => {
    const task = quizTask({ prompt: "{shots}{question}  " });
    expect(renderPrompt(task, { ...ASKED, shots: SHOTS.slice(0, 1) })).toBe("Is 2 even?  yes\n\nIs 4 even?  ");
  });

  it("answers with the first reference where text is written, on the line the template begins", () => {
    const task = writingTask({ prompt: "{shots}{prompt}\n" });
    const shot = writingItem({ id: "s", instruction: "Say no.", references: ["no", "nope"] });
    expect(renderPrompt(task, writingItem({ shots: [shot] }))).toBe("Say no.\nno\n\nSay yes.\n");
  });

  it("refuses an example without an answer", () => {
    const task = writingTask({ prompt: "{shots}{prompt}" });
    const render = () => renderPrompt(task, writingItem({ shots: [writingItem({ id: "mute", references: [] })] }));
    expect(render).toThrow(UsageError);
    expect(render).toThrow('the worked example "mute" of dataset example has no answer');
  });
});
