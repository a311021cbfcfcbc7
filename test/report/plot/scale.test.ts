import { describe, expect, it } from "vitest";
import { differenceDomain, niceTicks, placeIn, shareDomain } from "../../../src/report/plot/scale.ts";

describe("niceTicks", () => {
  it("steps by 1, 2 or 5 inside the domain", () => {
    expect(niceTicks({ lower: -19.2, upper: 3.4 }, 5)).toEqual([-15, -10, -5, 0]);
    expect(niceTicks({ lower: 0, upper: 1 }, 5).map((tick) => tick.toFixed(1))).toEqual([
      "0.0",
      "0.2",
      "0.4",
      "0.6",
      "0.8",
      "1.0",
    ]);
  });

  it("has one tick where nothing spreads", () => {
    expect(niceTicks({ lower: 2, upper: 2 }, 5)).toEqual([2]);
  });
});

describe("placeIn", () => {
  it("puts what lies beyond at the edge", () => {
    expect(placeIn({ lower: -10, upper: 10 }, 0)).toBe(0.5);
    expect(placeIn({ lower: -10, upper: 10 }, -50)).toBe(0);
    expect(placeIn({ lower: -10, upper: 10 }, 50)).toBe(1);
  });
});

describe("differenceDomain", () => {
  it("always holds zero and the margins", () => {
    const { lower, upper } = differenceDomain([{ lower: 1, upper: 2 }], [-3]);
    expect(lower).toBeLessThan(-3);
    expect(upper).toBeGreaterThan(2);
    const loss = differenceDomain([{ lower: -2, upper: -1 }], []);
    expect(loss.upper).toBeGreaterThan(0);
  });

  it("leaves out what is hopeless, but not when most of it is", () => {
    const fine = { lower: -1, upper: 1 };
    const hopeless = { lower: -50, upper: -40 };
    expect(differenceDomain([fine, fine, hopeless], [-3]).lower).toBeGreaterThan(-20);
    expect(differenceDomain([fine, hopeless, hopeless], [-3]).lower).toBeLessThan(-50);
    expect(differenceDomain([fine, fine, hopeless], []).lower).toBeLessThan(-50);
  });

  it("has a width where all differences are zero", () => {
    const { lower, upper } = differenceDomain([{ lower: 0, upper: 0 }], []);
    expect(upper).toBeGreaterThan(lower);
  });
});

describe("shareDomain", () => {
  it("stays inside 0 and 100 and holds chance", () => {
    const { lower, upper } = shareDomain([{ lower: 97, upper: 100 }], [25]);
    expect(lower).toBeLessThan(25);
    expect(upper).toBe(100);
    expect(shareDomain([{ lower: 0, upper: 3 }], []).lower).toBe(0);
  });
});
