/**
 * Cuts a row of weights into runs whose sums are at most `capacity` (a single heavier one is a run of its own).
 * Gives each run as its first index and the one after its last.
 */
export function consecutiveByWeight(weights: readonly number[], capacity: number): [from: number, to: number][] {
  const runs: [number, number][] = [];
  let sum = 0;
  for (const [index, weight] of weights.entries()) {
    const run = runs.at(-1);
    if (run !== undefined && sum + weight <= capacity) {
      run[1] = index + 1;
      sum += weight;
    } else {
      runs.push([index, index + 1]);
      sum = weight;
    }
  }
  return runs;
}
