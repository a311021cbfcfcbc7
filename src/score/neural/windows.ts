/**
 * Splits work into windows whose weights sum up to at most `capacity` (a single heavier piece is a window of its own), pieces of
 * similar weight together: what is held in memory at a time stays bounded, and a window's texts share lengths.
 * Gives indices into `weights`.
 */
export function windowsByWeight(weights: readonly number[], capacity: number): number[][] {
  const order = weights.map((_, index) => index).sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0) || a - b);
  const windows: number[][] = [];
  let filled = Number.POSITIVE_INFINITY;
  for (const index of order) {
    const weight = weights[index] ?? 0;
    const last = windows.at(-1);
    if (last !== undefined && filled + weight <= capacity) {
      last.push(index);
      filled += weight;
    } else {
      windows.push([index]);
      filled = weight;
    }
  }
  return windows;
}
