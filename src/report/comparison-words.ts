import type { ExpectedLoss } from "../analyze/expected-loss.ts";
import type { Change } from "../analyze/manifest-changes.ts";
import type { EffectSize, MetricChange } from "../analyze/metric-change.ts";
import type { ConcludedMetric, Conclusion, NoiseFloor, VariantChange } from "../analyze/regression.ts";
import type { TaskChange } from "../analyze/task-change.ts";
import { decimal, signed } from "../domain/write-number.ts";
import type { Tone } from "./document.ts";
import { clip } from "./escape.ts";
import { count, interval, percent, percentagePoints, plural, pValue, score } from "./format.ts";
import type { Investigation } from "./investigation.ts";

/** How the comparison of two runs speaks, the same in the terminal and in reports. */

export const CONCLUSION_TITLES: Readonly<Record<Conclusion, string>> = {
  regression: "Regression confirmed",
  "not-compared": "Not everything could be compared",
  "behaviour-changed": "Behaviour changed, no regression confirmed",
  "no-change": "No change confirmed",
  equal: "Equal",
};

export const CONCLUSION_TONES: Readonly<Record<Conclusion, Tone>> = {
  regression: "fail",
  "not-compared": "inconclusive",
  "behaviour-changed": "inconclusive",
  "no-change": "pass",
  equal: "pass",
};

/** Values of changes are cut; a prompt template can be long. */
const VALUE_LIMIT = 300;

/** What a reader should do now, in one sentence. */
export function recommendationText({ recommendation, newer, rerun, comparison }: Investigation): string {
  switch (recommendation.action) {
    case "roll-back":
      return `Roll back to what run ${recommendation.to} had: it is the last run before ${newer.id} that passed.`;
    case "rerun-controlled":
      return `Run the controlled rerun and compare it with ${newer.id}: if the change is gone, ${rerun?.change.field ?? "what was put back"} is its cause.`;
    case "rerun-same":
      // Another tool asked: only that tool can ask again.
      if (comparison.variants.some(({ newer: variant }) => variant.endsWith("@imported")))
        return `Look at the answers that flipped in the tool's own files, and evaluate both again with it: what differs between the two is not recorded here.`;
      return `Nothing that was recorded changed: run the spec of ${newer.id} again with repeat: { items: 50 }, which shows the backend's own noise, and compare again.`;
    case "complete-run":
      return `Complete run ${newer.id}, or run its spec again, and compare again: what is missing may hide a regression.`;
    case "keep":
      return `Keep ${newer.id}: ${keepWords(comparison)}.`;
  }
}

/** No regression is confirmed, which isn't the same as none: tells where a loss of the margin isn't excluded. */
function keepWords({ conclusion, variants, margins }: Investigation["comparison"]): string {
  if (conclusion === "equal") return "its answers are the same";
  const primary = variants.flatMap((variant) => variant.tasks.flatMap((task) => task.primary));
  const open = primary.filter(({ metric, estimate, referenceMean }) => {
    const margin = metric === "accuracy" ? margins.accuracyPp / 100 : (margins.generationPercent / 100) * referenceMean;
    return estimate.kind === "unavailable" || estimate.lower < -margin;
  });
  return open.length === 0
    ? "no primary metric lost as much as the margin"
    : `no regression is confirmed, but a loss of the margin isn't excluded in ${count(open.length)} of ${plural(primary.length, "primary metric")}; more items would tell`;
}

/** Why a variant's conclusion is what it is. */
export function reasonsFor(variant: VariantChange, family: number): readonly string[] {
  const regressed = variant.tasks.flatMap((task) =>
    task.primary.filter((metric) => metric.regressed).map((metric) => regressionSentence(task, metric, family)),
  );
  switch (variant.conclusion) {
    case "regression":
      return regressed;
    case "not-compared":
      return variant.tasks.length === 0 && variant.notCompared.length === 0
        ? ["the runs have no task in common"]
        : variant.notCompared.map(({ task, reason }) => `${task}: ${reason}`);
    case "behaviour-changed":
    case "no-change":
    case "equal":
      return [answersSentence(variant)];
  }
}

function regressionSentence({ task }: TaskChange, metric: ConcludedMetric, family: number): string {
  const beyond = metric.beyondMargin ? ["the interval lies beyond the margin"] : [];
  const tested = metric.adjustedP === undefined ? [] : [`${effectWords(metric.effect)}, ${testWords(metric, family)}`];
  return `${task}: ${metricName(metric)} ${levelWords(metric)}, ${differenceWords(metric)}; ${[...tested, ...beyond].join("; ")}`;
}

/** "72.0 % → 55.3 %". */
export function levelWords({ metric, referenceMean, newerMean }: MetricChange): string {
  const write = metric === "accuracy" ? (value: number) => percent(value) : score;
  return `${write(referenceMean)} → ${write(newerMean)}`;
}

