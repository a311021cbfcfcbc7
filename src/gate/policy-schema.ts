import { z } from "zod";
import { TIERS } from "../analyze/tier.ts";
import { GENERATION_KINDS } from "../domain/item.ts";
import { parseQuantization, type Quantization, typeWithin } from "../domain/quantization.ts";
import { METRICS } from "../score/metrics-by-kind.ts";

/** Names of the policies that come with QuantGate. */
export const POLICY_NAMES = [
  "default",
  "accuracy-only",
  "general-chatbot",
  "qa-pipeline",
  "summarization",
  "code-generation",
  "medical-legal",
  "classification",
  "multi-agent-coding",
  "batch-analytics",
] as const;
export type PolicyName = (typeof POLICY_NAMES)[number];

/** What a rate counts, as a share of a task's items. The first three are the model's doing, the others the infrastructure's. */
export const RATES = ["unparsed", "empty", "truncated", "errored", "missing"] as const;
/** Of them those that are the model's doing: an answer was there, and was of no use. */
const MODEL_RATES = ["unparsed", "empty", "truncated"] as const;

/** Means that compare with a baseline: one metric, or each item's mean over the key metrics that its task declares. */
const COMPARED_METRICS = [...METRICS, "key_metric_average"] as const;
type GradualMetric = Exclude<(typeof COMPARED_METRICS)[number], "exact_match">;
const GRADUAL_METRICS = COMPARED_METRICS.filter((metric): metric is GradualMetric => metric !== "exact_match");
/** Figures of one variant: one metric pooled over its tasks, or the unweighted mean of several. */
const FIGURES = [...METRICS, "composite", "key_metric_average"] as const;

const score = z.number().min(0).max(1);
const percent = z.number().min(0).lt(100);

const basis = z
  .enum(["interval", "point"])
  .default("interval")
  .describe(
    "interval: the deciding interval's bound decides (90 % unless the spec declares several looks); point: the estimate alone does, and says so.",
  );

const chosenTasks = {
  task: z.string().min(1).optional().describe("Only the task of this name."),
};
const chosenChoices = {
  ...chosenTasks,
  benchmark: z.string().min(1).optional().describe("Only tasks whose manifest says so: mmlu, arc-challenge."),
  subject: z.string().min(1).optional().describe("Only items of this subject."),
};
const chosenTexts = {
  ...chosenTasks,
  kind: z.enum(GENERATION_KINDS).optional().describe("Only generation tasks of this kind."),
};

/** What every rule with evidence may say of itself. */
const stance = {
  guard: z
    .boolean()
    .optional()
    .describe(
      "true: the rule only watches. It fails on evidence alone (α divided by the number of things it watches), else it passes and certifies nothing.",
    ),
  ifPresent: z
    .boolean()
    .optional()
    .describe(
      "true: left out, with a note, where the run has no task that the rule could look at; else it fails there.",
    ),
};

const pooled = z
  .enum(["pooled", "each-task"])
  .default("pooled")
  .describe("pooled: one number over all tasks chosen; each-task: every task must meet the rule by itself.");
const eachTask = z
  .enum(["each-task", "pooled"])
  .default("each-task")
  .describe("each-task: every task must meet the rule by itself; pooled: one number over all tasks chosen.");

const MinScore = z.discriminatedUnion("metric", [
  z.strictObject({
    type: z.literal("min-score"),
    metric: z.literal("accuracy"),
    atLeast: score,
    over: pooled,
    ...chosenChoices,
    basis,
    ...stance,
  }),
  z.strictObject({
    type: z.literal("min-score"),
    metric: z.enum(FIGURES),
    atLeast: score,
    over: pooled,
    ...chosenTexts,
    basis,
    encoder: z
      .string()
      .min(1)
      .optional()
      .describe("The encoder that a minimum on BERTScore was set with; the finding says when the run's is another."),
    ...stance,
  }),
]);

const accuracyMargin = {
  metric: z.literal("accuracy"),
  pp: percent.describe("Margin in percentage points."),
  over: eachTask,
  ...chosenChoices,
  basis,
  ...stance,
};
const ofTexts = { over: pooled, ...chosenTexts, basis, ...stance };
const metricMargin = {
  metric: z.enum(GRADUAL_METRICS),
  percent: percent.describe("Margin in percent of the baseline's mean."),
  ...ofTexts,
};

/** An exact match is right or wrong, so its margin may be in percentage points, as accuracy's is. */
function exactMargin<T extends "max-loss" | "equivalence">(type: T) {
  const exact = { type: z.literal(type), metric: z.literal("exact_match"), ...ofTexts };
  return z
    .strictObject({ ...exact, pp: accuracyMargin.pp.optional(), percent: metricMargin.percent.optional() })
    .transform(({ pp, percent, ...rule }, context) => {
      if (pp !== undefined && percent === undefined) return { ...rule, pp };
      if (percent !== undefined && pp === undefined) return { ...rule, percent };
      context.addIssue({ code: "custom", message: 'needs either "pp" or "percent"' });
      return z.NEVER;
    });
}

