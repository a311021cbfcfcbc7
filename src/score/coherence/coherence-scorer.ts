import { type Score, scored, unscored } from "../../domain/score.ts";
import type { EncoderModel } from "../../onnx/encoder-model.ts";
import type { Encoder } from "../../onnx/engine/encoder.ts";
import type { EmbeddingEngine } from "../../onnx/engine/engine.ts";
import { stripWhiteSpace } from "../../onnx/token-encoder.ts";
import { encoderSignature } from "../neural/encoder-signature.ts";
import type { NeuralScorer } from "../neural/neural-scorer.ts";
import { TextCounter } from "../neural/text-counter.ts";
import { windowsByWeight } from "../neural/windows.ts";
import type { ScoreInput } from "../scorer.ts";
import { sentencesOf } from "../text/sentences.ts";
import { cosine } from "./cosine.ts";
import { sentenceCoherence, withSentences } from "./sentence-coherence.ts";

export interface CoherenceScorerOptions {
  readonly engine: EmbeddingEngine;
  readonly model: EncoderModel;
  /** Whether longer answers also get a figure sentence by sentence; it costs about as much again. Default false. */
  readonly perSentence?: boolean;
}

/** Most UTF-16 units of text in one request. */
const WINDOW_CHARACTERS = 200_000;

/**
 * Coherence (SemScore, Aynetdinov and Akbik 2024): cosine of the sentence embeddings of candidate and reference, or of candidate
 * and instruction where the item has no reference. Embeddings as sentence-transformers computes them: mean over all tokens,
 * length 1, the model's own maximum length. A cosine below 0 counts 0 (the statistic keeps it); of several references the
 * closest counts. An empty candidate gives 0; with neither reference nor instruction, or only empty ones, it is unscored.
 * With `perSentence` the statistics of an answer go on with its figure sentence by sentence (see `withSentences`).
 * Throws ModelError when the model can't be used.
 */
export async function createCoherenceScorer(
  { engine, model, perSentence = false }: CoherenceScorerOptions,
  signal: AbortSignal,
): Promise<NeuralScorer> {
  const encoder = await engine.open({ model, head: { kind: "sentence" } }, signal);
  const recipe = [model.name, "pool:mean", "refs:best", ...(perSentence ? ["sentences:wink"] : [])].join("|");
  const signature = `coherence|${recipe}|${encoderSignature(encoder, engine.settings)}|v:1`;
  return new CoherenceScorer(engine, encoder, signature, perSentence);
}

class CoherenceScorer implements NeuralScorer {
  readonly metric = "coherence";
  readonly signature: string;
  readonly #engine: EmbeddingEngine;
  readonly #encoder: Encoder;
  readonly #perSentence: boolean;
  readonly #counter = new TextCounter();

  constructor(engine: EmbeddingEngine, encoder: Encoder, signature: string, perSentence: boolean) {
    this.#engine = engine;
    this.#encoder = encoder;
    this.signature = signature;
    this.#perSentence = perSentence;
  }

  async score(inputs: readonly ScoreInput[], signal: AbortSignal): Promise<readonly Score[]> {
    const scores: Score[] = inputs.map(() => unscored("not computed"));
    const weights = inputs.map((input) => input.candidate.length + comparedWith(input).join("").length);
    for (const window of windowsByWeight(weights, WINDOW_CHARACTERS)) {
      const part = window.flatMap((index) => inputs[index] ?? []);
      const vectors = await this.#embed(
        part.flatMap((input) => [input.candidate, ...comparedWith(input)]),
        signal,
      );
      const sentences = part.map(({ candidate }) => (this.#perSentence ? sentencesOf(candidate) : []));
      const sentenceVectors = await this.#embed(sentences.filter(({ length }) => length > 1).flat(), signal);
      for (const [place, index] of window.entries()) {
        const input = part[place];
        if (input === undefined) continue;
        const score = toScore(input, vectors);
        const parts = (sentences[place] ?? []).map((sentence) => sentenceVectors.get(sentence) ?? []);
        const others = comparedWith(input).map((text) => vectors.get(text) ?? []);
        scores[index] = this.#perSentence ? withSentences(score, sentenceCoherence(parts, others)) : score;
      }
    }
    return scores;
  }

  textCount() {
    return this.#counter.count();
  }

  async close(): Promise<void> {}

  async #embed(all: readonly string[], signal: AbortSignal): Promise<Map<string, Float32Array>> {
    const texts = [...new Set(all)];
    const embeddings = await this.#engine.embed(this.#encoder, texts, { signal, keep: true });
    this.#counter.add(embeddings);
    return new Map(embeddings.map(({ vectors }, index) => [texts[index] ?? "", vectors.values]));
  }
}

/** What a candidate is compared with: its references, or what was asked. */
function comparedWith({ references, instruction }: ScoreInput): readonly string[] {
  return (references.length > 0 ? references : [instruction]).filter((text) => stripWhiteSpace(text) !== "");
}

function toScore(input: ScoreInput, vectors: ReadonlyMap<string, Float32Array>): Score {
  const others = comparedWith(input);
  if (others.length === 0) return unscored("neither a reference nor an instruction to compare with");
  if (stripWhiteSpace(input.candidate) === "") return scored(0, [0]);
  const candidate = vectors.get(input.candidate) ?? [];
  const closest = Math.max(...others.map((text) => cosine(candidate, vectors.get(text) ?? [])));
  if (!Number.isFinite(closest)) return unscored("the model gave numbers that aren't finite");
  return scored(Math.max(0, closest), [closest]);
}
