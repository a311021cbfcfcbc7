import { expect, it } from "vitest";
import { ByteBuffer } from "../../../src/backend/http/byte-buffer.ts";

it.each([1, 3, 100, 10_000])("pieces of %i bytes are one text again, and stay as they were", (size) => {
  const bytes = Buffer.from("añb🙂".repeat(1000));
  const before = Buffer.from(bytes);
  const buffer = new ByteBuffer();
  expect(buffer.toString()).toBe("");
  for (let start = 0; start < bytes.length; start += size) buffer.push(bytes.subarray(start, start + size));
  expect(buffer.toString()).toBe(bytes.toString());
  expect(bytes.equals(before)).toBe(true);
});
