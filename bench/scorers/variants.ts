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
  const engine = new EmbeddingEngine();
  const scorer = await createBertScorer({ engine, model }, signal);
  const timeToScore = async (variants: readonly (readonly ScoreInput[])[]) => {
    const start = performance.now();
    for (const inputs of variants) await scorer.score(inputs, signal);
    return performance.now() - start;
  };
  // The first set warms both workers up and isn't counted.
  await timeToScore(itemSet(0, 1));
  const oneMs: number[] = [];
  for (const set of [1, 2, 3]) oneMs.push(await timeToScore(itemSet(set, 1)));
  const allMs = await timeToScore(itemSet(4, VARIANTS));
  await engine.close();
  const bestMs = Math.min(...oneMs);
  reportHeading(
    `BERTScore with mpnet-base's measures at layer 8, ${ITEMS} items, ${VARIANTS} variants with different answers`,
  );
  reportNumber("one variant", ITEMS / (bestMs / 1_000), "pairs/s");
  reportNumber("all variants", (VARIANTS * ITEMS) / (allMs / 1_000), "pairs/s");
  reportRatio({ name: "time of all, in times one variant's", value: allMs / bestMs, atMost: 0.6 * VARIANTS });
}

/** The answers of some variants to the same items; another set has other items. */
function itemSet(set: number, variants: number): ScoreInput[][] {
  const references = mixedTexts(ITEMS, LENGTHS, MPNET_BASE, 1_000 * set);
  return Array.from({ length: variants }, (_, variant) =>
    mixedTexts(ITEMS, LENGTHS, MPNET_BASE, 1_000 * set + variant + 1).map(({ text }, index) => ({
      candidate: text,
      references: [references[index]?.text ?? ""],
      instruction: "",
    })),
  );
}
