/**
 * Speed of the neural scorers, as ratios from one run on encoders with random weights and real measures.
 *
 *     npm ci --prefix bench/peers     (once: what the benchmark compares with)
 *     npx tsx bench/scorers.ts [all | throughput | variants | stream | matching]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { engineSettings } from "../src/onnx/engine/settings.ts";
import { MINILM_L6, MPNET_BASE } from "./random-encoder/encoder-graph.ts";
import { writeRandomEncoder } from "./random-encoder/write-encoder.ts";
import { measureMatching } from "./scorers/matching.ts";
import { measureThroughput } from "./scorers/measure-throughput.ts";
import { measureStream } from "./scorers/stream.ts";
import { measureVariants } from "./scorers/variants.ts";

process.env.ORT_DISABLE_TELEMETRY = "1";
const part = process.argv[2] ?? "all";
const wants = (name: string) => part === "all" || part === name;
const folder = mkdtempSync(join(tmpdir(), "quantgate-bench-"));
try {
  const settings = engineSettings({});
  console.log(`${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.version}, ${settings.runtime}`);
  console.log(
    `${settings.workers} workers with ${settings.threadsPerWorker} thread(s), ${settings.tokenSlots} token slots`,
  );
  if (wants("matching")) await measureMatching();
  const needsModels = wants("throughput") || wants("variants") || wants("stream");
  if (needsModels) {
    const miniLm = await writeRandomEncoder(folder, MINILM_L6);
    if (wants("throughput") || wants("variants")) {
      const mpnet = await writeRandomEncoder(folder, MPNET_BASE);
      if (wants("throughput")) await measureThroughput({ miniLm, mpnet }, settings);
      if (wants("variants")) await measureVariants(mpnet);
    }
    if (wants("stream")) await measureStream(miniLm);
  }
} finally {
  rmSync(folder, { recursive: true });
}
