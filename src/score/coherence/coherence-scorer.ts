import { setImmediate } from "node:timers/promises";
import { type Score, scored, unscored } from "../../domain/score.ts";
import type { EncoderModel } from "../../onnx/encoder-model.ts";
import type { Embedding } from "../../onnx/engine/embedding.ts";
import type { Encoder } from "../../onnx/engine/encoder.ts";
import type { EmbeddingEngine, EmbedOptions } from "../../onnx/engine/engine.ts";
import { stripWhiteSpace } from "../../onnx/token-encoder.ts";
import { encoderSignature } from "../neural/encoder-signature.ts";
import { withTexts } from "../neural/read-texts.ts";
import { windowsByWeight } from "../neural/windows.ts";
import type { ScoreInput, Scorer } from "../scorer.ts";
import { sentencesOf } from "../text/sentences.ts";
import { cosine } from "./cosine.ts";
import { sentenceCoherence, withSentences } from "./sentence-coherence.ts";

export interface CoherenceScorerOptions {
  readonly engine: EmbeddingEngine;
  readonly model: EncoderModel;
  /** Whether answers of several sentences also get a figure sentence by sentence; they cost about as much again. Default false. */
  readonly perSentence?: boolean;
}

/** Most UTF-16 units of text in one request. */
const WINDOW_CHARACTERS = 200_000;

/**
 * Coherence (SemScore, Aynetdinov and Akbik 2024): cosine of the sentence embeddings of candidate and reference, or of candidate
 * and instruction where the item has no reference. Embeddings as sentence-transformers computes them: mean over all tokens,
 * length 1, the model's own maximum length. A cosine below 0 counts 0 (the statistic keeps it); of several references the
 * closest counts. An empty candidate gives 0; with neither reference nor instruction, or only empty ones, it is unscored.
 * Statistics are the cosine, the figure sentence by sentence (see `withSentences`), and the texts that were read (see `withTexts`).
 * Throws ModelError when the model can't be used.
 */
export async function createCoherenceScorer(
  { engine, model, perSentence = false }: CoherenceScorerOptions,
  signal: AbortSignal,
): Promise<Scorer> {
  const opening = engine.open({ model, head: { kind: "sentence" } }, signal);
  // Loads what splits sentences meanwhile, so that it isn't loaded while a backend is being measured.
  if (perSentence) sentencesOf("");
  const encoder = await opening;
  const signature = `coherence|${model.name}|pool:mean|refs:best|${encoderSignature(encoder, engine.settings)}|v:1`;
  return new CoherenceScorer(engine, encoder, signature, perSentence);
}

class CoherenceScorer implements Scorer {
  readonly metric = "coherence";
  readonly signature: string;
  readonly #engine: EmbeddingEngine;
  readonly #encoder: Encoder;
  readonly #perSentence: boolean;

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
      const texts = part.flatMap((input) => [input.candidate, ...comparedWith(input)]);
      const embeddings = await this.#embed(texts, { signal, keep: true });
      const sentences = this.#perSentence ? await splitAnswers(part) : [];
      // Sentences of answers seldom come back in another run: kept on disk they would only be many small files.
      const ofSentences = await this.#embed(sentences.flat(), { signal, keep: false });
      for (const [place, index] of window.entries()) {
        const input = part[place];
        if (input === undefined) continue;
        const parts = (sentences[place] ?? []).map((sentence) => vectorOf(ofSentences, sentence));
        scores[index] = toScore(input, embeddings, parts);
      }
    }
    return scores;
  }

  async close(): Promise<void> {}

  async #embed(all: readonly string[], options: EmbedOptions): Promise<ReadonlyMap<string, Embedding>> {
    const texts = [...new Set(all)];
    const embeddings = await this.#engine.embed(this.#encoder, texts, options);
    return new Map(embeddings.map((embedding, index) => [texts[index] ?? "", embedding]));
  }
}

/** The sentences of each answer that has several; none of the others. Other work gets its turn between the answers. */
async function splitAnswers(inputs: readonly ScoreInput[]): Promise<readonly string[][]> {
  const answers: string[][] = [];
  for (const { candidate } of inputs) {
    const sentences = sentencesOf(candidate);
    answers.push(sentences.length > 1 ? sentences : []);
    await setImmediate();
  }
  return answers;
}

/** What a candidate is compared with: its references, or what was asked. */
function comparedWith({ references, instruction }: ScoreInput): readonly string[] {
  return (references.length > 0 ? references : [instruction]).filter((text) => stripWhiteSpace(text) !== "");
}

function toScore(
  input: ScoreInput,
  embeddings: ReadonlyMap<string, Embedding>,
  sentences: readonly ArrayLike<number>[],
): Score {
  const texts = comparedWith(input);
  if (texts.length === 0) return unscored("neither a reference nor an instruction to compare with");
  const read = [input.candidate, ...texts].flatMap((text) => embeddings.get(text) ?? []);
  const others = texts.map((text) => vectorOf(embeddings, text));
  const candidate = vectorOf(embeddings, input.candidate);
  const closest =
    stripWhiteSpace(input.candidate) === "" ? 0 : Math.max(...others.map((other) => cosine(candidate, other)));
  if (!Number.isFinite(closest)) return unscored("the model gave numbers that aren't finite");
  const figures = withSentences(closest, sentenceCoherence(sentences, others));
  return scored(Math.max(0, closest), withTexts(figures, read));
}

function vectorOf(embeddings: ReadonlyMap<string, Embedding>, text: string): ArrayLike<number> {
  return embeddings.get(text)?.vectors.values ?? [];
}
