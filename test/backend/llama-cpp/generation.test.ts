import { describe, expect, it } from "vitest";
import { BackendError } from "../../../src/backend/backend.ts";
import type { BackendRequest } from "../../../src/domain/answer.ts";
import { InterruptedError } from "../../../src/domain/errors.ts";
import { ask, demoBackend, QUESTIONS, running } from "./demo-backend.ts";
import { directModel } from "./direct.ts";

const direct = directModel();
const backend = demoBackend();
/** The demo model answers it with eighteen tokens. */
const PROMPT =
  "Text: It was a sunny Friday morning. Ben walked to the garden with a friend. They looked around for a long time. A small dog followed them. In the end Ben came home with a green scarf.\nSummary:";

/** The greedy tokens after a prompt, each the largest of the full distribution, until the end token. */
async function greedyTokens(prompt: string, limit: number) {
  const all = direct().tokens(prompt);
  const length = all.length;
  for (let count = 0; count < limit; count += 1) {
    const last = (await direct().distributions(all.slice(0, -1), all.slice(-1))).at(-1);
    const best = [...(last ?? [])].reduce((most, entry) => (entry[1] > most[1] ? entry : most))[0];
    if (direct().model.isEogToken(best)) break;
    all.push(best);
  }
  return { prompt: all.slice(0, length), answer: all.slice(length) };
}

describe("a generated text", () => {
  it.each(QUESTIONS)("after %j is the likeliest token each time, up to the end token", async (prompt) => {
    const expected = await greedyTokens(prompt, 40);
    const answer = await backend().generate(ask(prompt), running);
    expect(answer.text).toBe(direct().model.detokenize(expected.answer, false, expected.prompt));
    expect(answer.finish).toBe(expected.answer.length < 40 ? "end" : "length");
    expect(answer.tokens).toEqual({ prompt: expected.prompt.length, completion: expected.answer.length });
  });

  it("ends at the token limit and says so", async () => {
    const { answer, prompt } = await greedyTokens(PROMPT, 40);
    expect(answer.length).toBeGreaterThan(3);
    for (const maxTokens of [1, 2, 3]) {
      const cut = await backend().generate(ask(PROMPT, { maxTokens }), running);
      expect(cut).toMatchObject({ finish: "length", tokens: { completion: maxTokens } });
      expect(cut.text).toBe(direct().model.detokenize(answer.slice(0, maxTokens), false, prompt));
    }
  });

  it("tells its times: prompt, decoding and all, none of them the loading", async () => {
    const { timings } = await backend().generate(ask(PROMPT), running);
    const { wallMs, promptMs = 0, decodeMs = 0, firstTokenMs } = timings;
    expect(promptMs).toBeGreaterThan(0);
    expect(decodeMs).toBeGreaterThan(0);
    expect(promptMs + decodeMs).toBeCloseTo(wallMs, 6);
    expect(firstTokenMs).toBe(promptMs);
    expect(timings).not.toHaveProperty("loadMs");
    expect(backend().loadMs).toBeGreaterThan(0);
  });

  it("at a temperature above 0 follows its seed", async () => {
    const sample = async (seed: number): Promise<string> =>
      (await backend().generate(ask("Where", { temperature: 1.5, seed, maxTokens: 12 }), running)).text;
    const seeds = [1, 2, 3, 4, 5, 6];
    const texts = [];
    for (const seed of seeds) texts.push(await sample(seed));
    expect(new Set(texts).size).toBeGreaterThan(1);
    expect(await sample(1)).toBe(texts[0]);
  });
});

