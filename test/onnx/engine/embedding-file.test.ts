import { describe, expect, it } from "vitest";
import { decodeEmbedding, encodeEmbedding } from "../../../src/onnx/engine/embedding-file.ts";
import { someEmbedding } from "./embeddings.ts";

const encoded = (seed: number) => {
  const bytes = encodeEmbedding(someEmbedding(3, seed));
  if (bytes === undefined) throw new Error("these tests need a little-endian machine");
  return bytes;
};

describe("an embedding as a file", () => {
  it.each([0, 1])("comes back as it was (%i)", (seed) => {
    expect(decodeEmbedding(encoded(seed))).toEqual(someEmbedding(3, seed));
  });

  it("is nothing when any byte was changed", () => {
    const bytes = encoded(1);
    for (const at of bytes.keys()) {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      expect(decodeEmbedding(damaged)).toBeUndefined();
    }
  });

  it("is nothing when it was cut short or isn't one", () => {
    const bytes = encoded(1);
    for (const length of [0, 10, 24, bytes.length - 1])
      expect(decodeEmbedding(bytes.subarray(0, length))).toBeUndefined();
    expect(decodeEmbedding(Buffer.from("something else altogether, but long enough"))).toBeUndefined();
  });
});
