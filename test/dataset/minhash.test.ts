import { describe, expect, it } from "vitest";
import { NearDuplicateIndex, similarity, sketchOf } from "../../src/dataset/minhash.ts";
import { seededRandom } from "../../src/stats/random.ts";

const random = seededRandom(11);
const LETTERS = "abcdefghijklmnopqrstuvwxyz ";

function randomText(length: number): string {
  return Array.from({ length }, () => LETTERS[Math.floor(random() * LETTERS.length)]).join("");
}

/** Jaccard similarity of two texts' 5-character shingles, counted. */
function exact(a: string, b: string): number {
  const shingles = (text: string) =>
    new Set(Array.from({ length: text.length - 4 }, (_, start) => text.slice(start, start + 5)));
  const [left, right] = [shingles(a), shingles(b)];
  const shared = [...left].filter((shingle) => right.has(shingle)).length;
  return shared / (left.size + right.size - shared);
}

describe("the estimated similarity of two texts", () => {
  it("is 1 of equal texts, of any length", () => {
    for (const text of ["", "a", "abcd", "abcde", "short text", randomText(5000)])
      expect(similarity(sketchOf(text), sketchOf(`${text}`))).toBe(1);
  });

  it("is near 0 of texts that have nothing in common", () => {
    expect(similarity(sketchOf(randomText(2000)), sketchOf(randomText(2000)))).toBeLessThan(0.1);
    expect(similarity(sketchOf("yes"), sketchOf("no"))).toBeLessThan(0.1);
    expect(similarity(sketchOf("a short question"), sketchOf("another thing"))).toBeLessThan(0.35);
  });

  it.each([0.05, 0.2, 0.5, 0.8])("is near the exact one when %f of a text is replaced", (share) => {
    for (let round = 0; round < 20; round += 1) {
      const text = randomText(1500);
      const cut = Math.floor(1500 * share);
      const other = randomText(cut) + text.slice(cut);
      // Four standard deviations of 128 bins at worst: 4 · √(0.25/128).
      expect(Math.abs(similarity(sketchOf(text), sketchOf(other)) - exact(text, other))).toBeLessThan(0.18);
    }
  });

  it("is unbiased for short texts too, whose bins are filled from others", () => {
    let difference = 0;
    for (let round = 0; round < 200; round += 1) {
      const text = randomText(40);
      const other = randomText(10) + text.slice(10);
      difference += similarity(sketchOf(text), sketchOf(other)) - exact(text, other);
    }
    expect(Math.abs(difference / 200)).toBeLessThan(0.03);
  });
});

describe("the index of near-duplicates", () => {
  it("finds the earlier text that a text nearly repeats", () => {
    const index = new NearDuplicateIndex<number>(0.8);
    const texts = Array.from({ length: 300 }, () => randomText(400));
    for (const [number, text] of texts.entries()) index.add(sketchOf(text), number);
    let found = 0;
    for (const [number, text] of texts.entries()) {
      if (index.find(sketchOf(`${text.slice(0, 390)} changed`)) === number) found += 1;
    }
    expect(found).toBeGreaterThanOrEqual(297);
    for (let round = 0; round < 300; round += 1) expect(index.find(sketchOf(randomText(400)))).toBeUndefined();
  });

  it("doesn't take texts for near-duplicates that share half", () => {
    const index = new NearDuplicateIndex<string>(0.8);
    const frame = randomText(200);
    for (let round = 0; round < 200; round += 1) {
      const sketch = sketchOf(frame + randomText(200));
      expect(index.find(sketch)).toBeUndefined();
      index.add(sketch, `text ${round}`);
    }
  });
});
