import { describe, expect, it } from "vitest";
import { BackendError } from "../../../src/backend/backend.ts";
import { demoBackend, QUESTIONS, running } from "./demo-backend.ts";
import { directModel } from "./direct.ts";

const direct = directModel("Q8_0");
const backend = demoBackend({}, "Q8_0");

/**
 * What a normalised log-probability may be off: node-llama-cpp adds the weights of the whole vocabulary in single precision, largest first,
 * which was seen to be 4e-5 off in a sum of six tokens. Differences at one position don't contain that sum and are exact.
 */
const NORMALIZER = 1e-4;

async function continuationsOf(prompt: string, continuations: readonly string[]): Promise<readonly number[]> {
  return (await backend().generate({ kind: "continuations", prompt, continuations }, running)).logprobs;
}

function expectClose(actual: readonly number[], expected: readonly number[], within: number): void {
  expect(actual).toHaveLength(expected.length);
  for (const [index, value] of actual.entries())
    expect(Math.abs(value - (expected[index] ?? Number.NaN)), `${value} for ${expected[index]}`).toBeLessThan(within);
}

describe("the distribution that the backend is held against", () => {
  it("is one: over the whole vocabulary, summing to 1", async () => {
    const [first] = await direct().distributions([], direct().tokens("Question").slice(0, 1));
    expect(first?.size).toBe(1024);
    const total = [...(first?.values() ?? [])].reduce((sum, logprob) => sum + Math.exp(logprob), 0);
    expect(total).toBeCloseTo(1, 12);
  });
});

describe("letters", () => {
  const LETTERS = [" A", " B", " C", " D", " E", " 1", " 2", " 3"];

  async function expectedLetters(prompt: string): Promise<readonly number[]> {
    const tokens = direct().tokens(prompt);
    const last = (await direct().distributions([], tokens)).at(-1);
    return LETTERS.map((letter) => {
      const token = direct()
        .tokens(prompt + letter)
        .at(-1);
      return (token === undefined ? undefined : last?.get(token)) ?? Number.NaN;
    });
  }

  it.each(QUESTIONS)("have the log-probabilities of the full distribution after %j", async (prompt) => {
    const answer = await backend().generate({ kind: "letters", prompt, letters: LETTERS }, running);
    const [actual, expected] = [answer.logprobs.map(Number), await expectedLetters(prompt)];
    expectClose(actual, expected, NORMALIZER);
    const fromFirst = (values: readonly number[]): number[] => values.map((value) => value - (values[0] ?? 0));
    expectClose(fromFirst(actual), fromFirst(expected), 1e-5);
    expect(answer.tokens).toEqual({ prompt: direct().tokens(prompt).length, completion: 0 });
  });

  it("of several tokens are refused with what to do", async () => {
    const request = { kind: "letters", prompt: QUESTIONS[0] ?? "", letters: [" A", " Kathmandu"] } as const;
    const error: unknown = await backend()
      .generate(request, running)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BackendError);
    expect(error).toMatchObject({ kind: "unsupported", hint: expect.stringContaining("continuation-logprob") });
    expect(String(error)).toMatch(/the label " Kathmandu" is \d tokens/);
  });
});

describe("letters after a prompt that opens the model's thinking", () => {
  const request = { kind: "letters", letters: [" A", " B"] } as const;

  it.each(["Question: 1 + 1?\n<think>\n", "Question: 1 + 1?\n[THINK]", "1 + 1?\n◁think▷ "])(
    "%j are none",
    async (prompt) => {
      await expect(backend().generate({ ...request, prompt }, running)).rejects.toMatchObject({
        kind: "unsupported",
        message: expect.stringContaining("thinking"),
        hint: expect.stringContaining("generated-letter"),
      });
    },
  );

  it("are read where it is closed again", async () => {
    const prompt = "Question: 1 + 1?\n<think>\nhm\n</think>\nAnswer:";
    expect((await backend().generate({ ...request, prompt }, running)).logprobs.map(Number)).toEqual([
      expect.any(Number),
      expect.any(Number),
    ]);
  });
});

