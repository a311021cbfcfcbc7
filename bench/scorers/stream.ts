import type { EncoderModel } from "../../src/onnx/encoder-model.ts";
import { EmbeddingEngine } from "../../src/onnx/engine/engine.ts";
import { createBertScorer } from "../../src/score/bert-score/bert-scorer.ts";
import { createCoherenceScorer } from "../../src/score/coherence/coherence-scorer.ts";
import { MINILM_L6 } from "../random-encoder/encoder-graph.ts";
import { LoopWatch } from "./loop-watch.ts";
import { reportHeading, reportNumber, reportRatio } from "./report.ts";
import { mixedTexts } from "./texts.ts";

const { signal } = new AbortController();
const PAIRS = 10_000;
const PAIRS_A_REQUEST = 250;
const LENGTHS = { from: 6, to: 48 };
const LAYER = 3;
/** Longest time the event loop may be blocked. */
const LONGEST_BLOCK_MS = 50;
const MEBIBYTE = 2 ** 20;
/** Small, so that it is full early and only what piles up beside it makes memory grow. */
const RECENT_BYTES = 32 * MEBIBYTE;

/** Memory and event loop of the main thread while 10,000 pairs are scored by BERTScore and coherence at once. */
export async function measureStream(model: EncoderModel): Promise<void> {
  const engine = new EmbeddingEngine({ recentBytes: RECENT_BYTES });
  const bertScorer = await createBertScorer({ engine, model, layer: LAYER }, signal);
  const coherenceScorer = await createCoherenceScorer({ engine, model }, signal);
  const watch = new LoopWatch();
  const residentBytes: number[] = [];
  const start = performance.now();
  for (let done = 0; done < PAIRS; done += PAIRS_A_REQUEST) {
    // Making texts up isn't scoring, so it isn't watched.
    const candidates = mixedTexts(PAIRS_A_REQUEST, LENGTHS, MINILM_L6, 2 * done + 1);
    const references = mixedTexts(PAIRS_A_REQUEST, LENGTHS, MINILM_L6, 2 * done + 2);
    const inputs = candidates.map(({ text }, index) => ({
      candidate: text,
      references: [references[index]?.text ?? ""],
      instruction: "",
    }));
    watch.start();
    await Promise.all([bertScorer.score(inputs, signal), coherenceScorer.score(inputs, signal)]);
    watch.stop();
    residentBytes.push(process.memoryUsage.rss());
  }
  const seconds = (performance.now() - start) / 1_000;
  await engine.close();
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const quarter = residentBytes.length / 4;
  const means = [0, 1, 2, 3].map((part) => mean(residentBytes.slice(part * quarter, (part + 1) * quarter)) / MEBIBYTE);
  const [, second = 0, , last = 0] = means;
  reportHeading(`${PAIRS.toLocaleString("en")} pairs through BERTScore and coherence with MiniLM-L6's measures`);
  reportNumber("speed", PAIRS / seconds, "pairs/s");
  for (const [part, value] of means.entries()) reportNumber(`resident memory, quarter ${part + 1}`, value, "MiB");
  reportRatio({ name: "memory in the last quarter, in times that of the second", value: last / second, atMost: 1.1 });
  reportNumber("longest time the main thread computed without a pause", watch.longestWorkMs, "ms");
  reportNumber("longest delay of its event loop, other programs included", watch.longestLagMs, "ms");
  const share = watch.longestWorkMs / LONGEST_BLOCK_MS;
  reportRatio({ name: `share of the ${LONGEST_BLOCK_MS} ms that it may compute`, value: share, atMost: 1 });
}
