import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Tensor } from "onnxruntime-node";
import { ELEMENT_TYPE } from "../../src/onnx/graph.ts";
import { GraphBuilder } from "../../src/onnx/graph-builder.ts";
import { openSession } from "../../src/onnx/inference-session.ts";

/** Rows, inner and columns of the products that an encoder of mpnet-base's measures does most, at 512 tokens. */
const SHAPES = [
  [512, 768, 3072],
  [512, 3072, 768],
  [512, 768, 768],
] as const;
const MEASURED_MS = 1_500;

/** Operations a second of ONNX Runtime's best MatMul on `processes` processes with `threads` threads each, all at once. */
export async function matMulPeak(processes: number, threads: number): Promise<number> {
  const children = Array.from({ length: processes }, () => fork(fileURLToPath(import.meta.url), [String(threads)]));
  const results = await Promise.all(children.map(async (child) => (await once(child, "message"))[0] as number));
  return results.reduce((sum, rate) => sum + rate, 0);
}

async function measure(threads: number): Promise<number> {
  let best = 0;
  for (const [rows, inner, columns] of SHAPES) {
    const graph = new GraphBuilder();
    const left = graph.input("left", ELEMENT_TYPE.float, ["rows", "inner"]);
    const right = graph.tensor("right", [inner, columns], new Float32Array(inner * columns).fill(0.01));
    graph.namedOutput("product", graph.node("MatMul", [left, right]), ELEMENT_TYPE.float, ["rows", "columns"]);
    const session = await openSession(Buffer.concat(graph.build(17)), { provider: "cpu", threads });
    const feeds = { left: new Tensor("float32", new Float32Array(rows * inner).fill(0.01), [rows, inner]) };
    for (let warmUp = 0; warmUp < 5; warmUp++) await session.run(feeds);
    const start = performance.now();
    let runs = 0;
    while (performance.now() - start < MEASURED_MS) {
      await session.run(feeds);
      runs += 1;
    }
    const seconds = (performance.now() - start) / 1_000;
    best = Math.max(best, (runs * 2 * rows * inner * columns) / seconds);
    await session.release();
  }
  return best;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.env.ORT_DISABLE_TELEMETRY = "1";
  const rate = await measure(Number(process.argv[2]));
  process.send?.(rate);
  process.disconnect();
}
