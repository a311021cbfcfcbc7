import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { CELLS, falsePass } from "../../bench/beside-other-gates.ts";
import { isNearRandom } from "../../src/analyze/near-random.ts";
import { publishedTable } from "../../src/analyze/published.ts";
import { decidingLevel } from "../../src/domain/deciding-level.ts";
import { pairsWithoutFlips } from "../../src/gate/items-to-decide.ts";
import { itemsNeeded } from "../../src/stats/power.ts";

const text = await readFile(new URL("../../docs/deciding.md", import.meta.url), "utf8");
const level = decidingLevel(1);

/** The rows of the table below a heading, cells trimmed. */
function tableUnder(heading: string): readonly (readonly string[])[] {
  const section = text.slice(text.indexOf(`## ${heading}`));
  const [table = ""] = /(?:^\|.*\n)+/m.exec(section) ?? [];
  const [, , ...rows] = table.trim().split("\n");
  return rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const numberOf = (cell: string | undefined): number => Number((cell ?? "").replaceAll(/[^0-9.]/g, ""));

describe("docs/deciding.md", () => {
  it("tells as many questions as the power calculation does", () => {
    const rows = tableUnder("How many questions do I need?");
    expect(rows).toHaveLength(5);
    for (const [margin, none, ...flips] of rows) {
      const pp = numberOf(margin) / 100;
      const least = pairsWithoutFlips(pp, level);
      expect(numberOf(none), margin).toBe(least);
      for (const [index, discordance] of [0.01, 0.02, 0.05, 0.1, 0.2].entries()) {
        const needed = itemsNeeded({ discordance, margin: pp, alpha: 0.05, power: 0.8 });
        expect(numberOf(flips[index]), `${margin} at ${discordance}`).toBe(Math.max(least, needed));
      }
    }
  });

  it("has the false passes that are counted exactly", () => {
    const rows = tableUnder("Beside other gates");
    expect(rows).toHaveLength(CELLS.length);
    for (const [index, [margin, items, ours]] of rows.entries()) {
      const cell = CELLS[index];
      if (cell === undefined) throw new Error("more rows than cells");
      expect([numberOf(margin), numberOf(items)]).toEqual([100 * cell.margin, cell.pairs]);
      expect(numberOf(ours)).toBeCloseTo(100 * falsePass(cell), 1);
    }
    // 0.97^88 and the least n with 0.97^n below 0.05.
    expect(100 * falsePass({ margin: 0.03, pairs: 88 })).toBeCloseTo(6.9, 1);
    expect(0.97 ** 98).toBeGreaterThan(0.05);
    expect(0.97 ** 99).toBeLessThan(0.05);
  });

  it("tells the study's contradictions as its table has them", () => {
    const rowOf = (model: string, quantization: string) => {
      const row = publishedTable().results.find((each) => each.model === model && each.quantization === quantization);
      if (row === undefined) throw new Error(`no row ${model} ${quantization}`);
      return row;
    };
    expect(rowOf("llama3.2-1b", "Q4_K_M").mmluAccuracy).toBeCloseTo(0.337, 3);
    expect(rowOf("phi-2", "Q8_0").mmluAccuracy).toBeCloseTo(0.516, 3);
    const nearRandom = publishedTable().results.filter(({ rescoredCorrect, questions }) =>
      isNearRandom({ correct: rescoredCorrect, trials: questions, chance: 0.25 }),
    );
    expect(nearRandom.map(({ quantization }) => quantization)).toEqual(["Q2_K", "Q2_K"]);
  });
});
