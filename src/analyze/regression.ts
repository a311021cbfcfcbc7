import { deterministic } from "../domain/backend-kind.ts";
import { SINGLE_LOOK } from "../domain/deciding-level.ts";
import { holm } from "../stats/holm.ts";
import { newcombeInterval } from "../stats/newcombe.ts";
import type { RunManifest } from "../store/manifest.ts";
import type { VariantScores } from "./compare.ts";
import type { RunScores } from "./load-scores.ts";
import { type Change, changesBetween, mayMatter, type VariantPair } from "./manifest-changes.ts";
import type { MetricChange } from "./metric-change.ts";
import { measureNoise, type Noise } from "./noise.ts";
import { changeOfTask, type Margins, type TaskChange, whyIncomparable } from "./task-change.ts";
import type { TaskScores } from "./task-scores.ts";

/** A run as the comparison sees it. */
export interface ComparedRun {
  readonly manifest: RunManifest;
  readonly scores: RunScores;
}

export interface RegressionOptions {
  readonly margins: Margins;
  /** Leave the pairing of items aside. */
  readonly unpaired: boolean;
}

/** From the best to the worst, as the worst of a run's variants stands for the run. */
export const CONCLUSIONS = ["equal", "no-change", "behaviour-changed", "not-compared", "regression"] as const;
export type Conclusion = (typeof CONCLUSIONS)[number];

/** What a newer run changed against a reference run, and what it means. */
export interface RunComparison {
  readonly conclusion: Conclusion;
  readonly margins: Margins;
  /** Tests of primary metrics, over tasks and variants: the family that Holm's correction is for. */
  readonly family: number;
  readonly variants: readonly VariantChange[];
  /** What differs between the two runs, the likeliest cause first. */
  readonly changes: readonly Change[];
  /** Tasks of one run only. */
  readonly tasks: { readonly onlyReference: readonly string[]; readonly onlyNewer: readonly string[] };
}

/** One variant of the newer run against its counterpart. */
export interface VariantChange {
  readonly model: string;
  readonly reference: string;
  readonly newer: string;
  readonly conclusion: Conclusion;
  readonly tasks: readonly ConcludedTask[];
  /** Tasks of both runs that can't be compared, and why. */
  readonly notCompared: readonly { readonly task: string; readonly reason: string }[];
  /** Answers and marks that differ, on the items both were asked in the same words. */
  readonly answers: Noise;
  readonly noise: NoiseFloor;
  /** More answers or marks changed than the noise explains. */
  readonly exceedsNoise: boolean;
}

export interface ConcludedTask extends Omit<TaskChange, "primary"> {
  readonly primary: readonly ConcludedMetric[];
}

export interface ConcludedMetric extends MetricChange {
  /** Holm-adjusted over the family; absent where there was no test. */
  readonly adjustedP?: number;
  /** Lost with d below −0.2 and adjusted p below 0.05, or the whole interval lies beyond the margin. */
  readonly regressed: boolean;
}

/** How much answers change when nothing does. */
export type NoiseFloor =
  /** From repeated answers of the model's baselines in either run. */
  | { readonly kind: "measured"; readonly noise: Noise }
  /** Both backends answer the same every time; any change counts. */
  | { readonly kind: "deterministic" }
  /** Neither run asked again; any change counts, though it may be noise. */
  | { readonly kind: "unmeasured" };

const MAX_P = 0.05;
const MIN_EFFECT = 0.2;

/**
 * Compares two runs variant by variant. A regression is confirmed when a primary metric (accuracy of a multiple-choice task, key metric
 * average of a generation task) lost with Cohen's d below −0.2 and a two-sided p below 0.05 after Holm's correction over all primary metrics,
 * tasks and variants, or when its 90 % interval lies beyond the margin; behaviour changed when only answers or marks exceed the noise.
 */
export function compareRuns(
  reference: ComparedRun,
  newer: ComparedRun,
  pairs: readonly VariantPair[],
  options: RegressionOptions,
): RunComparison {
  const changes = changesBetween(reference.manifest, newer.manifest, pairs);
  const seed = newer.manifest.spec.seed;
  const found = pairs.map((pair) => compareVariant(pair, reference, newer, { ...options, seed }));
  const tests = found.flatMap(({ tasks }) => tasks.flatMap((task) => task.primary.flatMap(({ test }) => pOf(test))));
  const adjusted = holm(tests).values();
  const variants = found.map(({ pair, tasks, ...rest }): VariantChange => {
    const concluded = tasks.map((task) => ({
      ...task,
      primary: task.primary.map((metric): ConcludedMetric => {
        const p = metric.test.kind === "tested" ? adjusted.next().value : undefined;
        return { ...metric, ...(p === undefined ? {} : { adjustedP: p }), regressed: hasRegressed(metric, p) };
      }),
    }));
    const concerned = changes.some(
      (change) => mayMatter(change) && (change.where.length === 0 || concerns(change, pair, concluded)),
    );
    return {
      model: pair.newer.model,
      reference: pair.reference.id,
      newer: pair.newer.id,
      conclusion: conclude({ ...rest, tasks: concluded, concerned }),
      tasks: concluded,
      ...rest,
    };
  });
  return {
    conclusion: worst(variants.map((variant) => variant.conclusion)),
    margins: options.margins,
    family: tests.length,
    variants,
    changes,
    tasks: {
      onlyReference: missingFrom(newer.manifest, reference.manifest),
      onlyNewer: missingFrom(reference.manifest, newer.manifest),
    },
  };
}

