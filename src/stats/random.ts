/** Uniform random numbers in [0, 1). Chance is always passed in, never taken from `Math.random`. */
export type RandomGenerator = () => number;

/** A mixing of all 32 bits, so that neighbouring seeds give unrelated states. Steele, Lea & Flood (2014), SplitMix. */
function splitMix32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  };
}

const rotateLeft = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

/**
 * A seeded generator, the same on every machine: xoshiro128** of Blackman & Vigna (2021), "Scrambled linear
 * pseudorandom number generators", seeded through SplitMix. 32 random bits a number, period 2¹²⁸ − 1. Throws RangeError
 * when the seed is no whole number in [0, 2³²).
 */
export function seededRandom(seed: number): RandomGenerator {
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw new RangeError(`seed must be a whole number in [0, 2^32); got ${seed}`);
  }
  const next = splitMix32(seed);
  let [a, b, c, d] = [next(), next(), next(), next()];
  return () => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result / 2 ** 32;
  };
}
