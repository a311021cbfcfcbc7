import { compareBackends } from "../analyze/backends.ts";
import { pairTasks } from "../analyze/compare.ts";
import { type EarlierRun, expectedLoss } from "../analyze/expected-loss.ts";
import { findFlips } from "../analyze/flips.ts";
import { loadScores } from "../analyze/load-scores.ts";
import type { VariantPair } from "../analyze/manifest-changes.ts";
import { type ComparedRun, compareRuns, type RunComparison, type VariantChange } from "../analyze/regression.ts";
import type { Summary } from "../analyze/summary.ts";
import { messageOf, QuantGateError } from "../domain/errors.ts";
import { marginsOf } from "../gate/margins.ts";
import type { Policy } from "../gate/policies.ts";
import type { Verdicts } from "../gate/verdict.ts";
import type { InvestigatedRun, Investigation } from "../report/investigation.ts";
import type { RunManifest } from "../store/manifest.ts";
import { readManifest } from "../store/read-manifest.ts";
import type { Run, RunStore } from "../store/run-store.ts";
import { advise } from "./advise.ts";
import { collectExamples } from "./collect-examples.ts";
import { planRerun } from "./controlled-rerun.ts";
import { lastPassing } from "./find-baseline.ts";

export interface InvestigationOptions {
  readonly policy: Policy;
  readonly pairs: readonly VariantPair[];
  readonly unmatched: Investigation["unmatched"];
  readonly unpaired: boolean;
  readonly signal: AbortSignal;
}

/** Flipped items shown with both answers, per task and variant. */
const EXAMPLES_PER_TASK = 5;
/** Earlier runs that are looked at to tell what a quantization usually shows. */
const EARLIER_RUNS = 20;

/** Compares a newer run with a reference run and says what changed, what it means, and what to do. Writes nothing. */
export async function investigate(
  referenceRun: Run,
  newerRun: Run,
  store: RunStore,
  { policy, pairs, unmatched, unpaired, signal }: InvestigationOptions,
): Promise<Investigation> {
  const [reference, newer] = [await loadRun(referenceRun, signal), await loadRun(newerRun, signal)];
  const margins = marginsOf(policy);
  const comparison = compareRuns(reference, newer, pairs, { margins, unpaired });
  const changed = comparison.variants.filter(({ conclusion }) => conclusion !== "equal" && conclusion !== "no-change");
  const flipSources = changed.map((variant) => ({
    model: variant.model,
    baseline: { run: referenceRun, variant: variant.reference },
    candidate: { run: newerRun, variant: variant.newer },
    pairs: comparableTasks(variant, reference, newer),
  }));
  const damaged = [reference, newer].flatMap(({ manifest, scores }) =>
    scores.damaged.map((told) => `run ${manifest.id}, ${told}`),
  );
  const { examples, examplesMissing } = await examplesOf(flipSources, signal);
  const model = worstModel(comparison);
  const rerun =
    comparison.conclusion === "equal" || comparison.conclusion === "no-change"
      ? undefined
      : planRerun({
          reference: reference.manifest.spec,
          newer: newer.manifest.spec,
          pairs,
          changes: comparison.changes,
          suspects: changed.flatMap((variant) => [variant.newer, ...regressedTasks(variant)]),
        });
  const passed = model === undefined ? undefined : await lastPassing(model, store, { before: newerRun.id });
  const earlier = changed.length === 0 ? [] : await earlierRuns(changed, store, referenceRun.id, newerRun.id);
  return {
    schema: 1,
    reference: await investigatedRun(referenceRun, reference.manifest),
    newer: await investigatedRun(newerRun, newer.manifest),
    policy: policy.name,
    comparison,
    unmatched,
    expected: changed.map((variant) => expectedLoss(variant.newer, newer, earlier)),
    backends: newer.manifest.spec.models.flatMap((each) =>
      compareBackends(each, newer.scores.tasks, { margins, seed: newer.manifest.spec.seed }),
    ),
    flips: flipSources.flatMap(({ candidate, pairs: tasks }) =>
      findFlips(tasks).map(({ task, item, kind, loss }) => ({ variant: candidate.variant, task, item, kind, loss })),
    ),
    examples,
    ...(examplesMissing === undefined ? {} : { examplesMissing }),
    ...(damaged.length === 0 ? {} : { damaged }),
    ...(rerun === undefined ? {} : { rerun }),
    recommendation: advise(comparison.conclusion, { lastPassing: passed, canControl: rerun !== undefined }),
  };
}

async function loadRun(run: Run, signal: AbortSignal): Promise<ComparedRun> {
  const manifest = await readManifest(run);
  return { manifest, scores: await loadScores(run, manifest.spec, signal) };
}

async function investigatedRun(run: Run, { status, startedAt, specHash, spec }: RunManifest): Promise<InvestigatedRun> {
  const verdicts = await run.read("verdicts.json");
  return {
    id: run.id,
    name: spec.name,
    status,
    startedAt,
    specHash,
    ...(verdicts === undefined ? {} : { overall: (JSON.parse(verdicts) as Verdicts).overall }),
  };
}

function comparableTasks(variant: VariantChange, reference: ComparedRun, newer: ComparedRun) {
  const [before, after] = [reference.scores.tasks.get(variant.reference), newer.scores.tasks.get(variant.newer)];
  const compared = new Set(variant.tasks.map(({ task }) => task));
  return before === undefined || after === undefined
    ? []
    : pairTasks(before, after).filter(({ task }) => compared.has(task.name));
}

/** Answers are shown where the dataset is still there; that it isn't doesn't make the comparison worth less. */
async function examplesOf(sources: Parameters<typeof collectExamples>[0], signal: AbortSignal) {
  try {
    return { examples: await collectExamples(sources, { perTask: EXAMPLES_PER_TASK, signal }) };
  } catch (error) {
    if (!(error instanceof QuantGateError) || signal.aborted) throw error;
    return { examples: [], examplesMissing: messageOf(error) };
  }
}

function worstModel({ conclusion, variants }: RunComparison): string | undefined {
  return variants.find((variant) => variant.conclusion === conclusion)?.model;
}

function regressedTasks({ tasks }: VariantChange): readonly string[] {
  return tasks.flatMap(({ task, primary }) => (primary.some((metric) => metric.regressed) ? [task] : []));
}

/** Finished runs of the models that changed, older than the newer run and without the reference, with what they came to. */
async function earlierRuns(
  changed: readonly VariantChange[],
  store: RunStore,
  reference: string,
  newer: string,
): Promise<readonly EarlierRun[]> {
  const found = new Map<string, EarlierRun>();
  for (const model of new Set(changed.map((variant) => variant.model))) {
    const { runs } = await store.find({ model, statuses: ["completed"] }, { limit: EARLIER_RUNS, after: newer });
    for (const { id } of runs) {
      if (id === reference || found.has(id)) continue;
      const run = await store.open(id);
      const summary = await run.read("summary.json");
      if (summary === undefined) continue;
      found.set(id, { id, manifest: await readManifest(run), summary: JSON.parse(summary) as Summary });
    }
  }
  return [...found.values()];
}
