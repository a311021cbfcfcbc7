import { createHash } from "node:crypto";
import { UsageError } from "../../domain/errors.ts";
import { type Score, scored, unscored } from "../../domain/score.ts";
import type { EncoderModel } from "../../onnx/encoder-model.ts";
import type { Embedding } from "../../onnx/engine/embedding.ts";
import type { Encoder } from "../../onnx/engine/encoder.ts";
import type { EmbeddingEngine } from "../../onnx/engine/engine.ts";
import { encoderSignature } from "../neural/encoder-signature.ts";
import { withTexts } from "../neural/read-texts.ts";
import { windowsByWeight } from "../neural/windows.ts";
import type { ScoreInput, Scorer } from "../scorer.ts";
import { type Baseline, rescale } from "./baseline.ts";
import { hashCode } from "./hash-code.ts";
import { bestOf, NO_OVERLAP, type PrecisionRecall, precisionRecall } from "./precision-recall.ts";
import { recommendedLayer } from "./recommended-layers.ts";
import { DocumentFrequencies, equalWeights, type TokenWeight } from "./token-weights.ts";

export interface BertScorerOptions {
  readonly engine: EmbeddingEngine;
  readonly model: EncoderModel;
  /** Default: the model's recommended layer. */
  readonly layer?: number;
  /** All references of the run, one entry an item and reference: weighs tokens by inverse document frequency. */
  readonly idfReferences?: readonly string[];
  /** Rescales with this baseline, which must be of the same model and layer. */
  readonly baseline?: Baseline;
}

/** Version of this implementation: raise it when a number changes. */
const VERSION = "quantgate.1";
/** Most UTF-16 units of text whose embeddings are held at a time: 80 megabytes for a large model and English text. */
const WINDOW_CHARACTERS = 80_000;

/**
 * BERTScore (Zhang et al. 2020) as its reference implementation computes it, unpadded. A score's value is F1; its statistics are
 * precision, recall and F1 before they are clipped to [0, 1], and the texts that were read (see `withTexts`). An empty candidate or reference gives 0; of several references
 * the best counts, for each component; without a reference, or when idf gives all tokens of a text weight 0, it is unscored.
 * Throws UsageError when no layer is given and none is recommended, ModelError when the model can't be used.
 */
export async function createBertScorer(options: BertScorerOptions, signal: AbortSignal): Promise<Scorer> {
  const { engine, model, baseline, idfReferences } = options;
  const layer = options.layer ?? model.recommendedLayer ?? recommendedLayer(model.name);
  if (layer === undefined)
    throw new UsageError(`BERTScore has no recommended layer for the model ${model.name}`, {
      hint: `set the layer, from 1 to ${model.layers}; about three quarters of the depth is usual`,
    });
  // The reference implementation tokenizes RoBERTa's first word like every other.
  const prefixSpace = model.type === "roberta" || model.type === "gpt2";
  const encoder = await engine.open({ model, head: { kind: "tokens", layer }, prefixSpace }, signal);
  const idf = idfReferences && (await countReferences(engine, encoder, idfReferences, signal));
  const hash = hashCode({
    model: model.name,
    layer,
    idf: idf !== undefined,
    version: VERSION,
    runtime: engine.settings.runtime,
    rescaled: baseline === undefined ? "no" : baseline.custom ? "custom" : "published",
    fastTokenizer: false,
  });
  const signature = ["bertscore", hash, ...(idf === undefined ? [] : [idf.signature])].join("|");
  return new BertScorer({
    engine,
    encoder,
    baseline,
    weight: idf?.weight ?? equalWeights(encoder.specialIds),
    signature: `${signature}|${encoderSignature(encoder, engine.settings)}`,
  });
}

/** References that are tokenized at a time. */
const REFERENCES_AT_A_TIME = 500;

/** Weights by inverse document frequency, and which references they were counted over: scores depend on them. */
async function countReferences(
  engine: EmbeddingEngine,
  encoder: Encoder,
  references: readonly string[],
  signal: AbortSignal,
): Promise<{ weight: TokenWeight; signature: string }> {
  const frequencies = new DocumentFrequencies();
  // A sum, so that the order of the references doesn't matter.
  let digest = 0n;
  for (let at = 0; at < references.length; at += REFERENCES_AT_A_TIME) {
    const part = references.slice(at, at + REFERENCES_AT_A_TIME);
    for (const { ids } of await engine.tokenize(encoder, part, signal)) frequencies.add(ids);
    for (const text of part) digest += createHash("sha256").update(text).digest().readBigUInt64LE();
  }
  const hex = BigInt.asUintN(64, digest).toString(16).padStart(16, "0");
  return { weight: frequencies.weight, signature: `idf-refs:${frequencies.documents}:${hex}` };
}

interface Parts {
  readonly engine: EmbeddingEngine;
  readonly encoder: Encoder;
  readonly weight: TokenWeight;
  readonly baseline: Baseline | undefined;
  readonly signature: string;
}

