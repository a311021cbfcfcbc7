import { expect, it } from "vitest";
import { LengthBuckets } from "../../../src/onnx/engine/length-buckets.ts";

const filled = (...lengths: number[]) => {
  const buckets = new LengthBuckets<{ length: number; order: number }>();
  for (const [order, length] of lengths.entries()) buckets.add({ length, order });
  return buckets;
};
const drain = (buckets: ReturnType<typeof filled>, slots: number) => {
  const batches: number[][] = [];
  for (let batch = buckets.take(slots); batch.length > 0; batch = buckets.take(slots))
    batches.push(batch.map(({ order }) => order));
  return batches;
};

it("takes work of one length at a time, oldest bucket first", () => {
  expect(drain(filled(5, 3, 5, 3, 5), 100)).toEqual([
    [0, 2, 4],
    [1, 3],
  ]);
});

it("takes at most as many tokens as there are slots, but always something", () => {
  expect(drain(filled(4, 4, 4, 4, 4), 9)).toEqual([[0, 1], [2, 3], [4]]);
  expect(drain(filled(300, 300), 9)).toEqual([[0], [1]]);
});

it("serves the buckets in turn, so that a long one doesn't hold up the others", () => {
  expect(drain(filled(2, 2, 2, 2, 7), 4)).toEqual([[0, 1], [4], [2, 3]]);
});

it("counts what waits, and forgets what is removed", () => {
  const buckets = filled(1, 2, 2);
  expect(buckets.size).toBe(3);
  buckets.removeWhere(({ order }) => order !== 1);
  expect(buckets.size).toBe(1);
  expect(drain(buckets, 8)).toEqual([[1]]);
  expect(buckets.size).toBe(0);
});