function compareVariant(
  pair: VariantPair,
  reference: ComparedRun,
  newer: ComparedRun,
  options: RegressionOptions & { readonly seed: number },
) {
  const [before, after] = [scoresOf(reference, pair.reference.id), scoresOf(newer, pair.newer.id)];
  const tasks: TaskChange[] = [];
  const notCompared: { task: string; reason: string }[] = [];
  const comparable = new Map<string, TaskScores>();
  for (const [name, ours] of before) {
    const theirs = after.get(name);
    if (theirs === undefined) continue;
    const reason = whyIncomparable(ours, theirs);
    if (reason === undefined) {
      comparable.set(name, ours);
      const signatures = [reference, newer].map(({ manifest }) => manifest.signatures[name] ?? {});
      const change = changeOfTask(ours, theirs, { ...options, signatures: [signatures[0] ?? {}, signatures[1] ?? {}] });
      tasks.push(change);
      notCompared.push(...change.notCompared.map((each) => ({ task: name, reason: each })));
    } else notCompared.push({ task: name, reason });
  }
  const answers = measureNoise(comparable, after);
  const noise = noiseFloor(pair, reference, newer);
  return { pair, tasks, notCompared, answers, noise, exceedsNoise: exceeds(answers, noise) };
}

function conclude(variant: {
  readonly tasks: readonly ConcludedTask[];
  readonly answers: Noise;
  readonly exceedsNoise: boolean;
  readonly concerned: boolean;
}): Conclusion {
  const { tasks, answers, exceedsNoise, concerned } = variant;
  if (tasks.some((task) => task.primary.some((metric) => metric.regressed))) return "regression";
  if (tasks.length === 0 || tasks.some((task) => task.primary.length === 0)) return "not-compared";
  if (exceedsNoise) return "behaviour-changed";
  const all = tasks.every(
    ({ unmatched, differentPrompt, missing }) =>
      unmatched === 0 && differentPrompt === 0 && missing.reference === 0 && missing.newer === 0,
  );
  return all && !concerned && answers.compared > 0 && answers.changedAnswers === 0 ? "equal" : "no-change";
}

function hasRegressed({ effect, estimate, beyondMargin }: MetricChange, p: number | undefined): boolean {
  if (beyondMargin) return true;
  const lost = estimate.kind === "estimated" && estimate.difference < 0;
  const large = effect.kind === "unbounded" ? effect.sign < 0 : effect.kind === "estimated" && effect.d < -MIN_EFFECT;
  return lost && large && p !== undefined && p < MAX_P;
}

/** By the rates themselves where the backend never changed an answer, else by Newcombe's 90 % interval of their difference. */
function exceeds(answers: Noise, floor: NoiseFloor): boolean {
  const noise = floor.kind === "measured" ? floor.noise : undefined;
  return (
    above(answers.changedAnswers, answers.compared, noise?.changedAnswers ?? 0, noise?.compared ?? 0) ||
    above(answers.flips, answers.graded, noise?.flips ?? 0, noise?.graded ?? 0)
  );
}

function above(seen: number, of: number, noise: number, noiseOf: number): boolean {
  if (of === 0 || seen === 0) return false;
  if (noise === 0 || noiseOf === 0) return true;
  const { lower } = newcombeInterval({
    successes1: seen,
    trials1: of,
    successes2: noise,
    trials2: noiseOf,
    confidence: SINGLE_LOOK.confidence,
  });
  return lower > 0;
}

function noiseFloor(pair: VariantPair, reference: ComparedRun, newer: ComparedRun): NoiseFloor {
  const measured = [reference, newer].flatMap(({ manifest, scores }) => {
    const baseline = manifest.spec.models.find((model) => model.name === pair.newer.model)?.baseline.variant ?? "";
    const [main, again] = [scores.tasks.get(baseline), scores.repeats.get(baseline)];
    return main === undefined || again === undefined ? [] : [measureNoise(main, again)];
  });
  const noise = measured.reduce<Noise>(addNoise, {
    compared: 0,
    changedAnswers: 0,
    graded: 0,
    flips: 0,
    deterministic: true,
  });
  if (noise.compared > 0) return { kind: "measured", noise };
  const both = [pair.reference, pair.newer].every(({ backend }) => deterministic(backend));
  return both ? { kind: "deterministic" } : { kind: "unmeasured" };
}

function addNoise(a: Noise, b: Noise): Noise {
  return {
    compared: a.compared + b.compared,
    changedAnswers: a.changedAnswers + b.changedAnswers,
    graded: a.graded + b.graded,
    flips: a.flips + b.flips,
    deterministic: a.changedAnswers + b.changedAnswers === 0,
  };
}

function concerns({ where }: Change, pair: VariantPair, tasks: readonly ConcludedTask[]): boolean {
  return where.includes(pair.newer.id) || tasks.some(({ task }) => where.includes(task));
}

function worst(conclusions: readonly Conclusion[]): Conclusion {
  return CONCLUSIONS[Math.max(-1, ...conclusions.map((each) => CONCLUSIONS.indexOf(each)))] ?? "not-compared";
}

function pOf(test: MetricChange["test"]): readonly number[] {
  return test.kind === "tested" ? [test.p] : [];
}

function scoresOf({ scores }: ComparedRun, variant: string): VariantScores {
  return scores.tasks.get(variant) ?? new Map();
}

function missingFrom(one: RunManifest, other: RunManifest): readonly string[] {
  const names = new Set(one.spec.tasks.map((task) => task.name));
  return other.spec.tasks.flatMap(({ name }) => (names.has(name) ? [] : [name]));
}
