import { describe, expect, it } from "vitest";
import { assertPlainJson } from "../../../src/service/api/json-guard.ts";

/** So many objects, or lists, one in the other. */
function nested(levels: number, wrap: (inner: unknown) => unknown): unknown {
  return levels === 0 ? 1 : wrap(nested(levels - 1, wrap));
}

describe("a body", () => {
  it.each([
    ["objects", (inner: unknown) => ({ a: inner })],
    ["lists", (inner: unknown) => [inner]],
  ])("may hold %s twelve deep, and no deeper", (_, wrap) => {
    expect(() => assertPlainJson(nested(12, wrap))).not.toThrow();
    expect(() => assertPlainJson(nested(13, wrap))).toThrow("nested deeper than 12");
  });

  it("may have 20,000 values, and no more", () => {
    expect(() => assertPlainJson(new Array(19_999).fill(0))).not.toThrow();
    expect(() => assertPlainJson(new Array(20_000).fill(0))).toThrow("more than 20000 values");
  });
});
