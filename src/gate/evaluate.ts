import type { AnalyzedRun } from "../analyze/analyzed-run.ts";
import { pairTasks, type VariantScores } from "../analyze/compare.ts";
import type { Degradation } from "../analyze/degraded.ts";
import { nearRandomTasks } from "../analyze/near-random.ts";
import type { ModelSummary, Summary, VariantSummary } from "../analyze/summary.ts";
import { decidingLevel } from "../domain/deciding-level.ts";
import { EXIT, UsageError } from "../domain/errors.ts";
import type { Outcome } from "../domain/outcome.ts";
import { equalTensorsOfTwoModels, whySameWeights } from "../domain/same-weights.ts";
import { nearest } from "../spec/known-keys.ts";
import type { ResolvedVariant } from "../spec/resolved.ts";
import type { RunManifest } from "../store/manifest.ts";
import { checkRule } from "./check-rule.ts";
import { tierAssuming } from "./check-tier.ts";
import type { Comparison, Evidence, Labelled } from "./evidence.ts";
import { whyExploratory } from "./exploratory.ts";
import { smallestPassing } from "./ladder.ts";
import { notesOn } from "./notes.ts";
import type { Policy } from "./policies.ts";
import type { CheckedRule, VariantVerdict, Verdicts } from "./verdict.ts";

/** A finished run as gates see it. */
export interface RunEvidence extends Pick<AnalyzedRun, "summary" | "scores" | "manifest"> {
  /** Why the run is degraded; empty: it isn't. Absent: nobody has looked, and a policy that forbids degraded runs fails. */
  readonly degraded?: readonly Degradation[];
}

export interface GateOptions {
  /** Ids of the variants that decide the exit code; by default all but the baselines. */
  readonly candidates?: readonly string[];
  /** An exploratory result decides as any other; without it, it never exits 0. */
  readonly acceptExploratory?: boolean;
}

/**
 * Decides every variant of a run by a policy. Each verdict rests on that variant and its baseline alone, so adding or removing another changes
 * nothing. Pure and deterministic. Throws `UsageError` for a candidate that the run doesn't have or that is a baseline.
 */
export function evaluatePolicy(
  policy: Policy,
  run: RunEvidence,
  { candidates, acceptExploratory = false }: GateOptions = {},
): Verdicts {
  const ids = run.summary.models.flatMap((model) => model.variants.map((variant) => variant.variant));
  for (const candidate of candidates ?? []) requireCandidate(candidate, ids, run.summary);
  const models = run.summary.models.map((model) => {
    const variants = model.variants.map((variant) => {
      const decides = variant.role === "candidate" && (candidates?.includes(variant.variant) ?? true);
      const verdict = judgeVariant(policy, evidenceOn(variant, model, run), decides);
      return { ...verdict, notes: [...verdict.notes, ...equalsNotes(variant, model)] };
    });
    const smallest = smallestPassing(model.variants, variants);
    return {
      model: model.model,
      baseline: model.baseline,
      variants,
      ...(smallest === undefined ? {} : { smallestPassing: smallest }),
    };
  });
  const deciding = models.flatMap((model) => model.variants).filter((variant) => variant.decides);
  const overall = overallOf(deciding);
  const open = !acceptExploratory && deciding.some((variant) => variant.exploratory === true);
  const { damaged } = run.scores;
  return {
    schema: 1,
    ...(damaged.length === 0 ? {} : { damaged }),
    policy: {
      name: policy.name,
      hash: policy.hash,
      ...(policy.recommended.length === 0 ? {} : { recommended: policy.recommended }),
    },
    models,
    overall,
    exitCode: exitCodeOf(overall, policy, open),
  };
}

