import { describe, expect, it } from "vitest";
import { ask, demoBackend, running } from "./demo-backend.ts";

describe("special tokens that a prompt writes out", () => {
  const backend = demoBackend({}, "Q8_0");
  const promptTokens = async (prompt: string): Promise<number> =>
    (await backend().generate(ask(prompt, { maxTokens: 1 }), running)).tokens.prompt;

  it("are one token each, as llama-server reads them", async () => {
    const plain = await promptTokens("Question: What is 7 minus 1?\nAnswer:");
    expect(await promptTokens("<|end|>Question: What is 7 minus 1?\nAnswer:")).toBe(plain + 1);
    expect(await promptTokens("<|end|><|end|>Question: What is 7 minus 1?\nAnswer:")).toBe(plain + 2);
  });

  it("count in what letters are asked after, too", async () => {
    const letters = async (prompt: string) =>
      (await backend().generate({ kind: "letters", prompt, letters: [" A", " B"] }, running)).tokens.prompt;
    expect(await letters("<|end|>Letter:")).toBe((await letters("Letter:")) + 1);
  });
});
