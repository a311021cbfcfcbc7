import { expect, it } from "vitest";
import { RecentEmbeddings } from "../../../src/onnx/engine/recent-embeddings.ts";
import { someEmbedding } from "./embeddings.ts";

/** Two rows: eight bytes of ids and 32 of numbers. */
const BYTES = 40;

it("keeps what was used last, within its memory", () => {
  const recent = new RecentEmbeddings(3 * BYTES);
  for (const key of ["a", "b", "c"]) recent.set(key, someEmbedding(2));
  recent.get("a");
  recent.set("d", someEmbedding(2));
  expect(["a", "b", "c", "d"].map((key) => recent.get(key) !== undefined)).toEqual([true, false, true, true]);
  expect(recent.bytes).toBe(3 * BYTES);
});

it("counts a replaced embedding once", () => {
  const recent = new RecentEmbeddings(10 * BYTES);
  recent.set("a", someEmbedding(2));
  recent.set("a", someEmbedding(2, 1));
  expect(recent.bytes).toBe(BYTES);
});

it("doesn't keep what is larger than all its memory", () => {
  const recent = new RecentEmbeddings(BYTES);
  recent.set("large", someEmbedding(200));
  expect(recent.get("large")).toBeUndefined();
  expect(recent.bytes).toBe(0);
});
