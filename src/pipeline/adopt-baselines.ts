import type { AnalyzedRun } from "../analyze/analyzed-run.ts";
import { loadScores, type RunScores } from "../analyze/load-scores.ts";
import { type ChangeKind, changesBetween } from "../analyze/manifest-changes.ts";
import { whyIncomparable } from "../analyze/task-change.ts";
import { UsageError } from "../domain/errors.ts";
import type { ResolvedModel } from "../spec/resolved.ts";
import type { RunManifest } from "../store/manifest.ts";
import type { Run } from "../store/run-store.ts";
import type { StoredBaseline } from "./find-baseline.ts";

/** Where the answers of a variant are kept. */
export interface AnswerOrigin {
  readonly run: Run;
  readonly variant: string;
}

type ScoredRun = Pick<AnalyzedRun, "manifest" | "scores">;

interface AdoptedRun extends ScoredRun {
  /** Of the variants that came from other runs. */
  readonly origins: ReadonlyMap<string, AnswerOrigin>;
}

/** What is meant to differ between a quantization and its baseline, or says nothing about answers. */
const EXPECTED: readonly ChangeKind[] = ["weights", "quantization", "program", "host"];

/**
 * A run with the baselines of stored runs as variants of its own, so that everything after it compares as it always does. Throws `UsageError`
 * when a task was scored by another signature or asked by another protocol there: such numbers don't compare.
 */
export async function adoptBaselines(
  { manifest, scores }: ScoredRun,
  baselines: readonly StoredBaseline[],
  signal: AbortSignal,
): Promise<AdoptedRun> {
  let adopted: AdoptedRun = { manifest, scores, origins: new Map() };
  for (const baseline of baselines) {
    const stored = await loadScores(baseline.run, baseline.manifest.spec, signal);
    assertSameSignatures(adopted, baseline, stored);
    adopted = adopt(adopted, baseline, stored);
  }
  return adopted;
}

function adopt({ manifest, scores, origins }: AdoptedRun, baseline: StoredBaseline, stored: RunScores): AdoptedRun {
  const { variant: theirs, run } = baseline;
  // The run may have a variant of the same id.
  const id = `${theirs.id} (run ${run.id})`;
  const variant = { ...theirs, id };
  const copy = <T>(into: ReadonlyMap<string, T>, from: ReadonlyMap<string, T>): ReadonlyMap<string, T> => {
    const value = from.get(theirs.id);
    return value === undefined ? into : new Map([...into, [id, value]]);
  };
  const models = manifest.spec.models.map(
    (model): ResolvedModel =>
      model.name === baseline.model
        ? {
            name: model.name,
            variants: [variant, ...model.variants],
            baseline: { variant: id, reason: reasonFor(baseline, model, manifest), external: true },
          }
        : model,
  );
  const identity = baseline.manifest.identities[theirs.id];
  const spec = { ...manifest.spec, models };
  return {
    manifest: {
      ...manifest,
      spec,
      identities: { ...manifest.identities, ...(identity === undefined ? {} : { [id]: identity }) },
    },
    scores: {
      spec,
      tasks: copy(scores.tasks, stored.tasks),
      repeats: copy(scores.repeats, stored.repeats),
      samples: copy(scores.samples, stored.samples),
      identities: copy(scores.identities, stored.identities),
      speeds: copy(scores.speeds, stored.speeds),
      incidents: copy(scores.incidents, stored.incidents),
      damaged: [...scores.damaged, ...stored.damaged.map((told) => `run ${run.id}, ${told}`)],
    },
    origins: new Map([...origins, [id, { run, variant: theirs.id }]]),
  };
}

function reasonFor({ name, run, manifest, variant }: StoredBaseline, model: ResolvedModel, own: RunManifest): string {
  const where = name === run.id ? `run ${run.id}` : `run ${run.id}, baseline "${name}"`;
  const pairs = model.variants.map((newer) => ({ reference: variant, newer }));
  const others = changesBetween(manifest, own, pairs).filter(({ kind }) => !EXPECTED.includes(kind));
  const told = [...new Set(others.map(({ field }) => field))];
  return `${variant.quantization} of ${where}${told.length === 0 ? "" : `, which differs from this run in ${told.join(", ")}`}`;
}

function assertSameSignatures(run: ScoredRun, { run: { id }, variant, manifest }: StoredBaseline, stored: RunScores) {
  const complain = (problem: string): never => {
    throw new UsageError(`the baseline in run ${id} can't be compared with this run: ${problem}`, {
      hint: "run the baseline again with the tasks and scorers of this spec",
    });
  };
  const ours = run.scores.tasks.values().next().value;
  for (const [name, theirs] of stored.tasks.get(variant.id) ?? []) {
    const task = ours?.get(name);
    if (task === undefined) continue;
    const why = whyIncomparable(theirs, task);
    if (why !== undefined) complain(`task ${name}: ${why}`);
    const [signed, signs] = [manifest.signatures[name] ?? {}, run.manifest.signatures[name] ?? {}];
    for (const metric of Object.keys({ ...signed, ...signs })) {
      if (signed[metric] !== signs[metric])
        complain(
          `task ${name}: ${metric} was computed as ${signed[metric] ?? "nothing"} and is as ${signs[metric] ?? "nothing"}`,
        );
    }
  }
}
