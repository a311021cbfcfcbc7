import { SINGLE_LOOK } from "../domain/deciding-level.ts";
import type { Quantization } from "../domain/quantization.ts";
import type { ResolvedModel } from "../spec/resolved.ts";
import { brownForsythe, type FTest, oneWayAnova } from "../stats/anova.ts";
import { boundedMeanTest } from "../stats/bounded-mean.ts";
import { holm } from "../stats/holm.ts";
import { tangoEquivalence } from "../stats/tango.ts";
import { keyMetricOf, type PairedTask, pairTasks, type VariantScores } from "./compare.ts";
import { clusterLabels, groupOf } from "./group-of.ts";
import { groupTotals } from "./group-totals.ts";
import { type DifferenceEstimate, estimateDifference, type PairedMark, pairMarks } from "./paired-accuracy.ts";
import { comparePairedMean, type PairedValue, scoredPairs } from "./paired-mean.ts";
import type { Margins } from "./task-change.ts";

/** The same model and quantization on several backends: do they answer alike? */
export interface BackendsComparison {
  readonly quantization: Quantization;
  readonly variants: readonly string[];
  readonly margins: Margins;
  /** Every two backends on every task, on the items both answered. */
  readonly pairs: readonly BackendPair[];
  /** All backends together, on the items that all answered. Descriptive: no p-value here is evidence that they are alike. */
  readonly together: readonly BackendsTogether[];
}

export interface BackendPair {
  readonly task: string;
  readonly metric: "accuracy" | "key_metric_average";
  readonly left: string;
  readonly right: string;
  readonly items: number;
  /** right − left, with the 90 % interval. */
  readonly estimate: DifferenceEstimate;
  /** Two one-sided tests at the margin; `adjustedP` by Holm over all pairs and tasks of the quantization. */
  readonly tost: {
    readonly method: "Tango score" | "betting" | "betting over groups";
    readonly p: number;
    readonly adjustedP: number;
  };
  /** Adjusted p at most 0.05: shown to be within the margin. Otherwise nothing is shown, least of all a difference. */
  readonly equivalent: boolean;
}

export interface BackendsTogether {
  readonly task: string;
  readonly metric: BackendPair["metric"];
  readonly items: number;
  readonly anova: SpreadTest;
  readonly brownForsythe: SpreadTest;
}

/** `f` is a word where there is no spread within any backend. */
export interface SpreadTest extends Omit<FTest, "f"> {
  readonly f: number | "infinite";
}

/** Compares the backends of each quantization that a model has on more than one. */
export function compareBackends(
  model: ResolvedModel,
  scores: ReadonlyMap<string, VariantScores>,
  { margins, seed }: { readonly margins: Margins; readonly seed: number },
): readonly BackendsComparison[] {
  // A stored run's baseline is the same backend at another time.
  const own = model.variants.filter(({ id }) => !(model.baseline.external && id === model.baseline.variant));
  const quantizations = [...new Set(own.map((variant) => variant.quantization))];
  return quantizations.flatMap((quantization) => {
    const variants = own.flatMap(({ id, quantization: its }) => {
      const tasks = scores.get(id);
      return its === quantization && tasks !== undefined ? [{ id, tasks }] : [];
    });
    if (variants.length < 2) return [];
    const tested = variants.flatMap((left, position) =>
      variants.slice(position + 1).flatMap((right) =>
        pairTasks(left.tasks, right.tasks).flatMap((pair) => {
          const found = comparePair(pair, margins, seed);
          return found === undefined ? [] : [{ ...found, left: left.id, right: right.id }];
        }),
      ),
    );
    const adjusted = holm(tested.map(({ tost }) => tost.p));
    const pairs = tested.map((each, index): BackendPair => {
      const adjustedP = adjusted[index] ?? 1;
      return { ...each, tost: { ...each.tost, adjustedP }, equivalent: adjustedP <= SINGLE_LOOK.alpha };
    });
    const ids = variants.map(({ id }) => id);
    return [
      { quantization, variants: ids, margins, pairs, together: comparedTogether(variants.map(({ tasks }) => tasks)) },
    ];
  });
}

type PairFinding = Omit<BackendPair, "left" | "right" | "equivalent" | "tost"> & {
  readonly tost: Omit<BackendPair["tost"], "adjustedP">;
};