describe("stop strings", () => {
  it("end the text before them, wherever they begin and end", async () => {
    const { text } = await backend().generate(ask(PROMPT), running);
    expect(text.length).toBeGreaterThan(15);
    // Every place and several lengths: inside one token, at its borders, across two and three tokens.
    for (const length of [1, 2, 5, 9]) {
      for (let start = 0; start + length <= text.length; start += 3) {
        const stop = text.slice(start, start + length);
        const answer = await backend().generate(ask(PROMPT, { stop: [stop] }), running);
        expect(answer, stop).toMatchObject({ text: text.slice(0, text.indexOf(stop)), finish: "stop" });
      }
    }
  });

  it("of several the first one in the text counts", async () => {
    const { text } = await backend().generate(ask(PROMPT), running);
    const stops = [text.slice(10, 12), text.slice(4, 7), "never in it"];
    const answer = await backend().generate(ask(PROMPT, { stop: stops }), running);
    const first = Math.min(...stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0));
    expect(answer.text).toBe(text.slice(0, first));
  });

  it("that don't appear change nothing", async () => {
    const whole = await backend().generate(ask(PROMPT), running);
    const again = await backend().generate(ask(PROMPT, { stop: ["\u0000", `${whole.text} and more`] }), running);
    expect([again.text, again.finish, again.tokens]).toEqual([whole.text, whole.finish, whole.tokens]);
  });

  it("spare the tokens after them", async () => {
    const whole = await backend().generate(ask(PROMPT), running);
    const stopped = await backend().generate(ask(PROMPT, { stop: [whole.text.slice(0, 3)] }), running);
    expect(stopped.text).toBe("");
    expect(stopped.tokens.completion).toBeLessThan(whole.tokens.completion);
  });
});

describe("a context that is too small", () => {
  const long = "Question: ".repeat(120);

  it.each<[string, () => BackendRequest, RegExp]>([
    ["a text", () => ask(long), /the prompt has \d+ tokens and the answer may have 40: that is \d+ of 256 tokens/],
    ["letters", () => ({ kind: "letters", prompt: long, letters: [" A", " B"] }), /the prompt has \d+ tokens: that is/],
    [
      "continuations",
      () => ({ kind: "continuations", prompt: "Where", continuations: [" x", long] }),
      /prompt and choice together have \d+ tokens: that is \d+ of 256/,
    ],
  ])("is an error of its own for %s, with what to do", async (_, request, message) => {
    const error: unknown = await backend()
      .generate(request(), running)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BackendError);
    expect(error).toMatchObject({
      kind: "context-overflow",
      retryable: false,
      message: expect.stringMatching(message),
    });
    expect((error as BackendError).hint).toContain("contextSize");
  });

  it("is one from the first token too many on", async () => {
    const length = direct().tokens(PROMPT).length;
    const fits = await backend().generate(ask(PROMPT, { maxTokens: 256 - length }), running);
    expect(fits.finish).toBe("end");
    await expect(backend().generate(ask(PROMPT, { maxTokens: 257 - length }), running)).rejects.toThrow(
      "257 of 256 tokens of context",
    );
  });

  it("leaves the backend as it was", async () => {
    const before = (await backend().generate(ask(PROMPT), running)).text;
    await backend()
      .generate(ask(long), running)
      .catch(() => {});
    expect((await backend().generate(ask(PROMPT), running)).text).toBe(before);
  });
});

describe("being stopped", () => {
  it("in the middle of a text ends it within a few tokens", async () => {
    expect((await backend().generate(ask(PROMPT), running)).tokens.completion).toBeGreaterThan(10);
    const controller = new AbortController();
    let asked = 0;
    // Aborts after a few tokens: at the fourth time the answer looks at the signal.
    const signal = new Proxy(controller.signal, {
      get(target, key) {
        if (key === "aborted") {
          asked += 1;
          if (asked === 4) controller.abort();
        }
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    await expect(backend().generate(ask(PROMPT), signal)).rejects.toThrow(InterruptedError);
    expect(asked).toBeLessThanOrEqual(5);
  });

  it.each<[string, BackendRequest]>([
    ["a text", ask(PROMPT)],
    ["letters", { kind: "letters", prompt: PROMPT, letters: [" A", " B"] }],
    ["continuations", { kind: "continuations", prompt: PROMPT, continuations: [" A", " B"] }],
  ])("before %s is begun ends it at once, and the next is answered", async (_, request) => {
    const before = await backend().generate(ask(PROMPT), running);
    await expect(backend().generate(request, AbortSignal.abort())).rejects.toThrow(InterruptedError);
    expect((await backend().generate(ask(PROMPT), running)).text).toBe(before.text);
  });

  it("lets those who wait for a context go too", async () => {
    const controller = new AbortController();
    const all = Array.from({ length: 6 }, () => backend().generate(ask(PROMPT), controller.signal));
    const ended = Promise.allSettled(all);
    controller.abort();
    for (const each of await ended)
      expect(each).toMatchObject({ status: "rejected", reason: expect.any(InterruptedError) });
  });
});
