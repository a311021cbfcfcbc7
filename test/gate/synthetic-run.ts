import { createHash } from "node:crypto";
import { summarize } from "../../src/analyze/summarize.ts";
import { TaskItems, TaskScores } from "../../src/analyze/task-scores.ts";
import type { GenerationKind } from "../../src/domain/item.ts";
import type { Figure, Protocol } from "../../src/domain/protocol.ts";
import type { Quantization } from "../../src/domain/quantization.ts";
import type { VariantIdentity } from "../../src/domain/record.ts";
import { scored, unscored } from "../../src/domain/score.ts";
import type { ItemResult, ScoreRow } from "../../src/domain/score-row.ts";
import type { RunEvidence } from "../../src/gate/evaluate.ts";
import { metricsOf } from "../../src/score/metrics-by-kind.ts";
import type { ResolvedSpec, ResolvedTask, ResolvedVariant } from "../../src/spec/resolved.ts";
import type { RunManifest, TaskFacts } from "../../src/store/manifest.ts";

/** How a made-up answer to a multiple-choice item ended. */
export type ChoiceAnswer =
  | "right"
  | "incorrect"
  | "unparsed"
  | "empty"
  | "truncated"
  | "errored"
  | "letter-not-in-top-k"
  | "absent";

/** A made-up generated answer: its score by every metric of the task (or by some, the others being 0.8), or how it ended. */
export type TextAnswer =
  | number
  | Readonly<Record<string, number | "unscored">>
  | { readonly flaw: "empty" | "truncated"; readonly value: number }
  | "errored"
  | "absent";

interface SyntheticTaskBase {
  readonly name: string;
  readonly items: number;
  readonly subject?: (index: number) => string;
  readonly group?: (index: number) => string;
}

export type SyntheticTask = SyntheticTaskBase &
  (
    | {
        readonly type: "multiple-choice";
        readonly benchmark?: string;
        readonly protocol?: Protocol;
        readonly choices?: number;
      }
    | { readonly type: "generation"; readonly kind: GenerationKind }
  );

export interface SyntheticVariant {
  readonly quantization: Quantization;
  /** Default: one of its own. `"unknown"`: the backend doesn't tell. */
  readonly digest?: string;
  /** Default: one of its own. */
  readonly source?: string;
  readonly choice?: (task: string, index: number) => ChoiceAnswer;
  readonly text?: (task: string, index: number) => TextAnswer;
  /** Items whose prompt differs from everyone else's. */
  readonly reworded?: (task: string, index: number) => boolean;
  readonly bitsPerWeight?: number;
  readonly chatTemplate?: string;
}

export const MODEL = "toy";

/** Id of a variant in a synthetic run. */
export function idOf(quantization: Quantization): string {
  return `${MODEL}/${quantization}@local`;
}

/** A run with answers of known truth: the first variant is the baseline. Everything after the scores is the real code. */
export function syntheticRun(
  taskPlans: readonly SyntheticTask[],
  variants: readonly SyntheticVariant[],
  {
    degraded = [],
    looks,
    earlierLooks,
  }: { readonly degraded?: RunEvidence["degraded"] | "unknown" } & Pick<ResolvedSpec, "looks"> &
    Pick<RunManifest, "earlierLooks"> = {},
): RunEvidence {
  const tasks = taskPlans.map(resolveTask);
  const resolved = variants.map(resolveVariant);
  const identities = Object.fromEntries(variants.map((variant) => [idOf(variant.quantization), identityOf(variant)]));
  const [baseline] = resolved;
  if (baseline === undefined) throw new Error("a run needs a variant");
  const spec = {
    name: "synthetic",
    seed: 1,
    policy: "default",
    scorers: {
      bertscore: { model: "demo-encoder", idf: false, rescale: false },
      coherence: { model: "demo-encoder", perSentence: true },
      neural: "skip" as const,
      provider: "cpu" as const,
    },
    models: [{ name: MODEL, variants: resolved, baseline: { variant: baseline.id, reason: "named in the spec" } }],
    tasks,
    ...(looks === undefined ? {} : { looks }),
  };
  const manifest: RunManifest = {
    schema: 1,
    id: "synthetic-1",
    spec,
    specHash: "0".repeat(64),
    versions: { quantgate: "0.0.0", node: "20" },
    host: { platform: "none", cpu: "none", cores: 1, memoryBytes: 1 },
    tasks: taskPlans.map(factsOf),
    status: "completed",
    startedAt: "2026-01-01T00:00:00.000Z",
    identities,
    signatures: {},
    ...(earlierLooks === undefined ? {} : { earlierLooks }),
  };
  const items = new Map(tasks.map((task) => [task.name, new TaskItems()]));
  const columns = new Map(
    variants.map((variant) => [
      idOf(variant.quantization),
      new Map(
        tasks.map((task, position) => {
          const scores = new TaskScores(task, items.get(task.name) ?? new TaskItems());
          const plan = taskPlans[position];
          for (let index = 0; index < task.items; index += 1) {
            const row = plan === undefined ? undefined : rowOf(plan, variant, index);
            if (row !== undefined) scores.add(row);
          }
          return [task.name, scores] as const;
        }),
      ),
    ]),
  );
  const scores = {
    spec,
    tasks: columns,
    repeats: new Map(),
    samples: new Map(),
    identities: new Map(Object.entries(identities)),
    speeds: new Map(),
    incidents: new Map(),
    damaged: [],
  };
  return { summary: summarize(scores, manifest), scores, manifest, ...(degraded === "unknown" ? {} : { degraded }) };
}

