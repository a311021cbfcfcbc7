import { describe, expect, it } from "vitest";
import { lcsLength } from "../../../src/score/text/lcs-length.ts";
import type { RougeText } from "../../../src/score/text/rouge-tokenize.ts";
import { unionLcsHits } from "../../../src/score/text/union-lcs.ts";

/** Lehmer's generator, so that the cases are the same on every run. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

/** The textbook table, L[i][j]. */
function table(a: readonly number[], b: readonly number[]): number[][] {
  const rows = [new Array<number>(b.length + 1).fill(0)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [0];
    for (let j = 1; j <= b.length; j += 1) {
      const up = rows[i - 1] ?? [];
      row.push(a[i - 1] === b[j - 1] ? (up[j - 1] ?? 0) + 1 : Math.max(up[j] ?? 0, row[j - 1] ?? 0));
    }
    rows.push(row);
  }
  return rows;
}

/** The definition of summary-level hits with the full table and the same order of preference. */
function hitsByTable(reference: RougeText, candidate: RougeText): number {
  const lines = ({ tokens, lineEnds }: RougeText) =>
    lineEnds.map((end, line) => tokens.slice(line === 0 ? 0 : lineEnds[line - 1], end));
  const count = (tokens: readonly number[]) => {
    const counts = new Map<number, number>();
    for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
    return counts;
  };
  const inReference = count(reference.tokens);
  const inCandidate = count(candidate.tokens);
  let hits = 0;
  for (const a of lines(reference)) {
    const union = new Set<number>();
    for (const b of lines(candidate)) {
      const cells = table(a, b);
      let [i, j] = [a.length, b.length];
      while (i > 0 && j > 0) {
        if (a[i - 1] === b[j - 1]) {
          union.add(i - 1);
          i -= 1;
          j -= 1;
        } else if ((cells[i]?.[j - 1] ?? 0) > (cells[i - 1]?.[j] ?? 0)) j -= 1;
        else i -= 1;
      }
    }
    for (const index of [...union].sort((x, y) => x - y)) {
      const token = a[index] ?? 0;
      if ((inReference.get(token) ?? 0) > 0 && (inCandidate.get(token) ?? 0) > 0) {
        hits += 1;
        inReference.set(token, (inReference.get(token) ?? 0) - 1);
        inCandidate.set(token, (inCandidate.get(token) ?? 0) - 1);
      }
    }
  }
  return hits;
}

describe("longest common subsequence", () => {
  it("has the length of the textbook table's last cell", () => {
    const random = generator(1);
    for (let round = 0; round < 600; round += 1) {
      const vocabulary = 1 + random(round % 2 === 0 ? 4 : 60);
      const sequence = () => Array.from({ length: random(150) }, () => random(vocabulary));
      const [a, b] = [sequence(), sequence()];
      expect(lcsLength(a, b, vocabulary)).toBe(table(a, b)[a.length]?.[b.length]);
    }
  });

  it("is right at the borders of words", () => {
    for (const length of [30, 31, 32, 61, 62, 63, 93]) {
      const a = Array.from({ length }, () => 0);
      expect(lcsLength([1, ...a, 2], [...a, 1], 3)).toBe(length);
      expect(lcsLength(a, [1, ...a, 1], 3)).toBe(length);
    }
    expect(lcsLength([], [], 0)).toBe(0);
    expect(lcsLength([0], [], 1)).toBe(0);
  });
});

describe("union of longest common subsequences", () => {
  it("equals backtracking through the full table, ties included", () => {
    const random = generator(2);
    for (let round = 0; round < 400; round += 1) {
      const vocabulary = 1 + random(round % 2 === 0 ? 4 : 30);
      const text = (): RougeText => {
        const tokens: number[] = [];
        const lineEnds: number[] = [];
        for (let line = random(5); line >= 0; line -= 1) {
          for (let token = random(round % 3 === 0 ? 90 : 12); token >= 0; token -= 1) tokens.push(random(vocabulary));
          lineEnds.push(tokens.length);
        }
        return { tokens, lineEnds };
      };
      const [reference, candidate] = [text(), text()];
      expect(unionLcsHits(reference, candidate, vocabulary)).toBe(hitsByTable(reference, candidate));
    }
  });

  it("equals it too where rows are computed again from checkpoints", () => {
    const random = generator(3);
    const tokens = (length: number) => Array.from({ length }, () => random(5));
    const reference = { tokens: tokens(3_100), lineEnds: [3_000, 3_100] };
    const candidate = { tokens: tokens(3_050), lineEnds: [50, 3_050] };
    expect(unionLcsHits(reference, candidate, 5)).toBe(hitsByTable(reference, candidate));
  });
});
