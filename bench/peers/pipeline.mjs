// Sentence embeddings with @huggingface/transformers, timed on request. Talks over the process channel.
import { basename, dirname } from "node:path";
import { env, pipeline } from "@huggingface/transformers";

const BATCH = 32;
const OPTIONS = { pooling: "mean", normalize: true };

let embed;
let texts = [];

const ways = {
  async oneByOne(count) {
    for (const text of texts.slice(0, count)) await embed(text, OPTIONS);
  },
  async paddedBatches(count) {
    for (let at = 0; at < count; at += BATCH) await embed(texts.slice(at, Math.min(at + BATCH, count)), OPTIONS);
  },
};

process.on("message", async (request) => {
  if (request.open !== undefined) {
    env.allowRemoteModels = false;
    env.localModelPath = dirname(request.open);
    embed = await pipeline("feature-extraction", basename(request.open), { dtype: "fp32" });
    texts = request.texts;
    const vectors = [];
    for (const text of texts.slice(0, 3)) vectors.push(Array.from((await embed(text, OPTIONS)).data));
    process.send({ vectors });
  } else {
    const start = performance.now();
    await ways[request.run](request.count);
    process.send({ ms: performance.now() - start });
  }
});
