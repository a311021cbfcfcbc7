import { decidingLevel } from "../domain/deciding-level.ts";
import type { Protocol } from "../domain/protocol.ts";
import { whySameWeights } from "../domain/same-weights.ts";
import { isMetric, KEY_METRICS, metricsOf } from "../score/metrics-by-kind.ts";
import type { ResolvedModel, ResolvedVariant } from "../spec/resolved.ts";
import type { RunManifest } from "../store/manifest.ts";
import { compareBackends } from "./backends.ts";
import { compareVariants, pairTasks } from "./compare.ts";
import type { RunScores } from "./load-scores.ts";
import { measureNoise } from "./noise.ts";
import { measureSampling } from "./sampling-spread.ts";
import type { Accuracy, Aggregate, MetricSummary, ModelSummary, Summary, VariantSummary } from "./summary.ts";
import { DEFAULT_MARGINS, type Margins } from "./task-change.ts";
import type { TaskScores } from "./task-scores.ts";
import { accuracyFrom, summarizeMetric, summarizeTask } from "./task-summary.ts";

/**
 * The whole summary of a run from its scores. Pure: the same scores give the same bytes. `margins`: within which several backends of one
 * quantization are held against each other.
 */
export function summarize(scores: RunScores, manifest: RunManifest, margins: Margins = DEFAULT_MARGINS): Summary {
  return {
    schema: 1,
    name: manifest.spec.name,
    specHash: manifest.specHash,
    ...(manifest.spec.looks === undefined ? {} : { looks: manifest.spec.looks }),
    models: manifest.spec.models.map((model) => summarizeModel(model, scores, manifest, margins)),
  };
}

function summarizeModel(
  model: ResolvedModel,
  scores: RunScores,
  manifest: RunManifest,
  margins: Margins,
): ModelSummary {
  const main = scores.tasks.get(model.baseline.variant);
  const repeated = scores.repeats.get(model.baseline.variant);
  const { sampling } = manifest.spec;
  const rounds = new Map(model.variants.flatMap(({ id }) => [[id, scores.samples.get(id) ?? []] as const]));
  const backends = compareBackends(model, scores.tasks, { margins, seed: manifest.spec.seed });
  return {
    model: model.name,
    baseline: model.baseline,
    variants: model.variants.map((variant) => summarizeVariant(variant, model, scores, manifest)),
    ...(main === undefined || repeated === undefined ? {} : { noise: measureNoise(main, repeated) }),
    ...(sampling === undefined ? {} : { sampling: measureSampling(rounds, sampling) }),
    ...(backends.length === 0 ? {} : { backends }),
  };
}

function summarizeVariant(
  variant: ResolvedVariant,
  model: ResolvedModel,
  scores: RunScores,
  manifest: RunManifest,
): VariantSummary {
  const tasks = scores.tasks.get(variant.id) ?? new Map<string, TaskScores>();
  const identity = scores.identities.get(variant.id);
  const metrics = pooledMetrics([...tasks.values()], manifest);
  const isBaseline = variant.id === model.baseline.variant;
  const baselineTasks = scores.tasks.get(model.baseline.variant);
  const baselineIdentity = scores.identities.get(model.baseline.variant) ?? {};
  return {
    variant: variant.id,
    model: variant.model,
    quantization: variant.quantization,
    backend: variant.backendName,
    role: isBaseline ? "baseline" : "candidate",
    ...(identity?.weightsDigest === undefined ? {} : { weightsDigest: identity.weightsDigest }),
    ...(identity?.tensorsDigest === undefined ? {} : { tensorsDigest: identity.tensorsDigest }),
    ...(identity?.hyperparametersDigest === undefined ? {} : { hyperparametersDigest: identity.hyperparametersDigest }),
    ...(identity === undefined ? {} : { build: identity.build }),
    metadata: identity?.metadata ?? {},
    tasks: [...tasks].map(([name, task]) =>
      summarizeTask(task, {
        facts: manifest.tasks.find((facts) => facts.task === name),
        signatures: manifest.signatures[name] ?? {},
      }),
    ),
    accuracy: pooledAccuracy([...tasks.values()]),
    metrics,
    composite: aggregate(metrics, Object.keys(metrics).filter(isMetric)),
    keyMetricAverage: aggregate(
      metrics,
      KEY_METRICS.filter((metric) => metric in metrics),
    ),
    ...(isBaseline || baselineTasks === undefined
      ? {}
      : {
          comparison: compareVariants(model.baseline.variant, pairTasks(baselineTasks, tasks), {
            sameWeights: whySameWeights(baselineIdentity, identity ?? {}) !== undefined,
            seed: manifest.spec.seed,
            level: decidingLevel(manifest.spec.looks ?? 1),
          }),
        }),
  };
}

/** Unweighted mean of pooled metrics; unscored as soon as one of them is, never a mean of what is left. */
function aggregate(metrics: Readonly<Record<string, MetricSummary>>, names: readonly string[]): Aggregate {
  if (names.length === 0) return { kind: "unscored", reason: "the run has no generation task with these metrics" };
  let sum = 0;
  for (const name of names) {
    const metric = metrics[name];
    if (metric === undefined || metric.kind === "unscored") {
      return { kind: "unscored", reason: `${name} is unscored: ${metric?.reason ?? "not computed"}` };
    }
    sum += metric.mean;
  }
  return { kind: "scored", value: sum / names.length, metrics: names };
}

function pooledMetrics(tasks: readonly TaskScores[], manifest: RunManifest): Readonly<Record<string, MetricSummary>> {
  const byMetric = new Map<string, TaskScores[]>();
  for (const scores of tasks) {
    if (scores.task.type !== "generation") continue;
    const facts = manifest.tasks.find((each) => each.task === scores.task.name);
    for (const metric of metricsOf(scores.task.kind, {
      references: (facts?.itemsWithReferences ?? scores.task.items) > 0,
      own: scores.task.ownMetrics,
    })) {
      const list = byMetric.get(metric);
      if (list === undefined) byMetric.set(metric, [scores]);
      else list.push(scores);
    }
  }
  return Object.fromEntries(
    [...byMetric]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([metric, list]) => [metric, summarizeMetric(list, metric, signatureOf(list, metric, manifest))]),
  );
}

function signatureOf(tasks: readonly TaskScores[], metric: string, manifest: RunManifest): string | undefined {
  const signatures = new Set(tasks.map((scores) => manifest.signatures[scores.task.name]?.[metric]));
  return signatures.size === 1 ? [...signatures][0] : undefined;
}

function pooledAccuracy(tasks: readonly TaskScores[]): Readonly<Partial<Record<Protocol, Accuracy>>> {
  const byProtocol = new Map<Protocol, { correct: number; trials: number }>();
  for (const scores of tasks) {
    if (scores.task.type !== "multiple-choice") continue;
    const pool = byProtocol.get(scores.task.protocol) ?? { correct: 0, trials: 0 };
    const correct = scores.count("right");
    pool.correct += correct;
    pool.trials +=
      correct +
      scores.count("incorrect") +
      scores.count("unparsed") +
      scores.count("empty") +
      scores.count("truncated");
    byProtocol.set(scores.task.protocol, pool);
  }
  return Object.fromEntries(
    [...byProtocol].map(([protocol, { correct, trials }]) => [protocol, accuracyFrom(correct, trials)]),
  );
}
