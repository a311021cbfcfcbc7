import { describe, expect, it } from "vitest";
import type { BackendRequest } from "../../src/domain/answer.ts";
import { buildRequest, hashRequest } from "../../src/task/build-request.ts";
import { quizItem, quizTask, writingItem, writingTask } from "./example-task.ts";

const GREEDY = { temperature: 0, seed: 0 };

describe("what is asked of a backend", () => {
  it("for a generation task is a text, with its limit and stop strings", () => {
    expect(buildRequest(writingTask(), writingItem(), { temperature: 0, seed: 7 })).toEqual({
      kind: "text",
      prompt: "Say yes.",
      maxTokens: 64,
      stop: ["\n"],
      temperature: 0,
      seed: 7,
    });
  });

  it("for generated-letter is a text", () => {
    expect(buildRequest(quizTask({ protocol: "generated-letter", primary: "extracted" }), quizItem(), GREEDY)).toEqual({
      kind: "text",
      prompt: "Question: Which is red?\nAnswer:",
      maxTokens: 8,
      stop: [],
      temperature: 0,
      seed: 0,
    });
  });

  it("for letter-logprob are the labels, each with a space", () => {
    expect(buildRequest(quizTask({ protocol: "letter-logprob" }), quizItem(), GREEDY)).toEqual({
      kind: "letters",
      prompt: "Question: Which is red?\nAnswer:",
      letters: [" A", " B", " C", " D"],
    });
  });

  it("for continuation-logprob are the choices' texts, each with a space", () => {
    expect(buildRequest(quizTask(), quizItem(), GREEDY)).toEqual({
      kind: "continuations",
      prompt: "Question: Which is red?\nAnswer:",
      continuations: [" grass", " blood", " sky", " snow"],
    });
  });

  it.each([
    ["Answer: ", "Answer:", " "],
    ["Answer:  ", "Answer:", "  "],
    ["Answer:\n", "Answer:\n", " "],
    ["Answer:", "Answer:", " "],
  ])("with a prompt that ends %j moves its trailing spaces to the choices", (end, prompt, space) => {
    const task = { prompt: `{question} ${end}` };
    const item = quizItem();
    expect(buildRequest(quizTask({ ...task, protocol: "letter-logprob" }), item, GREEDY)).toEqual({
      kind: "letters",
      prompt: `Which is red? ${prompt}`,
      letters: ["A", "B", "C", "D"].map((label) => space + label),
    });
    expect(buildRequest(quizTask(task), item, GREEDY)).toMatchObject({
      prompt: `Which is red? ${prompt}`,
      continuations: ["grass", "blood", "sky", "snow"].map((text) => space + text),
    });
  });

  it("keeps the trailing spaces of a prompt that is gone on with in writing", () => {
    expect(buildRequest(writingTask({ prompt: "{prompt} " }), writingItem(), GREEDY)).toMatchObject({
      prompt: "Say yes. ",
    });
  });
});

describe("the hash of a request", () => {
  const text = buildRequest(writingTask(), writingItem(), GREEDY);
  const letters = buildRequest(quizTask({ protocol: "letter-logprob" }), quizItem(), GREEDY);
  const continuations = buildRequest(quizTask(), quizItem(), GREEDY);

  it("is 16 hex digits and the same for the same request", () => {
    for (const request of [text, letters, continuations]) {
      expect(hashRequest(request)).toMatch(/^[0-9a-f]{16}$/);
      expect(hashRequest(structuredClone(request))).toBe(hashRequest(request));
    }
  });

  it("doesn't change with the seed, which greedy decoding doesn't see", () => {
    expect(hashRequest({ ...text, seed: 99 } as BackendRequest)).toBe(hashRequest(text));
  });

  it.each<[string, BackendRequest, object]>([
    ["a text's prompt", text, { prompt: "Say no." }],
    ["its token limit", text, { maxTokens: 65 }],
    ["its stop strings", text, { stop: [] }],
    ["its temperature", text, { temperature: 1 }],
    ["the prompt before letters", letters, { prompt: "Q" }],
    ["a letter", letters, { letters: [" A", " B", " C", " E"] }],
    ["the prompt before continuations", continuations, { prompt: "Q" }],
    ["a continuation", continuations, { continuations: [" grass", " blood", " sky", " snows"] }],
    ["the order of continuations", continuations, { continuations: [" blood", " grass", " sky", " snow"] }],
  ])("changes with %s", (_, request, change) => {
    expect(hashRequest({ ...request, ...change } as BackendRequest)).not.toBe(hashRequest(request));
  });

  it("tells a question by letters from one by continuations", () => {
    const byLetters: BackendRequest = { kind: "letters", prompt: "Q", letters: [" A", " B"] };
    const byTexts: BackendRequest = { kind: "continuations", prompt: "Q", continuations: [" A", " B"] };
    expect(hashRequest(byLetters)).not.toBe(hashRequest(byTexts));
  });
});
