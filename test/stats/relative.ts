import { expect } from "vitest";

/** Asserts `actual` within a relative tolerance of `expected`; an expected 0 must be met to 1e-15. */
export function expectRelative(actual: number, expected: number, tolerance = 1e-9): void {
  const error = Math.abs(actual - expected);
  const allowed = Math.max(Math.abs(expected) * tolerance, 1e-15);
  expect(error <= allowed, `expected ${expected}, got ${actual} (off by ${error}, allowed ${allowed})`).toBe(true);
}