function judgeVariant(policy: Policy, evidence: Evidence, decides: boolean): VariantVerdict {
  const { variant } = evidence;
  const rules = policy.rules.flatMap((rule) => checkRule(rule, evidence));
  const notes = notesOn(evidence, policy.rules, rules);
  const verdict = variant.role === "baseline" ? "reference" : verdictOf(rules);
  const unsupported = verdict === "reference" ? undefined : whyUnsupported(rules);
  const exploratory = verdict === "reference" ? undefined : evidence.exploratory;
  return {
    variant: variant.variant,
    model: variant.model,
    quantization: variant.quantization,
    verdict,
    ...(exploratory === undefined ? {} : { exploratory: true }),
    decides,
    rules,
    tier: tierAssuming(evidence, "left-out"),
    nearRandom: nearRandomTasks(variant),
    notes: [
      ...(unsupported === undefined ? [] : [unsupported]),
      ...(exploratory === undefined ? [] : [exploratory]),
      ...notes,
    ],
  };
}

/**
 * All rules must pass: an intersection-union test, which needs no correction. Without a rule that looked at answers nothing passes, and guards
 * alone certify nothing.
 */
function verdictOf(rules: readonly CheckedRule[]): Outcome {
  if (rules.some((rule) => rule.outcome === "fail") || !rules.some(isAboutAnswers)) return "fail";
  const open = rules.some((rule) => rule.outcome === "inconclusive") || !rules.some(certifies);
  return open ? "inconclusive" : "pass";
}

function whyUnsupported(rules: readonly CheckedRule[]): string | undefined {
  if (!rules.some(isAboutAnswers)) return "No rule of the policy found an answer to look at, so nothing can pass it";
  return rules.some(certifies)
    ? undefined
    : "No claim of the policy looked at an answer: guards only watch, so nothing can pass it";
}

/** A name says nothing about answers, and a tier is a description that never decides alone. */
function isAboutAnswers(rule: CheckedRule): boolean {
  return rule.basis !== "name" && rule.type !== "min-tier";
}

function certifies(rule: CheckedRule): boolean {
  return isAboutAnswers(rule) && rule.kind === "claim";
}

function overallOf(deciding: readonly VariantVerdict[]): Outcome {
  if (deciding.length === 0 || deciding.some((variant) => variant.verdict === "fail")) return "fail";
  return deciding.every((variant) => variant.verdict === "pass") ? "pass" : "inconclusive";
}

/** `open`: an exploratory result decides, whose error rate is above what its intervals say. */
function exitCodeOf(overall: Outcome, { onInconclusive }: Policy, open: boolean): Verdicts["exitCode"] {
  if (overall === "fail") return EXIT.failed;
  if (open) return EXIT.inconclusive;
  return overall === "inconclusive" && onInconclusive === "block" ? EXIT.inconclusive : EXIT.pass;
}

function evidenceOn(variant: VariantSummary, model: ModelSummary, run: RunEvidence): Evidence {
  const { manifest, degraded } = run;
  const comparison = variant.role === "baseline" ? undefined : compareWith(variant, model, run);
  const exploratory = whyExploratory(variant.variant, manifest);
  return {
    variant,
    labelled: labelOf(variant, manifest),
    scores: scoresOf(variant.variant, run),
    facts: new Map(manifest.tasks.map((facts) => [facts.task, facts])),
    seed: manifest.spec.seed,
    encoder: manifest.spec.scorers.bertscore.model,
    level: decidingLevel(manifest.spec.looks ?? 1),
    ...(exploratory === undefined ? {} : { exploratory }),
    ...(degraded === undefined ? {} : { degraded: reasonsFor(variant, model, degraded) }),
    ...(comparison === undefined ? {} : { comparison }),
  };
}

function labelOf({ variant, quantization, metadata }: VariantSummary, { spec }: RunManifest): Labelled {
  const labelledOver = spec.models.flatMap(({ variants }) => variants).find(({ id }) => id === variant)?.labelledOver;
  return { quantization, metadata, ...(labelledOver === undefined ? {} : { labelledOver }) };
}

