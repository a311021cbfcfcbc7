import type { GenerationKind } from "../domain/item.ts";

export const METRICS = [
  "exact_match",
  "output_length",
  "repetition",
  "bleu",
  "rouge_l",
  "bertscore",
  "coherence",
] as const;
export type Metric = (typeof METRICS)[number];

/** Metrics whose mean is the key metric average. */
export const KEY_METRICS: readonly Metric[] = ["bertscore", "coherence", "rouge_l"];

const BY_KIND: Readonly<Record<GenerationKind, readonly Metric[]>> = {
  summarization: ["rouge_l", "bertscore", "coherence", "output_length"],
  qa: ["rouge_l", "bertscore", "coherence", "output_length"],
  code: ["bleu", "rouge_l", "coherence", "output_length", "exact_match"],
  chat: ["coherence", "output_length", "repetition", "rouge_l", "bertscore"],
  classification: ["exact_match", "coherence", "output_length"],
};

/** Metrics that compare with a reference and say nothing without one. */
const NEED_REFERENCE: ReadonlySet<Metric> = new Set(["exact_match", "output_length", "bleu", "rouge_l", "bertscore"]);

/** The metrics of a kind of generation task; without references those that need none. `own`: the user's, which come last. */
export function metricsOf(
  kind: GenerationKind,
  { references, own = [] }: { readonly references: boolean; readonly own?: readonly string[] | undefined },
): readonly string[] {
  return [...BY_KIND[kind].filter((metric) => references || !NEED_REFERENCE.has(metric)), ...own];
}

/** Whether a metric is one of QuantGate's, and not of a scorer of the user's own. */
export function isMetric(name: string): name is Metric {
  return METRICS.some((metric) => metric === name);
}