describe("continuations", () => {
  const PLAIN: readonly (readonly [string, string, readonly string[]])[] = [
    ["of one token and of many", QUESTIONS[1] ?? "", [" Luanda", " Port au Prince", " Kathmandu", " Budapest"]],
    ["of numbers", QUESTIONS[0] ?? "", [" 5", " 8", " 3", " 7"]],
    ["of sentences", QUESTIONS[2] ?? "", [" Olga went to the beach.", " Blue is a colour."]],
    ["of characters of several bytes", QUESTIONS[3] ?? "", [" é", "漢字", " 🙂 x"]],
    ["after a prompt of one token", "W", ["here", " x"]],
  ];

  it.each(PLAIN)("%s have the log-probabilities of the full distributions", async (_, prompt, continuations) => {
    const cached = direct().tokens(prompt).length - 1;
    const expected = [];
    for (const text of continuations) expected.push(await direct().continuation(prompt, text, cached));
    expectClose(await continuationsOf(prompt, continuations), expected, NORMALIZER);
  });

  it.each(PLAIN)("%s are the same with the prompt's cache as from scratch", async (_, prompt, continuations) => {
    const expected = [];
    for (const text of continuations) expected.push(await direct().continuation(prompt, text, 0));
    expectClose(await continuationsOf(prompt, continuations), expected, NORMALIZER);
  });

  it("count their own tokens and the prompt's once", async () => {
    const [prompt, continuations] = [QUESTIONS[1] ?? "", [" Luanda", " Port au Prince"]];
    const { tokens } = await backend().generate({ kind: "continuations", prompt, continuations }, running);
    const length = direct().tokens(prompt).length;
    const own = continuations.map((text) => direct().tokens(prompt + text).length - length);
    expect(tokens).toEqual({ prompt: length, completion: own.reduce((sum, count) => sum + count, 0) });
  });

  it("are the same in any order", async () => {
    const prompt = QUESTIONS[2] ?? "";
    const texts = [" Olga went home.", " It rains.", " On Sunday, Olga went to the beach."];
    const reversed = await continuationsOf(prompt, texts.toReversed());
    expect(reversed.toReversed()).toEqual(await continuationsOf(prompt, texts));
  });

  it("that add nothing to the prompt are refused", async () => {
    await expect(continuationsOf("Where", [" is", ""])).rejects.toThrow('the choice "" adds no token to the prompt');
  });
});

describe("continuations that begin alike", () => {
  it.each<[string, readonly string[]]>([
    ["in their first token", [" red wine", " red hat", " red"]],
    ["in several", [" Olga went to the beach.", " Olga went to the harbour.", " Olga went to the market."]],
    ["one of which is the beginning of all", [" Port", " Port au", " Port au Prince"]],
    ["because they are the same", [" red", " red"]],
    ["because there is just one", [" Olga went to the beach."]],
  ])("%s have the log-probabilities of the full distributions", async (_, continuations) => {
    const prompt = QUESTIONS[2] ?? "";
    const cached = direct().tokens(prompt).length - 1;
    const expected = [];
    for (const text of continuations) expected.push(await direct().continuation(prompt, text, cached));
    expectClose(await continuationsOf(prompt, continuations), expected, NORMALIZER);
  });

  it("are scored each as if it were asked alone, to the last bit", async () => {
    const prompt = QUESTIONS[1] ?? "";
    const texts = [" Port au Prince", " Port Louis", " Luanda"];
    const together = await continuationsOf(prompt, texts);
    for (const [index, text] of texts.entries())
      expect(await continuationsOf(prompt, [text])).toEqual([together[index]]);
    expect((await continuationsOf(prompt, texts.slice(0, 2))).slice(0, 2)).toEqual(together.slice(0, 2));
  });
});
