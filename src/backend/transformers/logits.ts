import { BackendError } from "../backend.ts";

/** One row of logits, whatever type the model gives them in. */
export type Row = Float32Array;

/** Every 16-bit float as a number, by its bits. */
let halves: Float32Array | undefined;

/** Sixteen-bit floats as numbers; Node 20 has no array of them. */
export function fromHalves(bits: Uint16Array): Float32Array {
  halves ??= Float32Array.from({ length: 1 << 16 }, (_, half) => halfToNumber(half));
  const table = halves;
  return Float32Array.from(bits, (half) => table[half] ?? Number.NaN);
}

/** Index of the greatest; the first of equals. Throws `BackendError` where the model gave no number. */
export function argmax(row: Row): number {
  let best = 0;
  let greatest = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < row.length; index += 1) {
    const value = row[index] ?? Number.NaN;
    if (Number.isNaN(value)) throw notANumber();
    if (value > greatest) {
      greatest = value;
      best = index;
    }
  }
  if (!Number.isFinite(greatest)) throw notANumber();
  return best;
}

/** ln Σ exp(logit): what a token's logit less this is its log-probability. Throws `BackendError` where the model gave no number. */
export function logSumExp(row: Row): number {
  const greatest = row[argmax(row)] ?? 0;
  let sum = 0;
  for (let index = 0; index < row.length; index += 1) sum += Math.exp((row[index] ?? 0) - greatest);
  return greatest + Math.log(sum);
}

/** A token drawn with probability ∝ exp(logit / temperature); `uniform` in [0, 1). */
export function draw(row: Row, temperature: number, uniform: number): number {
  const total = logSumExp(row.map((logit) => logit / temperature));
  let left = uniform;
  for (let index = 0; index < row.length; index += 1) {
    left -= Math.exp((row[index] ?? 0) / temperature - total);
    if (left < 0) return index;
  }
  return argmax(row);
}

function halfToNumber(half: number): number {
  const sign = half >> 15 === 0 ? 1 : -1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function notANumber(): BackendError {
  return new BackendError({
    kind: "bad-response",
    message: "the model's output is not a number (NaN or infinite), so nothing can be read from it",
    hint: "this dtype of the export is broken, or overflows 16 bits: export it again or use another dtype",
  });
}
