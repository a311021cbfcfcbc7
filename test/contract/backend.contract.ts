import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Backend, BackendError } from "../../src/backend/backend.ts";
import type { LettersRequest, TextRequest } from "../../src/domain/answer.ts";
import { InterruptedError } from "../../src/domain/errors.ts";

/** A way to open one backend on the demo model, and what it may differ in from the embedded one. */
export interface ContractSubject {
  readonly name: string;
  open(model: string): Promise<Backend>;
  /** What the backend says for the demo model's quantization. */
  readonly quantization: string | undefined;
  /** It tells the digest of the weights file itself. */
  readonly tellsDigest: boolean;
  readonly missingModel: string;
  /** Whether it computes with other arithmetic than the reference, which may then be so far away, in nats. Default: 0.001 and 0.005. */
  readonly apart?: { readonly letters: number; readonly continuations: number };
  /** The model to open; default: demo-Q8_0. */
  readonly model?: string;
}

const never = new AbortController().signal;

const QUESTIONS = [
  { prompt: "Question: What is 7 minus 1?\nAnswer:", choices: [" 8", " 12", " 9", " 6"] },
  { prompt: "Question: What is 17 minus 14?\nAnswer:", choices: [" 5", " 8", " 3", " 7"] },
  { prompt: "Question: What is 4 plus 5?\nAnswer:", choices: [" 9", " 2", " 5", " 7"] },
];
const PLACES = {
  prompt: "Question: What is the capital of Haiti?\nAnswer:",
  choices: [" Kathmandu", " Luanda", " Port au Prince", " Budapest"],
};
const STORY =
  "Text: On Sunday, Olga went to the beach and bought a yellow kite. On Friday, Omar went to the harbour and bought a black umbrella.\nQuestion: Where did Olga go?\nAnswer:";

function ask(prompt: string, maxTokens: number, stop: readonly string[] = []): TextRequest {
  return { kind: "text", prompt, maxTokens, stop, temperature: 0, seed: 0 };
}

/** What every backend must do; the embedded one says what is right. */
export function backendContract(subject: ContractSubject, openReference: () => Promise<Backend>): void {
  describe(`backend: ${subject.name}`, () => {
    let backend: Backend;
    let reference: Backend;
    beforeAll(async () => {
      [backend, reference] = await Promise.all([subject.open(subject.model ?? "demo-Q8_0"), openReference()]);
    });
    afterAll(async () => {
      await backend?.close();
      await reference?.close();
    });

    it("writes the same text, counts the same prompt tokens and tells why it ended", async () => {
      for (const request of [ask(PLACES.prompt, 16), ask(STORY, 24, ["\n"]), ask(QUESTIONS[0]?.prompt ?? "", 16)]) {
        const [mine, right] = await Promise.all([backend.generate(request, never), reference.generate(request, never)]);
        expect(mine.text).toBe(right.text);
        expect(mine.tokens.prompt).toBe(right.tokens.prompt);
        expect(mine.finish === "stop" ? "end" : mine.finish).toBe(right.finish === "stop" ? "end" : right.finish);
        expect(mine.text.length).toBeGreaterThan(0);
        expect(mine.timings.wallMs).toBeGreaterThan(0);
      }
    });

    it("tells an answer cut at the token limit from one that ended", async () => {
      const cut = await backend.generate(ask(STORY, 2), never);
      expect(cut.finish).toBe("length");
      expect(cut.tokens.completion).toBe(2);
      expect((await backend.generate(ask(PLACES.prompt, 30), never)).finish).toBe("end");
    });

    it("ends before a stop string, which is not part of the text", async () => {
      const whole = (await reference.generate(ask(STORY, 24), never)).text;
      const word = whole.trim().split(" ")[2] ?? "";
      const { text } = await backend.generate(ask(STORY, 24, [word]), never);
      expect(word.length).toBeGreaterThan(1);
      expect(text).toBe(whole.slice(0, whole.indexOf(word)));
    });

    it("gives letters the same log-probabilities, or says that they were not shown", async () => {
      let shown = 0;
      for (const { prompt, choices } of QUESTIONS) {
        const request: LettersRequest = { kind: "letters", prompt, letters: choices };
        const mine = await backend.generate(request, never);
        const right = await reference.generate(request, never);
        expect(mine.logprobs).toHaveLength(choices.length);
        for (const [index, logprob] of mine.logprobs.entries()) {
          if (logprob === "not-shown") {
            expect(backend.capabilities.letters).not.toBe("full");
            continue;
          }
          shown += 1;
          expect(Math.abs(logprob - Number(right.logprobs[index]))).toBeLessThan(subject.apart?.letters ?? 1e-3);
        }
        expect(best(mine.logprobs)).toBe(best(right.logprobs));
      }
      expect(shown).toBeGreaterThanOrEqual(QUESTIONS.length);
    });

    it("scores continuations the same, or says that it can't", async () => {
      const request = { kind: "continuations", prompt: PLACES.prompt, continuations: PLACES.choices } as const;
      if (!backend.capabilities.continuations) {
        await expect(backend.generate(request, never)).rejects.toMatchObject({ kind: "unsupported", retryable: false });
        return;
      }
      const mine = await backend.generate(request, never);
      const right = await reference.generate(request, never);
      for (const [index, logprob] of mine.logprobs.entries())
        expect(Math.abs(logprob - (right.logprobs[index] ?? 0))).toBeLessThan(subject.apart?.continuations ?? 5e-3);
      expect(mine.logprobs).toHaveLength(4);
      expect(mine.tokens).toEqual(right.tokens);
    });

    it("says so when a prompt does not fit the context", async () => {
      const error = await backend.generate(ask("Question: ".repeat(120), 8), never).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(BackendError);
      expect(error).toMatchObject({ kind: "context-overflow", retryable: false });
    });

    it("keeps concurrent answers apart", async () => {
      const requests = [...QUESTIONS, PLACES].map(({ prompt }) => ask(prompt, 12));
      const together = await Promise.all(requests.map((request) => backend.generate(request, never)));
      for (const [index, request] of requests.entries())
        expect(together[index]?.text).toBe((await backend.generate(request, never)).text);
    });

    it("stops when it is told to", async () => {
      const stop = new AbortController();
      const pending = backend.generate(ask(STORY, 60), stop.signal);
      stop.abort();
      await expect(pending).rejects.toBeInstanceOf(InterruptedError);
    });

    it("tells what answers: build, settings, quantization", async () => {
      expect(backend.identity.build).toMatch(/\w+ .*\d/);
      expect(backend.identity.settings.chatTemplate).toBe("none (raw prompts)");
      expect(backend.identity.metadata.quantization).toBe(subject.quantization);
      if (subject.tellsDigest) expect(backend.identity.weightsDigest).toBe(reference.identity.weightsDigest);
    });

    it("refuses to open a model that is not there", async () => {
      await expect(subject.open(subject.missingModel)).rejects.toThrow(/no-such-model/);
    });
  });
}

function best(logprobs: readonly (number | "not-shown")[]): number {
  const values = logprobs.map((logprob) => (logprob === "not-shown" ? Number.NEGATIVE_INFINITY : logprob));
  return values.indexOf(Math.max(...values));
}
