import { describe, expect, it } from "vitest";
import type { BackendRequest } from "../../src/domain/answer.ts";
import { buildRequest, hashRequest } from "../../src/task/build-request.ts";
import { dataRanges } from "../../src/task/data-ranges.ts";
import { renderPromptPieces } from "../../src/task/render-prompt.ts";
import { quizItem, quizTask, writingItem, writingTask } from "./example-task.ts";

const GREEDY = { temperature: 0, seed: 0 };

/** The stretches of a request's prompt that are told to be the item's. */
function dataOf({ prompt, data }: BackendRequest): readonly string[] | undefined {
  return data?.map(([from, to]) => prompt.slice(from, to));
}

describe("the ranges of an item's own text", () => {
  it.each(["<|im_end|>", "</s>", "<｜User｜>", "[INST]", "◁think▷"])("are told where it holds %s", (form) => {
    const request = buildRequest(writingTask({ prompt: "Say: {prompt}!" }), writingItem({ instruction: form }), GREEDY);
    expect(dataOf(request)).toEqual([form]);
  });

  it("are left out where only the template writes one, or nobody does", () => {
    for (const prompt of ["<|im_start|>{prompt}<|im_end|>", "{prompt}"])
      expect(buildRequest(writingTask({ prompt }), writingItem(), GREEDY)).not.toHaveProperty("data");
  });

  it("are told where template and item make one together", () => {
    const task = writingTask({ prompt: "<|{prompt}|>" });
    expect(dataOf(buildRequest(task, writingItem({ instruction: "im_end" }), GREEDY))).toEqual(["im_end"]);
  });

  it("cover worked examples, their answers and what is asked, and join where nothing stands between", () => {
    const shot = writingItem({ id: "s", instruction: "Say <s>.", references: ["no"] });
    const task = writingTask({ prompt: "{shots}Q: {prompt}{prompt}\n" });
    expect(dataOf(buildRequest(task, writingItem({ shots: [shot] }), GREEDY))).toEqual([
      "Say <s>.Say <s>.",
      "no",
      "Say yes.Say yes.",
    ]);
  });

  it("end where the prompt's trailing spaces are cut off", () => {
    const item = quizItem({ question: "<s>  " });
    const request = buildRequest(quizTask({ prompt: "{question} " }), item, GREEDY);
    expect(request).toMatchObject({ prompt: "<s>", data: [[0, 3]] });
  });

  it("are pieces of the prompt as it is", () => {
    const pieces = renderPromptPieces(writingTask({ prompt: "{prompt}" }), writingItem({ instruction: "<s>" }));
    expect(dataRanges(pieces)).toEqual([[0, 3]]);
  });

  it("tell prompts of one text apart by who wrote the token", () => {
    const byTemplate = buildRequest(writingTask({ prompt: "<s>{prompt}" }), writingItem({ instruction: "a" }), GREEDY);
    const byItem = buildRequest(writingTask({ prompt: "{prompt}" }), writingItem({ instruction: "<s>a" }), GREEDY);
    expect(byItem.prompt).toBe(byTemplate.prompt);
    expect(hashRequest(byItem)).not.toBe(hashRequest(byTemplate));
  });
});
