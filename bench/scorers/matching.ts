import { Matcher } from "../../src/onnx/worker/matcher.ts";
import type { Vectors } from "../../src/onnx/worker/protocol.ts";
import { uniformNumbers } from "../random-encoder/random.ts";
import { reportHeading, reportNumber, reportRatio } from "./report.ts";

const TOKENS = 126;
const WIDTH = 768;
const ROUNDS = 20;

/** Greedy matching of two long texts: as an ONNX graph, and as loops in JavaScript. */
export async function measureMatching(): Promise<void> {
  const pair = { candidate: randomVectors(1), reference: randomVectors(2) };
  const matcher = await Matcher.open();
  const onnxMs = await bestTime(async () => void (await matcher.match(pair)));
  const best = await matcher.match(pair);
  await matcher.release();
  const loopsMs = await bestTime(async () => void blockedLoops(pair.candidate, pair.reference));
  const loops = blockedLoops(pair.candidate, pair.reference);
  const difference = Math.max(...best.candidate.map((value, index) => Math.abs(value - (loops[index] ?? Number.NaN))));
  reportHeading(`Greedy matching of ${TOKENS} and ${TOKENS} tokens, ${WIDTH} wide`);
  reportNumber("ONNX graph", onnxMs, "ms");
  reportNumber("blocked loops in JavaScript", loopsMs, "ms");
  reportRatio({ name: "the graph is faster", value: loopsMs / onnxMs, atLeast: 1 });
  reportRatio({ name: "greatest difference between both, in millionths", value: difference * 1e6, atMost: 1 });
}

async function bestTime(run: () => Promise<void>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    await run();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

function randomVectors(seed: number): Vectors {
  const uniform = uniformNumbers(seed);
  const values = new Float32Array(TOKENS * WIDTH);
  for (const index of values.keys()) values[index] = uniform();
  return { values, rows: TOKENS, width: WIDTH };
}

/** Each candidate token's best cosine; four reference tokens at a time, so that a candidate's number is read once for four. */
function blockedLoops(candidate: Vectors, reference: Vectors): Float64Array {
  const left = normalised(candidate);
  const right = normalised(reference);
  const best = new Float64Array(candidate.rows).fill(-1);
  for (let row = 0; row < candidate.rows; row++) {
    for (let column = 0; column < reference.rows; column += 4) {
      const sums = [0, 0, 0, 0];
      const count = Math.min(4, reference.rows - column);
      let [a, b, c, d] = [0, 0, 0, 0];
      const at = [0, 1, 2, 3].map((offset) => (column + Math.min(offset, count - 1)) * WIDTH);
      const [first = 0, second = 0, third = 0, fourth = 0] = at;
      for (let index = 0; index < WIDTH; index++) {
        const value = left[row * WIDTH + index] ?? 0;
        a += value * (right[first + index] ?? 0);
        b += value * (right[second + index] ?? 0);
        c += value * (right[third + index] ?? 0);
        d += value * (right[fourth + index] ?? 0);
      }
      sums.splice(0, 4, a, b, c, d);
      best[row] = Math.max(best[row] ?? -1, ...sums);
    }
  }
  return best;
}

function normalised({ values, rows, width }: Vectors): Float32Array {
  const unit = Float32Array.from(values);
  for (let row = 0; row < rows; row++) {
    const part = unit.subarray(row * width, (row + 1) * width);
    const length = Math.hypot(...part);
    for (const index of part.keys()) part[index] = (part[index] ?? 0) / length;
  }
  return unit;
}