function rowOf(plan: SyntheticTask, variant: SyntheticVariant, index: number): ScoreRow | undefined {
  const result = plan.type === "multiple-choice" ? gradedOf(plan, variant, index) : generatedOf(plan, variant, index);
  if (result === undefined) return undefined;
  const content = JSON.stringify(result);
  return {
    type: "score",
    variant: idOf(variant.quantization),
    task: plan.name,
    index,
    item: `${plan.name}-${index}`,
    promptHash: variant.reworded?.(plan.name, index) === true ? "ffff" : "1234",
    ...(plan.subject === undefined ? {} : { subject: plan.subject(index) }),
    ...(plan.group === undefined ? {} : { group: plan.group(index) }),
    result,
    ...(result.kind === "missing" ? {} : { answerHash: hash(content) }),
  };
}

function gradedOf(
  plan: SyntheticTask & { readonly type: "multiple-choice" },
  { choice = () => "right" }: SyntheticVariant,
  index: number,
): ItemResult | undefined {
  const answer = choice(plan.name, index);
  const choices = plan.choices ?? 4;
  const figure: Figure = plan.protocol === "generated-letter" ? "extracted" : "acc";
  if (answer === "absent") return undefined;
  if (answer === "errored") return { kind: "missing", cause: "errored", error: "timeout" };
  if (answer === "letter-not-in-top-k") return { kind: "graded", grade: { kind: "missing", cause: answer }, choices };
  const figures = { [figure]: answer === "right" };
  if (answer === "right") return { kind: "graded", grade: { kind: "right", chosen: "A", figures }, choices };
  return {
    kind: "graded",
    grade: { kind: "wrong", cause: answer, ...(answer === "incorrect" ? { chosen: "B" } : {}), figures },
    choices,
  };
}

function generatedOf(
  plan: SyntheticTask & { readonly type: "generation" },
  { text = () => 0.8 }: SyntheticVariant,
  index: number,
): ItemResult | undefined {
  const answer = text(plan.name, index);
  if (answer === "absent") return undefined;
  if (answer === "errored") return { kind: "missing", cause: "errored", error: "timeout" };
  const flawed =
    typeof answer === "object" && "flaw" in answer
      ? (answer as { flaw: "empty" | "truncated"; value: number })
      : undefined;
  const scoreOf = (metric: string) => {
    if (flawed !== undefined) return scored(flawed.value);
    if (typeof answer === "number") return scored(answer);
    const value = (answer as Readonly<Record<string, number | "unscored">>)[metric] ?? 0.8;
    return value === "unscored" ? unscored("made up") : scored(value);
  };
  const scores = metricsOf(plan.kind, { references: true }).map((metric) => [metric, scoreOf(metric)] as const);
  return { kind: "generated", flaw: flawed?.flaw ?? "none", scores: Object.fromEntries(scores) };
}

function resolveTask(plan: SyntheticTask): ResolvedTask {
  const manifest = {
    name: plan.name,
    version: "1.0.0",
    licence: "CC0-1.0",
    source: "made up",
    description: "made up",
    type: plan.type,
    ...(plan.type === "multiple-choice" && plan.benchmark !== undefined ? { benchmark: plan.benchmark } : {}),
    prompt: "{prompt}",
    items: plan.items,
    file: "items.jsonl",
    sha256: "0".repeat(64),
    fields: {},
    defaults: {},
  };
  const common = {
    name: plan.name,
    dataset: { folder: "nowhere", manifest },
    prompt: "{prompt}",
    items: plan.items,
    maxTokens: 8,
    stop: [],
  };
  if (plan.type === "generation") return { ...common, type: "generation", kind: plan.kind, postFilters: [] };
  const protocol = plan.protocol ?? "letter-logprob";
  return {
    ...common,
    type: "multiple-choice",
    protocol,
    primary: protocol === "generated-letter" ? "extracted" : "acc",
  };
}

function resolveVariant({ quantization, source }: SyntheticVariant): ResolvedVariant {
  return {
    id: idOf(quantization),
    model: MODEL,
    quantization,
    backendName: "local",
    backend: { type: "recorded", concurrency: 1 },
    source: source ?? `${quantization}.jsonl`,
  };
}

function identityOf({ quantization, digest, bitsPerWeight, chatTemplate }: SyntheticVariant): VariantIdentity {
  return {
    ...(digest === "unknown" ? {} : { weightsDigest: digest ?? `sha256:${quantization}` }),
    build: "synthetic",
    settings: chatTemplate === undefined ? {} : { chatTemplate },
    metadata: bitsPerWeight === undefined ? {} : { bitsPerWeight },
  };
}

function factsOf(plan: SyntheticTask): TaskFacts {
  return {
    task: plan.name,
    dataset: plan.name,
    datasetVersion: "1.0.0",
    datasetSha256: "0".repeat(64),
    templateSha256: "0".repeat(64),
    items: plan.items,
    itemsWithReferences: plan.type === "generation" ? plan.items : 0,
    chance: plan.type === "multiple-choice" ? 1 / (plan.choices ?? 4) : 0,
  };
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
