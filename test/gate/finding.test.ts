import { describe, expect, it } from "vitest";
import { boundsAgainst } from "../../src/gate/finding.ts";

describe("a bound against its threshold", () => {
  it("passes when it lies on the threshold, and fails only when the other bound misses it", () => {
    expect(boundsAgainst({ lower: 0.5, upper: 0.9 }, 0.5)).toBe("pass");
    expect(boundsAgainst({ lower: 0.2, upper: 0.5 }, 0.5)).toBe("inconclusive");
    expect(boundsAgainst({ lower: 0.2, upper: 0.4999 }, 0.5)).toBe("fail");
    expect(boundsAgainst({ lower: 0.4999, upper: 0.9 }, 0.5)).toBe("inconclusive");
    expect(boundsAgainst({ lower: 0.5, upper: 0.5 }, 0.5)).toBe("pass");
  });
});
