import type { EncoderModel } from "../../src/onnx/encoder-model.ts";
import { EmbeddingEngine } from "../../src/onnx/engine/engine.ts";
import { createBertScorer } from "../../src/score/bert-score/bert-scorer.ts";
import type { ScoreInput } from "../../src/score/scorer.ts";
import { MPNET_BASE } from "../random-encoder/encoder-graph.ts";
import { reportHeading, reportNumber, reportRatio } from "./report.ts";
import { mixedTexts } from "./texts.ts";

const { signal } = new AbortController();
const ITEMS = 60;
const VARIANTS = 7;
const LENGTHS = { from: 6, to: 128 };

/** BERTScore of seven variants whose answers all differ, against the references they share. */
export async function measureVariants(model: EncoderModel): Promise<void> {
  const references = mixedTexts(ITEMS, LENGTHS, MPNET_BASE, 1);
  const answers = (variant: number): ScoreInput[] =>
    mixedTexts(ITEMS, LENGTHS, MPNET_BASE, 100 + variant).map(({ text }, index) => ({
      candidate: text,
      references: [references[index]?.text ?? ""],
      instruction: "",
    }));
  const engine = new EmbeddingEngine();
  const scorer = await createBertScorer({ engine, model }, signal);
  // Other texts, so that both workers are warm and nothing is known yet.
  const warmUp = mixedTexts(ITEMS, LENGTHS, MPNET_BASE, 999).map(({ text }) => ({
    candidate: text,
    references: [`${text} w1`],
    instruction: "",
  }));
  await scorer.score(warmUp, signal);
  const start = performance.now();
  await scorer.score(answers(0), signal);
  const oneMs = performance.now() - start;
  for (let variant = 1; variant < VARIANTS; variant++) await scorer.score(answers(variant), signal);
  const allMs = performance.now() - start;
  await engine.close();
  reportHeading(
    `BERTScore with mpnet-base's measures at layer 8, ${ITEMS} items, ${VARIANTS} variants with different answers`,
  );
  reportNumber("one variant", ITEMS / (oneMs / 1_000), "pairs/s");
  reportNumber("all variants", (VARIANTS * ITEMS) / (allMs / 1_000), "pairs/s");
  reportRatio({ name: "time of all, in times one variant's", value: allMs / oneMs, atMost: 0.6 * VARIANTS });
}