/** One candidate with one of its references, by their places among the window's texts. */
interface Pair {
  readonly input: number;
  readonly candidate: string;
  readonly reference: string;
}

class BertScorer implements Scorer {
  readonly metric = "bertscore";
  readonly signature: string;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.signature = parts.signature;
  }

  async score(inputs: readonly ScoreInput[], signal: AbortSignal): Promise<readonly Score[]> {
    const scores: Score[] = inputs.map(() => unscored("no reference"));
    const weights = inputs.map(({ candidate, references }) => candidate.length + references.join("").length);
    for (const window of windowsByWeight(weights, WINDOW_CHARACTERS)) {
      const results = await this.#scoreWindow(
        window.flatMap((index) => inputs[index] ?? []),
        signal,
      );
      for (const [place, index] of window.entries()) scores[index] = results[place] ?? unscored("not computed");
    }
    return scores;
  }

  async close(): Promise<void> {}

  async #scoreWindow(inputs: readonly ScoreInput[], signal: AbortSignal): Promise<Score[]> {
    const pairs = inputs.flatMap(({ candidate, references }, input) =>
      references.map((reference): Pair => ({ input, candidate, reference })),
    );
    const byText = await this.#embed(pairs, signal);
    const results = await this.#comparePairs(pairs, byText, signal);
    const byInput = inputs.map((): PrecisionRecall[] => []);
    for (const [index, { input }] of pairs.entries()) {
      const result = results[index];
      if (result !== undefined) byInput[input]?.push(result);
    }
    return inputs.map(({ candidate, references }, input) => {
      if (references.length === 0) return unscored("no reference");
      const read = [candidate, ...references].flatMap((text) => byText.get(text) ?? []);
      return this.#toScore(byInput[input] ?? [], read);
    });
  }

  /** References come back with every variant and in every later run; candidates seldom do. */
  async #embed(pairs: readonly Pair[], signal: AbortSignal): Promise<Map<string, Embedding>> {
    const { engine, encoder } = this.#parts;
    const references = [...new Set(pairs.map(({ reference }) => reference))];
    const isReference = new Set(references);
    const candidates = [...new Set(pairs.map(({ candidate }) => candidate))].filter((text) => !isReference.has(text));
    const [ofReferences, ofCandidates] = await Promise.all([
      engine.embed(encoder, references, { signal, keep: true }),
      engine.embed(encoder, candidates, { signal }),
    ]);
    const texts = [...references, ...candidates];
    const embeddings = [...ofReferences, ...ofCandidates];
    return new Map(embeddings.map((embedding, index) => [texts[index] ?? "", embedding]));
  }

  /** One result a pair; undefined where idf gives all tokens of a text weight 0. Equal pairs are computed once. */
  async #comparePairs(
    pairs: readonly Pair[],
    byText: ReadonlyMap<string, Embedding>,
    signal: AbortSignal,
  ): Promise<(PrecisionRecall | undefined)[]> {
    const { engine, encoder, weight } = this.#parts;
    const results = new Map<string, PrecisionRecall | undefined>();
    const keyOf = ({ candidate, reference }: Pair) => JSON.stringify([candidate, reference]);
    const toMatch = new Map<string, { candidate: Embedding; reference: Embedding }>();
    for (const pair of pairs) {
      const candidate = byText.get(pair.candidate);
      const reference = byText.get(pair.reference);
      if (candidate === undefined || reference === undefined) throw new Error("a text wasn't embedded");
      const empty = [candidate, reference].some(({ ids }) => ids.length <= encoder.specialIds.length);
      if (empty) results.set(keyOf(pair), NO_OVERLAP);
      else toMatch.set(keyOf(pair), { candidate, reference });
    }
    const matches = await engine.match(
      [...toMatch.values()].map(({ candidate, reference }) => ({
        candidate: candidate.vectors,
        reference: reference.vectors,
      })),
      signal,
    );
    for (const [index, [key, { candidate, reference }]] of [...toMatch].entries()) {
      const match = matches[index];
      if (match === undefined) throw new Error("a pair wasn't matched");
      const ofCandidate = { ids: candidate.ids, best: match.candidate };
      results.set(key, precisionRecall(ofCandidate, { ids: reference.ids, best: match.reference }, weight));
    }
    return pairs.map((pair) => results.get(keyOf(pair)));
  }

  #toScore(results: readonly PrecisionRecall[], read: readonly Embedding[]): Score {
    if (results.length === 0) return unscored("inverse document frequency gives all tokens of a text weight 0");
    const raw = bestOf(results);
    const { precision, recall, f1 } = this.#parts.baseline === undefined ? raw : rescale(raw, this.#parts.baseline);
    if (![precision, recall, f1].every(Number.isFinite)) return unscored("the model gave numbers that aren't finite");
    return scored(Math.min(1, Math.max(0, f1)), withTexts([precision, recall, f1], read));
  }
}
