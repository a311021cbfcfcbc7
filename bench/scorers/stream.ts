import { monitorEventLoopDelay } from "node:perf_hooks";
import type { EncoderModel } from "../../src/onnx/encoder-model.ts";
import { EmbeddingEngine } from "../../src/onnx/engine/engine.ts";
import { createBertScorer } from "../../src/score/bert-score/bert-scorer.ts";
import { createCoherenceScorer } from "../../src/score/coherence/coherence-scorer.ts";
import { MINILM_L6 } from "../random-encoder/encoder-graph.ts";
import { reportHeading, reportNumber, reportRatio } from "./report.ts";
import { mixedTexts } from "./texts.ts";

const { signal } = new AbortController();
const PAIRS = 10_000;
const PAIRS_A_REQUEST = 250;
const LENGTHS = { from: 6, to: 48 };
const LAYER = 3;
/** How finely the event loop is watched. */
const RESOLUTION_MS = 5;
const MEBIBYTE = 2 ** 20;

/** Memory and event loop of the main thread while 10,000 pairs are scored by BERTScore and coherence at once. */
export async function measureStream(model: EncoderModel): Promise<void> {
  const engine = new EmbeddingEngine();
  const bertScorer = await createBertScorer({ engine, model, layer: LAYER }, signal);
  const coherenceScorer = await createCoherenceScorer({ engine, model }, signal);
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  const residentBytes: number[] = [];
  const start = performance.now();
  let longestBlockMs = 0;
  for (let done = 0; done < PAIRS; done += PAIRS_A_REQUEST) {
    // Making texts up isn't scoring, so it isn't watched.
    const candidates = mixedTexts(PAIRS_A_REQUEST, LENGTHS, MINILM_L6, 2 * done + 1);
    const references = mixedTexts(PAIRS_A_REQUEST, LENGTHS, MINILM_L6, 2 * done + 2);
    const inputs = candidates.map(({ text }, index) => ({
      candidate: text,
      references: [references[index]?.text ?? ""],
      instruction: "",
    }));
    await new Promise((resolve) => setTimeout(resolve, 2 * RESOLUTION_MS));
    delay.reset();
    delay.enable();
    await Promise.all([bertScorer.score(inputs, signal), coherenceScorer.score(inputs, signal)]);
    delay.disable();
    longestBlockMs = Math.max(longestBlockMs, delay.max / 1e6 - RESOLUTION_MS);
    residentBytes.push(process.memoryUsage.rss());
  }
  const seconds = (performance.now() - start) / 1_000;
  await engine.close();
  const quarter = Math.floor(residentBytes.length / 4);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const early = mean(residentBytes.slice(quarter, 2 * quarter));
  const late = mean(residentBytes.slice(-quarter));
  reportHeading(`${PAIRS.toLocaleString("en")} pairs through BERTScore and coherence with MiniLM-L6's measures`);
  reportNumber("speed", PAIRS / seconds, "pairs/s");
  reportNumber("resident memory in the second quarter", early / MEBIBYTE, "MiB");
  reportNumber("resident memory in the last quarter", late / MEBIBYTE, "MiB");
  reportRatio({ name: "memory at the end, in times that of the second quarter", value: late / early, atMost: 1.1 });
  reportNumber("longest time the main thread's event loop was blocked", longestBlockMs, "ms");
  reportRatio({ name: "of the 50 ms it may take", value: longestBlockMs / 50, atMost: 1 });
}
