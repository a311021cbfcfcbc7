import type { EncoderModel } from "../../src/onnx/encoder-model.ts";
import type { EncoderHead } from "../../src/onnx/encoder-spec.ts";
import type { Encoder } from "../../src/onnx/engine/encoder.ts";
import { EmbeddingEngine } from "../../src/onnx/engine/engine.ts";

const { signal } = new AbortController();

/** An engine with one encoder open in all its workers; it remembers no embedding. */
export class OpenEngine {
  readonly #engine: EmbeddingEngine;
  readonly #encoder: Encoder;

  private constructor(engine: EmbeddingEngine, encoder: Encoder) {
    this.#engine = engine;
    this.#encoder = encoder;
  }

  static async open(model: EncoderModel, head: EncoderHead, texts: readonly string[]): Promise<OpenEngine> {
    const engine = new EmbeddingEngine({ recentBytes: 0 });
    const open = new OpenEngine(engine, await engine.open({ model, head }, signal));
    // Enough texts of different lengths that every worker opens the model.
    await open.embed(texts.slice(0, 24));
    return open;
  }

  async embed(texts: readonly string[]): Promise<readonly Float32Array[]> {
    const embeddings = await this.#engine.embed(this.#encoder, texts, { signal });
    return embeddings.map(({ vectors }) => vectors.values);
  }

  /** Milliseconds to embed the texts from nothing. */
  async time(texts: readonly string[]): Promise<number> {
    const start = performance.now();
    await this.embed(texts);
    return performance.now() - start;
  }

  close(): Promise<void> {
    return this.#engine.close();
  }
}
