/* A program that embeds a text and ends: run by a test, as a process of its own. */
import { openEncoderModel } from "../../../../src/onnx/encoder-model.ts";
import { EmbeddingEngine } from "../../../../src/onnx/engine/engine.ts";

const [folder = "", ending] = process.argv.slice(2);
const { signal } = new AbortController();
const model = await openEncoderModel({ folder, name: "demo-encoder", revision: "test" }, signal);
const engine = new EmbeddingEngine({ workers: 2 });
const encoder = await engine.open({ model, head: { kind: "sentence" } }, signal);
const embeddings = await engine.embed(encoder, ["The film was great.", "A meal"], { signal });
console.log(`${embeddings.length} embeddings`);
if (ending === "closed") {
  await engine.close();
  console.log("closed");
}