const MaxLoss = z.discriminatedUnion("metric", [
  z.strictObject({ type: z.literal("max-loss"), ...accuracyMargin }),
  exactMargin("max-loss"),
  z.strictObject({ type: z.literal("max-loss"), ...metricMargin }),
]);

const Equivalence = z.discriminatedUnion("metric", [
  z.strictObject({ type: z.literal("equivalence"), ...accuracyMargin }),
  exactMargin("equivalence"),
  z.strictObject({ type: z.literal("equivalence"), ...metricMargin }),
]);

const MaxFlips = z.strictObject({
  type: z.literal("max-flips"),
  percent: percent.describe("Items right on one side only, as a share of the pairs."),
  over: eachTask,
  ...chosenChoices,
  basis,
  ...stance,
});

const MinTier = z.strictObject({ type: z.literal("min-tier"), tier: z.enum(TIERS) });

const MaxRate = z.strictObject({
  type: z.literal("max-rate"),
  of: z.array(z.enum(RATES)).min(1).describe("Counted together."),
  percent: percent.describe("Of the items."),
  over: eachTask,
  ...chosenTasks,
});

const MaxRateIncrease = z.strictObject({
  type: z.literal("max-rate-increase"),
  of: z.array(z.enum(MODEL_RATES)).min(1).describe("Counted together."),
  pp: percent.describe("Percentage points above the baseline's rate on the same items."),
  over: pooled,
  ...chosenTasks,
  basis,
  ...stance,
});

const QuantizationName = z.string().transform((name, context): Quantization => {
  const known = parseQuantization(name) ?? (typeWithin(name) === undefined ? undefined : name.trim());
  if (known === undefined) context.addIssue({ code: "custom", message: `unknown quantization "${name}"` });
  return known ?? "FP32";
});

const Quantizations = z
  .strictObject({
    type: z.literal("quantizations"),
    allow: z.array(QuantizationName).min(1).optional().describe("Only these."),
    forbid: z.array(QuantizationName).min(1).optional().describe("Never these."),
  })
  .refine((rule) => rule.allow !== undefined || rule.forbid !== undefined, 'needs "allow" or "forbid"');

const WeightsAsLabelled = z.strictObject({ type: z.literal("weights-as-labelled") });
const NotNearRandom = z.strictObject({ type: z.literal("not-near-random") });
const NotDegraded = z.strictObject({ type: z.literal("not-degraded") });

const RuleSchema = z.discriminatedUnion("type", [
  MinScore,
  MaxLoss,
  Equivalence,
  MaxFlips,
  MinTier,
  MaxRate,
  MaxRateIncrease,
  Quantizations,
  WeightsAsLabelled,
  NotNearRandom,
  NotDegraded,
]);

/** What a user writes, and what the built-in policies are written in. `policies.ts` turns it into a `Policy`. */
export const PolicySchema = z.strictObject({
  $schema: z.string().optional().describe("For editors."),
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "letters, digits, '.', '_' and '-', at least one")
    .describe("Shown with every verdict."),
  description: z.string().min(1).optional(),
  extends: z
    .union([z.enum(POLICY_NAMES), z.array(z.enum(POLICY_NAMES)).min(1)])
    .optional()
    .describe("Built-in policies whose rules come first: one, or a list."),
  onInconclusive: z
    .enum(["block", "allow"])
    .default("block")
    .describe("block: exit code 3 when nothing fails but something is inconclusive; allow: 0."),
  recommended: z.array(QuantizationName).optional().describe("For the report; decides nothing."),
  rules: z.array(RuleSchema).default([]),
});
export type PolicyInput = z.input<typeof PolicySchema>;
export type ParsedPolicy = z.output<typeof PolicySchema>;

export type Rule = z.output<typeof RuleSchema>;
type RuleType = Rule["type"];
export type RuleOf<T extends RuleType> = Extract<Rule, { type: T }>;
/** Rules about the answers to multiple-choice questions. */
export type AccuracyRule<T extends RuleType> = Extract<RuleOf<T>, { metric: "accuracy" }>;
/** Rules about exact matches in percentage points. */
export type ExactRule<T extends RuleType> = Extract<RuleOf<T>, { metric: "exact_match"; pp: number }>;
/** Rules about the metrics of generated texts. */
export type MetricRule<T extends RuleType> = Exclude<RuleOf<T>, { metric: "accuracy" } | ExactRule<T>>;

/** JSON Schema (draft 2020-12) of a policy file, for editors. */
export function policyJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(PolicySchema, { io: "input" }), title: "QuantGate policy" };
}