/** Other candidates that are this one's very weights: told, and no more; each is judged by its own label. */
function equalsNotes(variant: VariantSummary, model: ModelSummary): readonly string[] {
  return model.variants.flatMap((other) => {
    if (other.variant === variant.variant) return [];
    if (equalTensorsOfTwoModels(variant, other))
      return [
        `Every tensor is equal to ${other.variant}'s, but tokenizer or hyperparameters differ: these are two models`,
      ];
    if ([variant, other].some(({ role }) => role === "baseline")) return [];
    const same = whySameWeights(variant, other);
    return same === undefined ? [] : [`The same weights as ${other.variant} (${same}): one model under two labels`];
  });
}

/** What touches this variant or its baseline: trouble of another variant is not its own. */
function reasonsFor(
  { variant }: VariantSummary,
  model: ModelSummary,
  degraded: readonly Degradation[],
): readonly string[] {
  return degraded
    .filter((each) => each.variant === variant || each.variant === model.baseline.variant)
    .map(({ reason }) => reason);
}

function compareWith(variant: VariantSummary, model: ModelSummary, run: RunEvidence): Comparison {
  const baseline = model.variants.find((each) => each.variant === model.baseline.variant);
  const scores = scoresOf(model.baseline.variant, run);
  const pairs = pairTasks(scores, scoresOf(variant.variant, run));
  const same = whySame(variant, baseline, run);
  const confounder = differentTemplate(variant.variant, model.baseline.variant, run.manifest);
  const ambiguous = baseline === undefined || baseline.quantization === variant.quantization;
  return {
    baseline: ambiguous ? model.baseline.variant : baseline.quantization,
    ...(baseline === undefined ? {} : { labelled: labelOf(baseline, run.manifest) }),
    scores,
    pairs: new Map(pairs.map((pair) => [pair.task.name, pair])),
    ...(same === undefined ? {} : { sameWeights: same }),
    ...(confounder === undefined ? {} : { confounder }),
  };
}

/** Why a variant and its baseline are the same weights, as far as it can be told: by digest, or because the same backend was asked for the same model. */
function whySame(
  variant: VariantSummary,
  baseline: VariantSummary | undefined,
  { manifest }: RunEvidence,
): string | undefined {
  if (baseline === undefined) return undefined;
  const same = whySameWeights(variant, baseline);
  if (same !== undefined) return `The weights are the baseline's own (${same})`;
  // One folder holds several dtypes: where both digests are told, the name says nothing.
  if (variant.weightsDigest !== undefined && baseline.weightsDigest !== undefined) return undefined;
  const known = manifest.spec.models.flatMap((model) => model.variants);
  const [ours, theirs] = [variant, baseline].map(({ variant: id }) => known.find((each) => each.id === id));
  return ours !== undefined && theirs !== undefined && sameSource(ours, theirs)
    ? `The baseline is the same model of the same backend under another name`
    : undefined;
}

/** Task prompts are compared item by item; what a server wraps around them is only known by what it tells. */
function differentTemplate(variant: string, baseline: string, { identities }: RunManifest): string | undefined {
  const [ours, theirs] = [variant, baseline].map((id) => identities[id]?.settings.chatTemplate);
  if (ours === undefined || theirs === undefined || ours === theirs) return undefined;
  return `The chat template is another than the baseline's (${ours}; ${theirs}): it confounds the comparison`;
}

function sameSource(a: ResolvedVariant, b: ResolvedVariant): boolean {
  return a.source === b.source && JSON.stringify(a.backend) === JSON.stringify(b.backend);
}

function scoresOf(variant: string, { scores }: RunEvidence): VariantScores {
  return scores.tasks.get(variant) ?? new Map();
}

function requireCandidate(candidate: string, ids: readonly string[], summary: Summary): void {
  if (summary.models.some((model) => model.baseline.variant === candidate))
    throw new UsageError(`${candidate} is the baseline; a gate compares the others with it`, {
      hint: "name another variant",
    });
  if (ids.includes(candidate)) return;
  const meant = nearest(candidate, ids);
  throw new UsageError(`the run has no variant ${candidate}`, {
    hint: meant === undefined ? `it has ${ids.join(", ")}` : `did you mean ${meant}?`,
  });
}
