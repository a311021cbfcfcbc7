import { describe, expect, it } from "vitest";
import { type RankedFlip, worstFirst } from "../../src/report/flip-example.ts";

const flip = (loss: number, severity: number, baselineIndex: number): RankedFlip => ({
  flip: { loss, baselineIndex },
  severity,
});

describe("flips that are shown", () => {
  it("are ordered worst first: lost before gained, then by how far the answer moved, then by place", () => {
    const [lostFar, lostNear, lostNearLater, worse, gained] = [
      flip(1, 4, 9),
      flip(1, 2, 3),
      flip(1, 2, 5),
      flip(0.3, 9, 0),
      flip(-1, 9, 1),
    ];
    expect([gained, lostNearLater, worse, lostNear, lostFar].sort(worstFirst)).toEqual([
      lostFar,
      lostNear,
      lostNearLater,
      worse,
      gained,
    ]);
  });
});