/** The difference with its 90 % interval, method and n. */
export function differenceWords(metric: MetricChange): string {
  const { estimate, items } = metric;
  if (estimate.kind === "unavailable") return `difference not available (${estimate.reason})`;
  const [write, unit] = writerOf(metric);
  const value = metric.metric === "accuracy" ? percentagePoints(estimate.difference) : write(estimate.difference);
  return `${value} ${interval(estimate, write)}${unit} by ${estimate.method}, n = ${itemWords(metric.design, items)}`;
}

/** How differences of a metric are written, and in what unit. */
export function writerOf({ metric }: MetricChange): readonly [write: (value: number) => string, unit: string] {
  return metric === "accuracy"
    ? [(value: number) => signed(value * 100, 1), " pp"]
    : [(value: number) => signed(value, 3), ""];
}

export function itemWords(design: MetricChange["design"], items: MetricChange["items"]): string {
  return design === "paired"
    ? plural(items.newer, "pair")
    : `${count(items.reference)} and ${count(items.newer)} unpaired items`;
}

export function effectWords(effect: EffectSize): string {
  switch (effect.kind) {
    case "estimated":
      return `Cohen's ${effect.of} ${decimal(effect.d, 2)}`;
    case "unbounded":
      return `Cohen's d ${effect.sign < 0 ? "−" : "+"}∞ (every score changed alike)`;
    case "unavailable":
      return `Cohen's d not available (${effect.reason})`;
  }
}

/** The two-sided test as Holm's correction leaves it, with method and n. */
export function testWords({ test, adjustedP, items, design }: ConcludedMetric, family: number): string {
  if (test.kind === "untested" || adjustedP === undefined)
    return `not tested (${test.kind === "untested" ? test.reason : "no test"})`;
  return `${pValue(adjustedP)} (${test.method}, two-sided, n = ${itemWords(design, items)}, Holm over ${plural(family, "test")})`;
}

export function metricName({ metric }: { readonly metric: string }): string {
  return metric === "key_metric_average" ? "key metric average" : metric;
}

/** Changed answers and flips, beside what noise explains. */
export function answersSentence({ answers, noise, exceedsNoise }: VariantChange): string {
  if (answers.compared === 0) return "no answer could be compared item by item";
  const changed = `${count(answers.changedAnswers)} of ${plural(answers.compared, "answer")} changed`;
  const flips = answers.graded === 0 ? "" : `, ${count(answers.flips)} of ${plural(answers.graded, "mark")} flipped`;
  return `${changed}${flips}: ${answers.changedAnswers === 0 && answers.flips === 0 ? "nothing to explain" : `${exceedsNoise ? "more than" : "no more than"} the noise, ${noiseWords(noise)}`}`;
}

function noiseWords(floor: NoiseFloor): string {
  switch (floor.kind) {
    case "measured":
      return `which changed ${count(floor.noise.changedAnswers)} of ${plural(floor.noise.compared, "repeated answer")}`;
    case "deterministic":
      return "which is none: the backend computes the same answer every time";
    case "unmeasured":
      return "which wasn't measured and is taken as none (`repeat` in the spec measures it)";
  }
}

/** "weights digest (demo/Q4_K_M@local): sha256:a… → sha256:b…". */
export function changeSentence({ field, before, after, where }: Change): string {
  const place = where.length === 0 ? "" : ` (${where.join(", ")})`;
  return `${field}${place}: ${clip(before, VALUE_LIMIT)} → ${clip(after, VALUE_LIMIT)}`;
}

const MISSING_PUT_BACK =
  "The spec below is the newer run's own: a spec can't say this, so it has to be put back by hand first.";

/** What the rerun puts back. */
export function rerunSentence({ rerun }: Investigation): string | undefined {
  if (rerun === undefined) return undefined;
  const { change, target, by } = rerun;
  const where = target === undefined ? "" : ` of ${target}`;
  const what = `${change.field}${where} put back: ${clip(change.after, VALUE_LIMIT)} → ${clip(change.before, VALUE_LIMIT)}`;
  return by === "spec"
    ? `The newer run again with ${what}; everything else as it is.`
    : `With ${what}. ${MISSING_PUT_BACK}`;
}

