import { describe, expect, it } from "vitest";
import { quizRow, writeQuizSet } from "../dataset/quiz-set.ts";
import { complaintOf, goodBut, load } from "./spec-file.ts";

const ROWS = ["law-0", "law-1", "law-2", "art-0", "art-1"].map((id) => quizRow(id.slice(0, 3), id));
const SHOTS = [quizRow("law", "law-x"), quizRow("art", "art-x")];
const PROMPTS = { "letter-only": "{shots}{question}\n{choices}\nOnly the letter:", bare: "{question}" };

async function specWith(settings: string): Promise<string> {
  const { folder } = await writeQuizSet(ROWS, SHOTS, { prompts: PROMPTS });
  return goodBut("dataset: demo-quiz-mc", `{ dataset: ${folder}, ${settings} }`);
}

async function taskOf(settings: string) {
  return (await load(await specWith(settings))).tasks[0];
}

describe("a task of a spec", () => {
  it("counts the items of its sample", async () => {
    expect(await taskOf("sample: { perSubject: 2, seed: 5 }")).toMatchObject({
      items: 4,
      sample: { perSubject: 2, seed: 5 },
    });
    expect(await taskOf("sample: { items: 3 }")).toMatchObject({ items: 3, sample: { items: 3, seed: 0 } });
  });

  it("takes all items without a sample, and no worked examples", async () => {
    const task = await taskOf("protocol: letter-logprob");
    expect(task).toMatchObject({ items: 5 });
    expect(task).not.toHaveProperty("sample");
    expect(task).not.toHaveProperty("shots");
  });

  it("takes a prompt of the dataset by its name, or one of its own", async () => {
    expect(await taskOf("prompt: letter-only, shots: 1")).toMatchObject({
      prompt: PROMPTS["letter-only"],
      shots: 1,
    });
    expect(await taskOf('prompt: "Q: {question}"')).toMatchObject({ prompt: "Q: {question}" });
  });

  it.each([
    ["prompt: letters-only", 'dataset example has no prompt named "letters-only"', "it has: letter-only, bare"],
    ["prompt: bare, shots: 1", "the prompt has no {shots}", "put {shots} before the question"],
    ["limit: 2, sample: { items: 2 }", 'give either "limit" or "sample"', ""],
    ["sample: { perSubject: 0 }", "sample", ""],
    ["sample: { perSubjects: 2 }", "sample", ""],
    ["shots: -1", "shots", ""],
  ])("is refused with %s", async (settings, problem, advice) => {
    const { message, hint } = await complaintOf(await specWith(settings));
    expect(message).toMatch(/^spec\.yaml:10: /);
    expect(message).toContain(problem);
    expect(hint).toContain(advice);
  });

  it("is refused with worked examples of a dataset that has none", async () => {
    const { message } = await complaintOf(goodBut("dataset: demo-quiz-mc", "{ dataset: demo-quiz-mc, shots: 5 }"));
    expect(message).toBe("spec.yaml:10: dataset demo-quiz-mc has no worked examples");
  });
});
