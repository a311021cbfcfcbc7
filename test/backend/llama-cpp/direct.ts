import { getLlama, type LlamaContextSequence, LlamaLogLevel, type LlamaModel, type Token } from "node-llama-cpp";
import { afterAll, beforeAll } from "vitest";
import { demoModel } from "../../support/small-spec.ts";

/** llama.cpp without QuantGate in between: tokens, and the whole distribution of the next token at every position. */
export class DirectModel {
  readonly model: LlamaModel;
  readonly #sequence: LlamaContextSequence;

  constructor(model: LlamaModel, sequence: LlamaContextSequence) {
    this.model = model;
    this.#sequence = sequence;
  }

  /** Tokens of a text from the start of a document. */
  tokens(text: string): Token[] {
    const { bos, shouldPrependBosToken } = this.model.tokens;
    return [...(shouldPrependBosToken && bos !== null ? [bos] : []), ...this.model.tokenize(text, false)];
  }

  /**
   * The natural-log probability of every token of the vocabulary after each of `tokens`, which follow `before` in an empty cache: a softmax in
   * doubles over all raw logits. The two are evaluated one after the other, because results move with what is evaluated together.
   */
  async distributions(
    before: readonly Token[],
    tokens: readonly Token[],
  ): Promise<readonly ReadonlyMap<Token, number>[]> {
    await this.#sequence.clearHistory();
    if (before.length > 0) await this.#sequence.evaluateWithoutGeneratingNewTokens([...before]);
    const results = await this.#sequence.controlledEvaluate(
      tokens.map((token) => [token, { generateNext: { logits: true } }]),
    );
    return tokens.map((_, index) => {
      const logits = results[index]?.next.logits;
      if (logits === undefined) throw new Error(`no logits at position ${index}`);
      const largest = [...logits.values()].reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY);
      const total = [...logits.values()].reduce((sum, logit) => sum + Math.exp(logit - largest), 0);
      return new Map([...logits].map(([token, logit]) => [token, logit - largest - Math.log(total)]));
    });
  }

  /** Sum of the log-probabilities of a continuation's tokens, the first `cached` tokens of all evaluated beforehand. */
  async continuation(prompt: string, continuation: string, cached: number): Promise<number> {
    const all = this.tokens(prompt + continuation);
    const distributions = await this.distributions(all.slice(0, cached), all.slice(cached));
    let sum = 0;
    for (const [index, token] of all.entries())
      if (index >= this.tokens(prompt).length) sum += distributions[index - cached - 1]?.get(token) ?? Number.NaN;
    return sum;
  }
}

export function directModel(quantization = "F16"): () => DirectModel {
  let direct: DirectModel | undefined;
  let dispose = async (): Promise<void> => {};
  beforeAll(async () => {
    const llama = await getLlama({
      gpu: false,
      build: "never",
      skipDownload: true,
      progressLogs: false,
      logLevel: LlamaLogLevel.error,
      maxThreads: 1,
    });
    dispose = () => llama.dispose();
    const model = await llama.loadModel({ modelPath: demoModel(quantization), gpuLayers: 0 });
    const context = await model.createContext({ contextSize: 256, batchSize: 256, threads: 1, flashAttention: false });
    direct = new DirectModel(model, context.getSequence());
  });
  afterAll(() => dispose());
  return () => {
    if (direct === undefined) throw new Error("the model is not loaded yet");
    return direct;
  };
}