/** Things a reader must know before anything else. */
export function comparisonWarnings(found: Investigation): readonly string[] {
  const { reference, newer, comparison, unmatched, damaged = [] } = found;
  const list = (names: readonly string[]): string => names.join(", ");
  const { onlyReference, onlyNewer } = comparison.tasks;
  const partial = comparison.variants.flatMap((variant) => [
    ...variant.tasks.flatMap((task) => pairingProblems(task).map((problem) => [problem, variant.newer] as const)),
    ...(variant.conclusion === "not-compared"
      ? []
      : variant.notCompared.map(({ task, reason }) => [`${task}: not compared: ${reason}`, variant.newer] as const)),
  ]);
  return [
    ...damaged.map((told) => `${told}.`),
    ...[reference, newer].flatMap(({ id, status }) =>
      status === "completed" ? [] : [`Run ${id} is not complete (${status}): only what was answered is compared.`],
    ),
    ...(unmatched.reference.length === 0 ? [] : [`Only in ${reference.id}: ${list(unmatched.reference)}.`]),
    ...(unmatched.newer.length === 0 ? [] : [`Only in ${newer.id}: ${list(unmatched.newer)}.`]),
    ...(onlyReference.length === 0 ? [] : [`Tasks of ${reference.id} only: ${list(onlyReference)}.`]),
    ...(onlyNewer.length === 0 ? [] : [`Tasks of ${newer.id} only: ${list(onlyNewer)}.`]),
    ...together(partial),
  ];
}

/** The same problem of several variants in one line. */
function together(problems: readonly (readonly [problem: string, variant: string])[]): readonly string[] {
  const variants = new Map<string, string[]>();
  for (const [problem, variant] of problems) variants.set(problem, [...(variants.get(problem) ?? []), variant]);
  return [...variants].map(([problem, names]) => `${problem} (${names.join(", ")}).`);
}

/** What alignment and outages left out of a task's comparison. */
function pairingProblems({ task, unmatched, differentPrompt, missing }: TaskChange): readonly string[] {
  return [
    ...(unmatched === 0 ? [] : [`${task}: ${plural(unmatched, "item")} of one run only, left out of the pairs`]),
    ...(differentPrompt === 0
      ? []
      : [`${task}: ${plural(differentPrompt, "item")} asked in other words, left out of the pairs`]),
    ...(missing.reference + missing.newer === 0
      ? []
      : [
          `${task}: ${plural(missing.reference, "item")} missing in the reference run, ${count(missing.newer)} in the newer one`,
        ]),
  ];
}

/** What a variant's model and quantization showed elsewhere. */
export function expectationSentences({ variant, published, earlier }: ExpectedLoss): readonly string[] {
  const study =
    published === undefined
      ? []
      : [
          `${variant}: the published study saw ${signed(published.result.deltaPp, 1)} pp accuracy against ${published.result.baseline}${
            published.result.generationDeltaPct === null
              ? ""
              : ` and ${signed(published.result.generationDeltaPct, 1)} % of the key metric average`
          }; this run's own loss is ${READINGS[published.reading]}${
            published.own.kind === "unavailable"
              ? ""
              : `: ${percentagePoints(published.own.difference)} ${interval(published.own, (bound) => signed(bound * 100, 1))} pp by ${published.own.method} against its baseline`
          }`,
        ];
  const runs = earlier.map((figure) => {
    const write = figure.metric === "accuracy" ? (value: number) => percent(value) : score;
    const before = figure.runs.map(({ run, value }) => `${write(value)} in ${run}`);
    const shown = before.slice(0, EARLIER_SHOWN).join(", ");
    const more = before.length > EARLIER_SHOWN ? ` and ${count(before.length - EARLIER_SHOWN)} more` : "";
    return `${variant}, ${figure.task}: ${metricName(figure)} ${write(figure.newer)} ${interval(figure, write)} (${figure.method}, n = ${count(figure.items)}) ${figure.usual ? "is what it showed before" : "is below what it showed before"}: ${shown}${more}`;
  });
  return [...study, ...runs];
}

/** Who answers like whom, where the newer run has a quantization on several backends. */
export function backendSentences({ backends }: Investigation): readonly string[] {
  return backends.flatMap(({ pairs }) =>
    pairs.map(({ left, right, task, metric, items, estimate, tost, equivalent }) => {
      const isAccuracy = metric === "accuracy";
      const write = isAccuracy ? (value: number) => signed(value * 100, 1) : (value: number) => signed(value, 3);
      const difference =
        estimate.kind === "unavailable"
          ? `difference not available (${estimate.reason})`
          : `${write(estimate.difference)} ${interval(estimate, write)}${isAccuracy ? " pp" : ""} by ${estimate.method}`;
      return `${right} and ${left}, ${task}: ${equivalent ? "equivalent" : "not shown to be equivalent"}: ${difference}, ${pValue(tost.adjustedP)} (TOST by ${tost.method}, Holm over ${plural(pairs.length, "test")}), n = ${plural(items, "pair")}`;
    }),
  );
}

/** Earlier runs that are named. */
const EARLIER_SHOWN = 3;

const READINGS = {
  "as published": "in keeping with that",
  "more than published": "larger than that",
  "less than published": "smaller than that",
  "not measured": "not measured, for it has no accuracy of its baseline",
} as const;
