/**
 * How often do the gates decide right? Accuracy by exact enumeration, generation metrics by seeded simulation, on a
 * fixed grid. Writes every cell into docs/statistics.md, prints a summary, and exits 1 when a bound is violated.
 *
 *     npx tsx bench/calibration.ts
 */
import { readFileSync, writeFileSync } from "node:fs";
import { seededRandom } from "../src/stats/random.ts";
import { type Decisions, pairedDecisions, tangoTable, unpairedDecisions } from "./calibration/accuracy.ts";
import {
  generationRates,
  isPossible,
  type Losses,
  MARGIN,
  METHODS,
  type Method,
  type Rates,
} from "./calibration/generation.ts";
import { bulletList, markdownTable, percent } from "./calibration/markdown.ts";

const PAGE = new URL("../docs/statistics.md", import.meta.url);
const START = "<!-- calibration: written by bench/calibration.ts -->";
const END = "<!-- end of calibration -->";

const ITEMS = [50, 100, 200, 485, 1172, 14_042];
const DISCORDANCES = [0.01, 0.05, 0.1, 0.2];
const MARGINS = [0.01, 0.03, 0.05];
/** True differences, in margins. */
const DIFFERENCES = [0, -1, -2];
/** Accuracy of the baseline, for the comparison of different items. */
const ACCURACY = 0.7;

const GENERATION_ITEMS = [50, 250, 1000];
const CHANGED = [0.01, 0.05, 0.2, 1];
const LOSSES: readonly Losses[] = ["small", "large"];
const RUNS = 1000;

interface AccuracyCell {
  readonly items: number;
  readonly discordance: number;
  readonly margin: number;
  readonly difference: number;
  readonly paired: Decisions | "impossible";
  readonly unpaired: Decisions;
}

interface GenerationCell {
  readonly items: number;
  readonly changed: number;
  readonly losses: Losses;
  readonly loss: number;
  readonly rates: Readonly<Record<Method, Rates>> | "impossible";
}

function accuracyCells(items: number): AccuracyCell[] {
  const intervalOf = tangoTable(items);
  const unpaired = new Map<string, Decisions>();
  const cells: AccuracyCell[] = [];
  for (const discordance of DISCORDANCES) {
    for (const margin of MARGINS) {
      for (const margins of DIFFERENCES) {
        const difference = margins === 0 ? 0 : margins * margin;
        const key = `${margin} ${difference}`;
        const other = unpaired.get(key) ?? unpairedDecisions({ items, accuracy: ACCURACY, difference, margin });
        unpaired.set(key, other);
        const paired =
          discordance < -difference
            ? "impossible"
            : pairedDecisions({ pairs: items, discordance, difference, margin }, intervalOf);
        cells.push({ items, discordance, margin, difference, paired, unpaired: other });
      }
    }
  }
  return cells;
}

function generationCells(): GenerationCell[] {
  const cells: GenerationCell[] = [];
  for (const items of GENERATION_ITEMS) {
    for (const changed of CHANGED) {
      for (const losses of LOSSES) {
        for (const loss of [0, MARGIN]) {
          const population = { changed, losses, loss };
          const rng = seededRandom(cells.length);
          const rates = isPossible(population) ? generationRates(items, population, RUNS, rng) : "impossible";
          cells.push({ items, changed, losses, loss, rates });
        }
      }
    }
  }
  return cells;
}

function accuracyTable(cells: readonly AccuracyCell[]): string {
  const decisions = ({ pass, fail, inconclusive }: Decisions) => [percent(pass), percent(fail), percent(inconclusive)];
  return markdownTable(
    ["discordance", "margin", "truth", "coverage", "pass", "fail", "inconcl.", "unpaired: pass", "fail", "inconcl."],
    cells.map(({ discordance, margin, difference, paired, unpaired }) => [
      percent(discordance, 0),
      percent(margin, 0),
      percent(difference, 0),
      ...(paired === "impossible" ? ["impossible", "–", "–", "–"] : [percent(paired.coverage), ...decisions(paired)]),
      ...decisions(unpaired),
    ]),
  );
}

