/** As sentence-transformers: shorter vectors than this aren't scaled up. */
const SHORTEST = 1e-12;

/** The mean of all rows, scaled to length 1. Sums in double precision. */
export function meanVector(rows: Float32Array, width: number): Float32Array<ArrayBuffer> {
  const sums = new Float64Array(width);
  for (let at = 0; at < rows.length; at += width)
    for (let column = 0; column < width; column++) sums[column] = (sums[column] ?? 0) + (rows[at + column] ?? 0);
  const count = rows.length / width;
  const length = Math.sqrt(sums.reduce((sum, value) => sum + (value / count) ** 2, 0));
  const scale = 1 / (count * Math.max(length, SHORTEST));
  const mean = new Float32Array(width);
  for (let column = 0; column < width; column++) mean[column] = (sums[column] ?? 0) * scale;
  return mean;
}
