import { describe, expect, it } from "vitest";
import { listsChoices } from "../../src/domain/lists-choices.ts";
import { assertListsChoices } from "../../src/pipeline/inspect-tasks.ts";
import type { ResolvedTask } from "../../src/spec/resolved.ts";
import { writeQuizSet } from "../dataset/quiz-set.ts";
import { quizItem, quizTask, writingItem } from "../task/example-task.ts";

const running = new AbortController().signal;
const LAKE = { subject: "geo", choices: ["Baikal", "Victoria", "Superior", "Constance"], answer: "A" };

describe("a prompt lists its choices", () => {
  it("when all of them stand in it, however they are laid out", () => {
    expect(listsChoices("Which is red: grass, blood, sky or snow?", quizItem())).toBe(true);
    expect(listsChoices("Which is red: grass, blood or sky?", quizItem())).toBe(false);
    expect(listsChoices("Which is red?", quizItem())).toBe(false);
  });

  it("when it has none to list", () => {
    expect(listsChoices("Say yes.", writingItem())).toBe(true);
  });
});

describe("a task asked by letters", () => {
  const taskOf = async (question: string, entries: object): Promise<ResolvedTask> => {
    const dataset = await writeQuizSet([{ ...LAKE, id: "lake", question }]);
    return quizTask({ dataset, items: 1, protocol: "letter-logprob", ...entries });
  };

  it("is refused when its prompt lists no choices, with the fix", async () => {
    const refused = assertListsChoices(await taskOf("The deepest?", { prompt: "{question} {labels}:" }), running);
    await expect(refused).rejects.toMatchObject({
      message: expect.stringContaining("is asked by letters, but its prompt lists no choices"),
      hint: expect.stringContaining("{choices}"),
    });
  });

  it.each([
    ["the template lists them", "The deepest?", { prompt: "{question}\n{choices}\nAnswer:" }],
    ["the question lists them", "Baikal, Victoria, Superior, Constance?", { prompt: "{question}\nAnswer:" }],
    ["it is asked by texts", "The deepest?", { prompt: "{question}", protocol: "continuation-logprob" }],
  ])("is asked when %s", async (_, question, entries) => {
    await expect(assertListsChoices(await taskOf(question, entries), running)).resolves.toBeUndefined();
  });
});
