import { describe, expect, it } from "vitest";
import type { BackendRequest } from "../../../src/domain/answer.ts";
import { buildRequest } from "../../../src/task/build-request.ts";
import { quizItem, quizTask, writingItem, writingTask } from "../../task/example-task.ts";
import { ask, demoBackend, running } from "./demo-backend.ts";

// `<|end|>` is the demo model's one special token, and its begin token.
describe("special tokens in a prompt", () => {
  const backend = demoBackend({}, "Q8_0");
  const promptTokens = async (request: BackendRequest): Promise<number> =>
    (await backend().generate(request, running)).tokens.prompt;
  const ofText = (prompt: string, data: readonly (readonly [number, number])[] = []): Promise<number> =>
    promptTokens(ask(prompt, { maxTokens: 1, ...(data.length === 0 ? {} : { data }) }));

  it("are one token each where the template writes them", async () => {
    const plain = await ofText("Text: a b\nAnswer:");
    const parts = (await ofText("Text: a b\n")) + (await ofText("Answer:")) - 1;
    expect(await ofText("Text: a b\n<|end|>Answer:")).toBe(parts + 1);
    expect(await ofText("Text: a b\n<|end|><|end|>Answer:")).toBe(parts + 2);
    expect(plain).toBeLessThanOrEqual(parts);
  });

  it("begin a prompt once, whoever writes the begin token", async () => {
    const plain = await ofText("Text: a b\nAnswer:");
    expect(await ofText("<|end|>Text: a b\nAnswer:")).toBe(plain);
    expect(await ofText("<|end|><|end|>Text: a b\nAnswer:")).toBe(plain + 1);
  });

  it("are text where the item writes them, in front too", async () => {
    const prompt = "<|end|>Text: a b\nAnswer:";
    expect(await ofText(prompt, [[0, 7]])).toBeGreaterThan(await ofText(prompt));
    expect(await ofText(prompt, [[3, 12]])).toBe(await ofText(prompt, [[0, 7]]));
    expect(await ofText(prompt, [[7, 12]])).toBe(await ofText(prompt));
  });

  it("are told apart in one prompt", async () => {
    const task = writingTask({ prompt: "Text: {prompt}\n<|end|>Answer:", maxTokens: 1 });
    const tokensOf = (instruction: string): Promise<number> =>
      promptTokens(buildRequest(task, writingItem({ instruction }), { temperature: 0, seed: 0 }));
    const bare = (await ofText("Text: <|end|>\n", [[6, 13]])) + (await ofText("Answer:")) - 1;
    expect(await tokensOf("<|end|>")).toBe(bare + 1);
    // A bracket that is no token's form leaves the prompt in one.
    expect(await tokensOf("a <b> c")).toBe(await ofText("Text: a <b> c\n<|end|>Answer:"));
  });

  it("are text in worked examples and in choices", async () => {
    const item = (text: string) =>
      quizItem({ choices: ["A", "B"].map((label) => ({ label, text: `${text} ${label}` })), answer: 0 });
    const task = quizTask({ prompt: "{shots}{question}\nAnswer:" });
    const count = async (text: string, shot: string) => {
      const request = buildRequest(task, { ...item(text), shots: [item(shot)] }, { temperature: 0, seed: 0 });
      return (await backend().generate(request, running)).tokens;
    };
    const plain = await count("x", "x");
    const inShot = await count("x", "<|end|>");
    const inChoice = await count("<|end|>", "x");
    expect(inShot.prompt).toBeGreaterThan(plain.prompt + 1);
    expect(inChoice.prompt).toBe(plain.prompt);
    expect(inChoice.completion).toBeGreaterThan(plain.completion + 2);
  });

  it("count in what letters are asked after", async () => {
    const letters = (prompt: string) => promptTokens({ kind: "letters", prompt, letters: [" A", " B"] });
    expect(await letters("Text\n<|end|>Letter:")).toBe((await letters("Text\n")) + (await letters("Letter:")));
  });
});
