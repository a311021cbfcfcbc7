import type { BackendPair, BackendsComparison, BackendsTogether, SpreadTest } from "../../analyze/backends.ts";
import { decimal, signed } from "../../domain/write-number.ts";
import type { Block, Cell, Section } from "../document.ts";
import { count, interval, percentagePoints, plural, pValue } from "../format.ts";
import { align } from "./columns.ts";

/** Quantizations that run on several backends: who answers like whom. Nothing where each is on one. */
export function backendsSection(comparisons: readonly BackendsComparison[], id: string): Section | undefined {
  if (comparisons.length === 0) return undefined;
  return { id, title: "Several backends", blocks: comparisons.flatMap(blocksOf) };
}

function blocksOf({ quantization, pairs, together, margins }: BackendsComparison): readonly Block[] {
  return [
    { kind: "heading", text: quantization },
    {
      kind: "table",
      caption: `Every two backends on the items both answered: right − left with the 90 % interval by the method and with the n of its row, and two one-sided tests of equivalence (TOST) at ${decimal(margins.accuracyPp, 1)} pp of accuracy and ${decimal(margins.generationPercent, 1)} % of the left one's key metric average, on the same n, p adjusted by Holm over ${plural(pairs.length, "test")}. What isn't shown to be equivalent isn't shown to differ either.`,
      narrow: "scroll",
      columns: align(
        ["left", "right", "task", "equivalent"],
        ["difference", "90 % interval", "method", "n", "p (Holm)", "test"],
      ),
      rows: pairs.map(pairCells),
    },
    {
      kind: "table",
      caption:
        "All backends together, on the items that all answered (n of the row): one-way analysis of variance of the scores, and Brown-Forsythe's test of equal spread. A large p is no evidence that they are alike.",
      narrow: "scroll",
      columns: align(["task", "metric"], ["n", "ANOVA", "Brown-Forsythe"]),
      rows: together.map(togetherCells),
    },
  ];
}

function pairCells({ left, right, task, metric, items, estimate, tost, equivalent }: BackendPair): readonly Cell[] {
  const isAccuracy = metric === "accuracy";
  const write = (value: number): string => (isAccuracy ? signed(value * 100, 1) : signed(value, 3));
  return [
    left,
    right,
    task,
    equivalent ? { text: "equivalent", tone: "pass" } : "not shown",
    ...(estimate.kind === "estimated"
      ? [
          isAccuracy ? percentagePoints(estimate.difference) : write(estimate.difference),
          interval(estimate, write),
          estimate.method,
        ]
      : ["not available", "", estimate.reason]),
    count(items),
    pValue(tost.adjustedP),
    tost.method,
  ];
}

function togetherCells({ task, metric, items, anova, brownForsythe }: BackendsTogether): readonly Cell[] {
  const words = (test: SpreadTest): Cell => ({
    text: pValue(test.p),
    note: `F(${count(test.df1)}, ${count(test.df2)}) = ${test.f === "infinite" ? "∞" : decimal(test.f, 2)}`,
  });
  return [
    task,
    metric === "accuracy" ? metric : "key metric average",
    count(items),
    words(anova),
    words(brownForsythe),
  ];
}