function comparePair(pair: PairedTask, margins: Margins, seed: number): PairFinding | undefined {
  if (pair.task.type === "multiple-choice") {
    const marks = pairMarks(pair.baseline, pair.candidate, pair.alignment).filter(
      (mark) => mark.baseline !== "missing" && mark.candidate !== "missing",
    );
    if (marks.length === 0) return undefined;
    return {
      task: pair.task.name,
      metric: "accuracy",
      items: marks.length,
      estimate: estimateDifference(marks, SINGLE_LOOK),
      tost: accuracyTost(marks, margins.accuracyPp / 100),
    };
  }
  const values = pair.alignment.pairs.map(
    ([left, right]): PairedValue => ({
      item: pair.baseline.items.ids[left] ?? String(left),
      baseline: keyMetricOf(pair.baseline, left),
      candidate: keyMetricOf(pair.candidate, right),
      group: groupOf(pair.baseline, pair.candidate, left, right),
    }),
  );
  const compared = comparePairedMean(values, { seed, level: SINGLE_LOOK });
  if (compared.pairs === 0) return undefined;
  return {
    task: pair.task.name,
    metric: "key_metric_average",
    items: compared.pairs,
    estimate: compared.estimate,
    tost: meanTost(values, margins.generationPercent / 100),
  };
}

function accuracyTost(marks: readonly PairedMark[], margin: number): PairFinding["tost"] {
  const differences = marks.map((mark) => Number(mark.candidate === "right") - Number(mark.baseline === "right"));
  const groups = marks.map((mark) => mark.group);
  if (clusterLabels(groups) === undefined) {
    const gained = differences.filter((value) => value > 0).length;
    const lost = differences.filter((value) => value < 0).length;
    return { method: "Tango score", p: tangoEquivalence({ gained, lost, pairs: marks.length, margin }).p };
  }
  // Shifted by the margin, so that 0 is the bound to exceed for a group's sum as for an item.
  const bounds = { lower: margin - 1, upper: margin + 1 };
  return bettingTost(
    [
      { values: differences.map((value) => value + margin), ...bounds },
      { values: differences.map((value) => margin - value), ...bounds },
    ],
    groups,
  );
}

/** Both sides of a margin relative to the left backend's mean: right − (1 − δ)·left and (1 + δ)·left − right have means above 0. */
function meanTost(values: readonly PairedValue[], delta: number): PairFinding["tost"] {
  const { baseline, candidate, groups } = scoredPairs(values);
  const above = candidate.map((value, index) => value - (1 - delta) * (baseline[index] ?? 0));
  const below = candidate.map((value, index) => (1 + delta) * (baseline[index] ?? 0) - value);
  return bettingTost(
    [
      { values: above, lower: delta - 1, upper: 1 },
      { values: below, lower: -1, upper: 1 + delta },
    ],
    groups,
  );
}

/** Each side holds values whose mean is to be above 0. */
function bettingTost(
  sides: readonly { readonly values: readonly number[]; readonly lower: number; readonly upper: number }[],
  groups: readonly (string | undefined)[],
): PairFinding["tost"] {
  const p = sides.map(
    ({ values, ...bounds }) =>
      boundedMeanTest(groupTotals(values, groups).totals, { ...bounds, mean: 0, alternative: "greater" }).p,
  );
  return { method: clusterLabels(groups) === undefined ? "betting" : "betting over groups", p: Math.max(...p) };
}

function comparedTogether(variants: readonly VariantScores[]): readonly BackendsTogether[] {
  const [first] = variants;
  return [...(first?.keys() ?? [])].flatMap((name) => {
    const columns = variants.flatMap((tasks) => tasks.get(name) ?? []);
    const [task] = columns;
    if (task === undefined || columns.length < variants.length) return [];
    const isChoice = task.task.type === "multiple-choice";
    const groups: number[][] = columns.map(() => []);
    for (let index = 0; index < task.task.items; index += 1) {
      const values = columns.map((scores) => {
        if (!isChoice) return keyMetricOf(scores, index);
        const mark = scores.mark(index);
        return mark === "missing" ? undefined : Number(mark === "right");
      });
      if (values.includes(undefined)) continue;
      for (const [position, value] of values.entries()) groups[position]?.push(value ?? 0);
    }
    const items = groups[0]?.length ?? 0;
    if (items < 2) return [];
    return [
      {
        task: name,
        metric: isChoice ? ("accuracy" as const) : ("key_metric_average" as const),
        items,
        anova: plainTest(oneWayAnova(groups)),
        brownForsythe: plainTest(brownForsythe(groups)),
      },
    ];
  });
}

/** JSON has no infinity. */
function plainTest({ f, ...rest }: FTest): SpreadTest {
  return { f: Number.isFinite(f) ? f : "infinite", ...rest };
}
