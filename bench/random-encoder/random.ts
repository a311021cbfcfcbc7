/** A repeatable row of numbers from -1 to 1 (a linear congruential generator: fast, and good enough for weights and texts). */
export function uniformNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}
