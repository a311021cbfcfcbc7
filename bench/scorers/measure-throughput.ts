import type { EncoderModel } from "../../src/onnx/encoder-model.ts";
import type { EngineSettings } from "../../src/onnx/engine/settings.ts";
import { cosine } from "../../src/score/coherence/cosine.ts";
import { type EncoderShape, MINILM_L6, MPNET_BASE } from "../random-encoder/encoder-graph.ts";
import { matrixOperations } from "../random-encoder/operations.ts";
import { matMulPeak } from "./matmul-peak.ts";
import { hasPipelines, Pipeline } from "./pipelines.ts";
import { reportHeading, reportNumber, reportRatio } from "./report.ts";
import { mixedTexts } from "./texts.ts";
import { OpenEngine } from "./throughput.ts";

const LENGTHS = { from: 6, to: 128 };
/** Each of two things is timed this often, in turn; the best time of each counts. */
const ROUNDS = 3;
const MPNET_LAYER = 8;
/** Padded batches are slow: fewer texts show it. */
const PADDED_TEXTS = 96;

interface Models {
  readonly miniLm: EncoderModel;
  readonly mpnet: EncoderModel;
}

/** Sentence embeddings against @huggingface/transformers and against the processor's peak, and with the upper layers cut off. */
export async function measureThroughput({ miniLm, mpnet }: Models, settings: EngineSettings): Promise<void> {
  await compareWithPipelines(miniLm, MINILM_L6, 600);
  await compareWithPipelines(mpnet, MPNET_BASE, 400);
  await compareWithPeak(mpnet, settings);
  await compareWithCut(mpnet);
}

async function compareWithPipelines(model: EncoderModel, shape: EncoderShape, count: number): Promise<void> {
  reportHeading(`${shape.name}: sentence embeddings of ${count} texts of ${LENGTHS.from} to ${LENGTHS.to} tokens`);
  if (!hasPipelines()) {
    console.log("  no comparison: run npm ci --prefix bench/peers first");
    return;
  }
  const texts = textsOf(mixedTexts(count, LENGTHS, shape, 7));
  const engine = await OpenEngine.open(model, { kind: "sentence" }, texts);
  const pipeline = await Pipeline.open(model.folder, texts);
  const [oursMs, oneByOneMs] = await inTurn(
    () => engine.time(texts),
    () => pipeline.time("oneByOne", count),
  );
  const batchesMs = ((await pipeline.time("paddedBatches", PADDED_TEXTS)) / PADDED_TEXTS) * count;
  const ours = await engine.embed(texts.slice(0, pipeline.vectors.length));
  pipeline.close();
  await engine.close();
  reportNumber("QuantGate", count / (oursMs / 1_000), "texts/s");
  reportNumber("transformers.js pipeline, one text a call", count / (oneByOneMs / 1_000), "texts/s");
  reportNumber("transformers.js pipeline, padded batches of 32", count / (batchesMs / 1_000), "texts/s");
  const ratio = Math.min(oneByOneMs, batchesMs) / oursMs;
  reportRatio({ name: "faster than the pipeline in its best way", value: ratio, atLeast: 1.15 });
  const agreement = Math.min(...ours.map((vector, index) => cosine(vector, pipeline.vectors[index] ?? [])));
  reportRatio({ name: "smallest cosine between both embeddings of a text", value: agreement, atLeast: 0.99999 });
}

async function compareWithPeak(model: EncoderModel, { workers, threadsPerWorker }: EngineSettings): Promise<void> {
  const sized = mixedTexts(400, LENGTHS, MPNET_BASE, 7);
  const texts = textsOf(sized);
  const operations = sized.reduce((sum, { tokens }) => sum + matrixOperations(MPNET_BASE, tokens), 0);
  const engine = await OpenEngine.open(model, { kind: "sentence" }, texts);
  let bestMs = Number.POSITIVE_INFINITY;
  let peak = 0;
  for (let round = 0; round < ROUNDS; round++) {
    peak = Math.max(peak, await matMulPeak(workers, threadsPerWorker), await matMulPeak(1, workers * threadsPerWorker));
    bestMs = Math.min(bestMs, await engine.time(texts));
  }
  await engine.close();
  reportHeading("mpnet-base: how much of the processor is used");
  reportNumber("ONNX Runtime's best MatMul on all cores", peak / 1e9, "GFLOP/s");
  reportNumber("matrix products of embedding mixed texts", operations / (bestMs / 1_000) / 1e9, "GFLOP/s");
  const share = operations / (bestMs / 1_000) / peak;
  reportRatio({ name: "share of the peak", value: share, atLeast: 0.85 });
}

async function compareWithCut(model: EncoderModel): Promise<void> {
  const texts = textsOf(mixedTexts(400, LENGTHS, MPNET_BASE, 7));
  const whole = await OpenEngine.open(model, { kind: "tokens", layer: MPNET_BASE.layers }, texts);
  const cut = await OpenEngine.open(model, { kind: "tokens", layer: MPNET_LAYER }, texts);
  const [wholeMs, cutMs] = await inTurn(
    () => whole.time(texts),
    () => cut.time(texts),
  );
  await whole.close();
  await cut.close();
  reportHeading(`mpnet-base: token vectors of layer ${MPNET_LAYER} instead of ${MPNET_BASE.layers}`);
  reportRatio({ name: "faster with the layers above cut off", value: wholeMs / cutMs, atLeast: 1.4 });
}

/** The best times of two things that are measured in turn, so that whatever else the machine does hits both. */
async function inTurn(one: () => Promise<number>, other: () => Promise<number>): Promise<[number, number]> {
  let [oneMs, otherMs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < ROUNDS; round++) {
    oneMs = Math.min(oneMs, await one());
    otherMs = Math.min(otherMs, await other());
  }
  return [oneMs, otherMs];
}

function textsOf(texts: readonly { readonly text: string }[]): string[] {
  return texts.map(({ text }) => text);
}
