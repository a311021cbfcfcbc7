import { describe, expect, it } from "vitest";
import { LowestRanks, rankOf } from "../../../src/dataset/from-log/lowest-ranks.ts";
import { seededRandom } from "../../../src/stats/random.ts";

describe("the requests of lowest rank", () => {
  it("are those that sorting all of them would give, each with how often it came", () => {
    const random = seededRandom(5);
    const ranks = Array.from({ length: 20_000 }, () => Math.floor(random() * 5000));
    const lowest = new LowestRanks(40);
    for (const [line, rank] of ranks.entries()) lowest.add(rank, 0, line);
    const counts = new Map<number, number>();
    for (const rank of ranks) counts.set(rank, (counts.get(rank) ?? 0) + 1);
    const expected = [...counts].sort(([a], [b]) => a - b).slice(0, 40);
    expect(lowest.lowest().map(({ rank, seen }) => [rank, seen])).toEqual(expected);
    expect(lowest.lowest().every(({ rank, line }) => ranks.indexOf(rank) === line)).toBe(true);
    expect(lowest.count).toBe(20_000);
  });

  it("are all when there are fewer", () => {
    const lowest = new LowestRanks(5);
    lowest.add(7, 0, 1);
    lowest.add(3, 1, 9);
    expect(lowest.lowest()).toEqual([
      { rank: 3, file: 1, line: 9, seen: 1 },
      { rank: 7, file: 0, line: 1, seen: 1 },
    ]);
  });
});

describe("the rank of a prompt", () => {
  it("is that of its words: case, blanks and long numbers don't count, short numbers do", () => {
    expect(rankOf("Where is  order 12345?\n", 1)).toBe(rankOf("where is order 98765?", 1));
    expect(rankOf("Where is order 12345?", 1)).not.toBe(rankOf("Where is parcel 12345?", 1));
    expect(rankOf("What is 12 + 3?", 1)).not.toBe(rankOf("What is 14 + 3?", 1));
    expect(rankOf("Where is order 12345?", 1)).not.toBe(rankOf("Where is order 12345?", 2));
  });
});
