import { describe, expect, it } from "vitest";
import { passesLuhn } from "../../../src/dataset/from-log/luhn.ts";

describe("the check of card numbers", () => {
  // Test numbers that payment services publish.
  it.each(["4111111111111111", "5555555555554444", "378282246310005", "6011111111111117", "79927398713"])(
    "%s passes, and no change of one digit does",
    (digits) => {
      expect(passesLuhn(digits)).toBe(true);
      for (let at = 0; at < digits.length; at += 1) {
        const changed = digits.slice(0, at) + String((Number(digits[at]) + 1) % 10) + digits.slice(at + 1);
        expect(passesLuhn(changed), changed).toBe(false);
      }
    },
  );
});
