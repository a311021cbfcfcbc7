import type { Summary, VariantSummary } from "../analyze/summary.ts";
import { nominalBitsPerWeight, UNKNOWN_BITS } from "../domain/quantization.ts";
import type { CheckedRule, VariantVerdict, Verdicts } from "../gate/verdict.ts";
import { plainName } from "./reference.ts";

/** A finished run as the adviser reads it. */
export interface RunEvidence {
  readonly run: string;
  readonly summary: Summary;
  readonly verdicts: Verdicts;
}

/** What own runs say of one quantization of the model: the newest run that decided it. */
export interface ProvenQuality {
  readonly quantization: string;
  readonly variant: string;
  readonly run: string;
  readonly verdict: "pass" | "fail" | "inconclusive" | "reference";
  readonly policy: string;
  readonly policyHash: string;
  /** The claim on accuracy, or else on the key metric average, that was decided by an interval; absent where no rule did. */
  readonly claim?: {
    readonly what: string;
    readonly outcome: "pass" | "fail" | "inconclusive";
    /** Largest loss that the rule allows, in `unit`. */
    readonly margin: number;
    readonly unit: string;
    readonly pairs: number;
    readonly estimate?: number;
    readonly lower?: number;
    readonly upper?: number;
  };
  readonly weightsDigest?: string;
  readonly parameters?: number;
  readonly fileBytes?: number;
  readonly bitsPerWeight: number;
  /** Point estimates, in [0, 1]. */
  readonly accuracy?: { readonly value: number; readonly correct: number; readonly trials: number };
  readonly keyMetricAverage?: number;
  /** Rules that failed or stayed open, in words. */
  readonly reasons: readonly string[];
}

/** What own runs say of the model, newest last; of a quantization in several runs the last one counts. */
export function provenQualities(model: string, runs: readonly RunEvidence[]): readonly ProvenQuality[] {
  const found = new Map<string, ProvenQuality>();
  for (const { run, summary, verdicts } of runs) {
    for (const decided of verdicts.models.filter((entry) => plainName(entry.model) === plainName(model))) {
      const variants = summary.models.find((entry) => entry.model === decided.model)?.variants ?? [];
      for (const verdict of decided.variants) {
        const variant = variants.find((entry) => entry.variant === verdict.variant);
        if (variant !== undefined) found.set(verdict.quantization, quality(run, verdict, variant, verdicts));
      }
    }
  }
  return [...found.values()].sort((a, b) => b.bitsPerWeight - a.bitsPerWeight);
}

function quality(run: string, verdict: VariantVerdict, variant: VariantSummary, verdicts: Verdicts): ProvenQuality {
  const claim = verdict.rules.map(asClaim).find((found) => found !== undefined);
  const accuracy = Object.values(variant.accuracy).find((entry) => entry?.kind === "scored");
  const { metadata, weightsDigest, keyMetricAverage } = variant;
  return {
    quantization: verdict.quantization,
    variant: verdict.variant,
    run,
    verdict: verdict.verdict,
    policy: verdicts.policy.name,
    policyHash: verdicts.policy.hash,
    ...(claim === undefined ? {} : { claim }),
    ...(weightsDigest === undefined ? {} : { weightsDigest }),
    ...(metadata.parameters === undefined ? {} : { parameters: metadata.parameters }),
    ...(metadata.fileBytes === undefined ? {} : { fileBytes: metadata.fileBytes }),
    bitsPerWeight: metadata.bitsPerWeight ?? nominalBitsPerWeight(variant.quantization) ?? UNKNOWN_BITS,
    ...(accuracy?.kind === "scored"
      ? { accuracy: { value: accuracy.value, correct: accuracy.correct, trials: accuracy.trials } }
      : {}),
    ...(keyMetricAverage.kind === "scored" ? { keyMetricAverage: keyMetricAverage.value } : {}),
    reasons: verdict.rules
      .filter(({ outcome }) => outcome !== "pass" && outcome !== "not-told")
      .map(({ rule, explanation }) => `${rule}: ${explanation}`),
  };
}

/** A rule on a loss that an interval decided over pairs is what a pass proves. */
function asClaim(rule: CheckedRule): ProvenQuality["claim"] {
  if (rule.type !== "max-loss" || rule.basis !== "interval" || rule.n === undefined) return undefined;
  if (rule.threshold === undefined || rule.unit === undefined || rule.outcome === "not-told") return undefined;
  return {
    what: rule.metric ?? "accuracy",
    outcome: rule.outcome,
    margin: Math.abs(rule.threshold),
    unit: rule.unit,
    pairs: rule.n,
    ...(rule.estimate === undefined ? {} : { estimate: rule.estimate }),
    ...(rule.lower === undefined ? {} : { lower: rule.lower }),
    ...(rule.upper === undefined ? {} : { upper: rule.upper }),
  };
}

/** "proven: within 3 pp on 500 pairs (run …, policy default)". */
export function provenText(proven: ProvenQuality): string {
  const { claim, run, policy } = proven;
  const by = `run ${run}, policy ${policy}`;
  if (proven.verdict === "reference") return `the baseline of ${by}`;
  if (proven.verdict === "pass" && claim?.outcome === "pass") {
    return `proven: ${claim.what === "accuracy" ? "" : `${claim.what} `}within ${claim.margin} ${claim.unit} on ${claim.pairs} pairs (${by})`;
  }
  if (proven.verdict === "pass") return `passes by ${by}, without a claim on a loss`;
  const reason = proven.reasons[0] === undefined ? "" : `: ${proven.reasons[0]}`;
  return proven.verdict === "fail" ? `fails by ${by}${reason}` : `undecided by ${by}${reason}`;
}