function generationTable(cells: readonly GenerationCell[]): string {
  return markdownTable(
    ["items", "changed", "losses", "true loss", ...METHODS.flatMap((name) => [`${name}: coverage`, "pass", "fail"])],
    cells.map(({ items, changed, losses, loss, rates }) => [
      String(items),
      percent(changed, 0),
      losses,
      percent(loss, 0),
      ...METHODS.flatMap((name) => {
        if (rates === "impossible") return ["impossible", "–", "–"];
        const { coverage, pass, fail } = rates[name];
        return [percent(coverage, 1), percent(pass, 1), percent(fail, 1)];
      }),
    ]),
  );
}

interface Bound {
  readonly claim: string;
  readonly measured: number;
  readonly holds: boolean;
}

function accuracyBounds(cells: readonly AccuracyCell[]): Bound[] {
  const possible = cells.flatMap(({ paired, ...cell }) => (paired === "impossible" ? [] : [{ ...cell, paired }]));
  const falsePasses = possible.filter((cell) => cell.difference === -cell.margin).map((cell) => cell.paired.pass);
  const falseFails = possible.filter((cell) => cell.difference === 0).map((cell) => cell.paired.fail);
  const coverages = possible.map((cell) => cell.paired.coverage);
  return [
    atMost("Tango, largest false pass at a true loss of the margin", Math.max(...falsePasses), 0.06),
    atMost("Tango, mean false pass at a true loss of the margin", mean(falsePasses), 0.051),
    atMost("Tango, largest false fail without a loss", Math.max(...falseFails), 0.05),
    atLeast("Tango, smallest coverage of the 90 % interval", Math.min(...coverages), 0.85),
    atLeast("Tango, mean coverage of the 90 % interval", mean(coverages), 0.9),
  ];
}

function generationBounds(cells: readonly GenerationCell[]): Bound[] {
  const betting = cells.flatMap(({ rates, loss }) => (rates === "impossible" ? [] : [{ loss, ...rates.betting }]));
  const falsePasses = betting.filter(({ loss }) => loss === MARGIN).map(({ pass }) => pass);
  return [
    atMost("betting, largest false pass at a true loss of the margin", Math.max(...falsePasses), 0.05),
    atMost(
      "betting, largest false fail at a true loss of the margin or less",
      Math.max(...betting.map(({ fail }) => fail)),
      0.05,
    ),
    atLeast("betting, smallest coverage of the 90 % interval", Math.min(...betting.map((rate) => rate.coverage)), 0.9),
  ];
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Infinities and NaN of an empty list hold no bound: nothing checked is nothing shown. */
function atMost(name: string, measured: number, limit: number): Bound {
  return {
    claim: `${name}: at most ${percent(limit)}`,
    measured,
    holds: Number.isFinite(measured) && measured <= limit,
  };
}

function atLeast(name: string, measured: number, limit: number): Bound {
  return {
    claim: `${name}: at least ${percent(limit)}`,
    measured,
    holds: Number.isFinite(measured) && measured >= limit,
  };
}

function writePage(generated: string): void {
  const page = readFileSync(PAGE, "utf8");
  const [start, end] = [page.indexOf(START), page.indexOf(END)];
  if (start === -1 || end < start) throw new Error(`docs/statistics.md must hold the lines "${START}" and "${END}"`);
  writeFileSync(PAGE, `${page.slice(0, start + START.length)}\n\n${generated}\n\n${page.slice(end)}`);
}

const accuracy = ITEMS.map((items) => {
  const cells = accuracyCells(items);
  console.log(`accuracy, ${items} items: ${cells.length} cells`);
  return { items, cells };
});
const generation = generationCells();
console.log(`generation metrics: ${generation.length} cells, ${RUNS} runs each`);

const bounds = [...accuracyBounds(accuracy.flatMap(({ cells }) => cells)), ...generationBounds(generation)];
const summary = bounds.map(
  ({ claim, measured, holds }) => `${claim}: ${percent(measured)}${holds ? "" : ", VIOLATED"}`,
);
writePage(
  [
    bulletList(summary),
    ...accuracy.map(({ items, cells }) => `### Accuracy, ${items} items\n\n${accuracyTable(cells)}`),
    `### Generation metrics, ${RUNS} simulated runs a cell\n\n${generationTable(generation)}`,
  ].join("\n\n"),
);
console.log(bulletList(summary));
process.exitCode = bounds.every(({ holds }) => holds) ? 0 : 1;
