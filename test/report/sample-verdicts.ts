import type { ModelSummary, VariantSummary } from "../../src/analyze/summary.ts";
import type { Outcome } from "../../src/domain/outcome.ts";
import { signed } from "../../src/domain/write-number.ts";
import type { CheckedRule, VariantVerdict, Verdicts } from "../../src/gate/verdict.ts";
import { tangoNonInferiority } from "../../src/stats/tango.ts";

/** Verdicts of a default-like policy on sample models: passes, an inconclusive variant, failures and the reference. */
export function sampleVerdicts(models: readonly ModelSummary[]): Verdicts {
  return {
    schema: 1,
    policy: { name: "default", hash: "9b1f6c2e7a4d8053", recommended: ["Q4_K_M"] },
    models: models.map((model) => {
      const variants = model.variants.map(verdictOf);
      const order = variants.slice(1);
      const stop = order.findIndex(({ verdict }) => verdict !== "pass");
      const smallest = order[(stop === -1 ? order.length : stop) - 1];
      return {
        model: model.model,
        baseline: model.baseline,
        variants,
        ...(smallest === undefined ? {} : { smallestPassing: smallest.variant }),
      };
    }),
    overall: "fail",
    exitCode: 1,
  };
}

function verdictOf(summary: VariantSummary): VariantVerdict {
  const { variant, model, quantization, comparison } = summary;
  const base = { variant, model, quantization };
  if (comparison === undefined) {
    return {
      ...base,
      verdict: "reference",
      decides: false,
      rules: [],
      tier: { kind: "none", reason: "the baseline" },
      nearRandom: [],
      notes: [],
    };
  }
  const rules = rulesOf(summary);
  const verdict = worst(rules.flatMap(({ outcome }) => (outcome === "not-told" ? [] : [outcome])));
  const losses = {
    accuracyLossPp: -100 * differenceOf(comparison.accuracy["continuation-logprob"]?.estimate),
    generationLossPercent: -100 * (differenceOf(comparison.keyMetricAverage.estimate) / 0.742),
  };
  return {
    ...base,
    verdict,
    decides: quantization !== "Q3_K_S",
    rules,
    tier: {
      kind: "tier",
      tier: verdict === "pass" ? "negligible" : quantization === "Q2_K" ? "unacceptable" : "acceptable",
      ...losses,
    },
    nearRandom: quantization === "Q2_K" ? ["mmlu-285", "arc-challenge"] : [],
    notes:
      quantization === "Q3_K_S"
        ? ["50 items have no BERTScore on this variant; the key metric average could not be compared."]
        : [],
  };
}

function rulesOf({ quantization, comparison }: VariantSummary): readonly CheckedRule[] {
  if (comparison === undefined) return [];
  const accuracy = comparison.tasks.flatMap((task): readonly CheckedRule[] =>
    task.type === "generation" ? [] : [accuracyRule(task.task, task.accuracy)],
  );
  const unparsed = quantization === "Q2_K" ? 4.7 : 0;
  return [
    ...accuracy,
    keyMetricRule(comparison.keyMetricAverage),
    {
      rule: "mmlu-285: at most 5 % unparsed or truncated",
      type: "max-rate",
      task: "mmlu-285",
      outcome: "pass",
      basis: "count",
      n: 300,
      estimate: unparsed,
      threshold: 5,
      unit: "% of items",
      explanation: `${unparsed === 0 ? "none" : "14"} of n = 300 items`,
    },
    {
      rule: "quantization is not Q2_K",
      type: "quantizations",
      outcome: quantization === "Q2_K" ? "fail" : "pass",
      basis: "name",
      explanation: quantization === "Q2_K" ? "Q2_K is forbidden" : `${quantization} is not forbidden`,
    },
  ];
}

type Comparison = NonNullable<VariantSummary["comparison"]>;
type ChoiceComparison = Extract<Comparison["tasks"][number], { type: "multiple-choice" }>["accuracy"];

function accuracyRule(task: string, { estimate, gained, lost, pairs }: ChoiceComparison): CheckedRule {
  const rule = `${task}: accuracy not worse than FP16 by more than 3 pp`;
  if (estimate.kind === "unavailable") {
    return {
      rule,
      type: "max-loss",
      task,
      metric: "accuracy",
      outcome: "fail",
      basis: "none",
      explanation: estimate.reason,
    };
  }
  const [change, lower, upper] = [100 * estimate.difference, 100 * estimate.lower, 100 * estimate.upper];
  const outcome = lower >= -3 ? "pass" : upper < -3 ? "fail" : "inconclusive";
  return {
    rule,
    type: "max-loss",
    task,
    metric: "accuracy",
    outcome,
    basis: "interval",
    method: estimate.method,
    n: pairs,
    estimate: change,
    lower,
    upper,
    threshold: -3,
    unit: "pp",
    p: tangoNonInferiority({ gained, lost, pairs, margin: 0.03 }).p,
    explanation: `${signed(change, 1)} pp, ${estimate.method} interval [${signed(lower, 1)}, ${signed(upper, 1)}] pp: ${lost} items lost, ${gained} gained of n = ${pairs}`,
    ...(outcome === "inconclusive" ? { itemsNeeded: 1840 } : {}),
  };
}

function keyMetricRule({ estimate, baselineMean, pairs }: Comparison["keyMetricAverage"]): CheckedRule {
  const head = {
    rule: "all generation tasks: key metric average not worse than FP16 by more than 3 %",
    type: "max-loss",
    metric: "key_metric_average",
  };
  if (estimate.kind === "unavailable") {
    return {
      ...head,
      outcome: "fail",
      basis: "none",
      explanation: `not measured, so the rule fails: ${estimate.reason}`,
    };
  }
  const scale = 100 / baselineMean;
  const [change, lower, upper] = [estimate.difference * scale, estimate.lower * scale, estimate.upper * scale];
  return {
    ...head,
    outcome: lower >= -3 ? "pass" : upper < -3 ? "fail" : "inconclusive",
    basis: "interval",
    method: estimate.method,
    n: pairs,
    estimate: change,
    lower,
    upper,
    threshold: -3,
    unit: "% of baseline",
    p: lower >= -3 ? 0.004 : 0.21,
    explanation: `${signed(change, 1)} %, ${estimate.method} interval [${signed(lower, 1)}, ${signed(upper, 1)}] %: n = ${pairs}`,
  };
}

function differenceOf(estimate: Comparison["keyMetricAverage"]["estimate"] | undefined): number {
  return estimate?.kind === "estimated" ? estimate.difference : 0;
}

function worst(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.includes("fail")) return "fail";
  return outcomes.includes("inconclusive") ? "inconclusive" : "pass";
}
