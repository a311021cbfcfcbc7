import type { ItemSource } from "../dataset/item-source.ts";
import type { EncoderModel } from "../onnx/encoder-model.ts";
import { EmbeddingEngine } from "../onnx/engine/engine.ts";
import type { EngineSettings } from "../onnx/engine/settings.ts";
import type { ResolvedTask } from "../spec/resolved.ts";
import type { ScorersConfig } from "../spec/schema.ts";
import { readBaseline } from "./bert-score/baseline.ts";
import { createBertScorer } from "./bert-score/bert-scorer.ts";
import { recommendedLayer } from "./bert-score/recommended-layers.ts";
import { createCoherenceScorer } from "./coherence/coherence-scorer.ts";
import type { Scorer } from "./scorer.ts";

/** Which file of a model, and which output of it, where they aren't the usual ones. */
export interface EncoderFiles {
  readonly file?: string;
  readonly output?: string;
}

/** Where models and their published baselines are found on this machine; both throw errors that name the command which fetches them. */
export interface EncoderSource {
  open(name: string, files: EncoderFiles, signal: AbortSignal): Promise<EncoderModel>;
  baselinePath(name: string): Promise<string>;
}

/** The neural scorers of a run, all on one engine; made when a task first asks for one. */
export class NeuralScorers {
  readonly #config: ScorersConfig;
  readonly #encoders: EncoderSource;
  readonly #engine: EmbeddingEngine;
  readonly #models = new Map<string, Promise<EncoderModel>>();
  #coherence: Promise<Scorer> | undefined;
  #bertscore: Promise<Scorer> | undefined;

  constructor(config: ScorersConfig, encoders: EncoderSource, cacheFolder: string) {
    this.#config = config;
    this.#encoders = encoders;
    const { provider, workers, threadsPerWorker, batchTokens } = config;
    this.#engine = new EmbeddingEngine({
      provider,
      cacheFolder,
      ...(workers === undefined ? {} : { workers }),
      ...(threadsPerWorker === undefined ? {} : { threadsPerWorker }),
      ...(batchTokens === undefined ? {} : { tokenSlots: batchTokens }),
    });
  }

  coherence(signal: AbortSignal): Promise<Scorer> {
    const { coherence } = this.#config;
    this.#coherence ??= this.#model(coherence, signal).then((model) =>
      createCoherenceScorer({ engine: this.#engine, model, perSentence: coherence.perSentence }, signal),
    );
    return this.#coherence;
  }

  /** With idf the weights are those of the task's own references, so each task has a scorer of its own. */
  async bertscore(task: ResolvedTask, source: ItemSource, signal: AbortSignal): Promise<Scorer> {
    if (this.#config.bertscore.idf) return this.#makeBertscore(signal, await referencesOf(task, source));
    this.#bertscore ??= this.#makeBertscore(signal, undefined);
    return this.#bertscore;
  }

  /** What inference runs with; undefined as long as no task has asked for a neural scorer. */
  get settings(): EngineSettings | undefined {
    return this.#models.size === 0 ? undefined : this.#engine.settings;
  }

  async close(): Promise<void> {
    await this.#engine.close();
  }

  async #makeBertscore(signal: AbortSignal, idfReferences: readonly string[] | undefined): Promise<Scorer> {
    const { layer, rescale } = this.#config.bertscore;
    const model = await this.#model(this.#config.bertscore, signal);
    const usedLayer = layer ?? model.recommendedLayer ?? recommendedLayer(model.name);
    const baseline =
      rescale && usedLayer !== undefined
        ? await readBaseline(await this.#encoders.baselinePath(this.#config.bertscore.model), usedLayer, false)
        : undefined;
    return createBertScorer(
      {
        engine: this.#engine,
        model,
        ...(layer === undefined ? {} : { layer }),
        ...(idfReferences === undefined ? {} : { idfReferences }),
        ...(baseline === undefined ? {} : { baseline }),
      },
      signal,
    );
  }

  #model(
    {
      model,
      file,
      output,
    }: { readonly model: string; readonly file?: string | undefined; readonly output?: string | undefined },
    signal: AbortSignal,
  ): Promise<EncoderModel> {
    const files = { ...(file === undefined ? {} : { file }), ...(output === undefined ? {} : { output }) };
    const key = JSON.stringify([model, file, output]);
    const opened = this.#models.get(key) ?? this.#encoders.open(model, files, signal);
    this.#models.set(key, opened);
    return opened;
  }
}

async function referencesOf(task: ResolvedTask, source: ItemSource): Promise<readonly string[]> {
  const references: string[] = [];
  for (let index = 0; index < task.items; index += 1) {
    const item = await source.item(index);
    if (item.type === "generation") references.push(...item.references);
  }
  return references;
}
