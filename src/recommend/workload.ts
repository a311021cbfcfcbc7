/** Kinds of work by the share of their tokens that are prompt: F.1 to F.6 of the study's phase 2 appendix. */
export const WORKLOADS = {
  classification: {
    promptShare: 0.99,
    section: "F.6",
    phase: "prefill",
    tokens: { prompt: 800, completion: 8 },
    metrics: ["accuracy (MMLU, ARC)", "exact_match"],
    thresholds: ["high stakes: Q8_0 or FP16"],
    context: "over 4,096 tokens don't use eager FP16",
  },
  rag: {
    promptShare: 0.95,
    section: "F.1",
    phase: "prefill",
    tokens: { prompt: 4000, completion: 128 },
    metrics: ["bertscore", "rouge_l"],
    thresholds: ["retrieval decides more than generation does"],
    context: "2,000 to 8,000 tokens of documents: keep VRAM below 85 %",
  },
  summarization: {
    promptShare: 0.85,
    section: "F.2",
    phase: "prefill, with a decode part that counts",
    tokens: { prompt: 4000, completion: 350 },
    metrics: ["bertscore", "rouge_l", "coherence"],
    thresholds: ["bertscore ≥ 0.80", "rouge_l ≥ 0.45"],
    context: "documents over 4,096 tokens need flash or paged attention",
  },
  chat: {
    promptShare: 0.67,
    section: "F.3",
    phase: "decode",
    tokens: { prompt: 400, completion: 200 },
    metrics: ["composite", "coherence"],
    thresholds: ["composite ≥ 0.50", "customer-facing: Q8_0 is the safer margin"],
    context: "grows with every turn: cut or summarize old ones",
  },
  balanced: {
    promptShare: 0.5,
    section: "F.4",
    phase: "mixed",
    tokens: { prompt: 300, completion: 300 },
    metrics: ["composite", "accuracy"],
    thresholds: ["composite ≥ 0.50"],
    context: "watch prompt and answer together",
  },
  code: {
    promptShare: 0.25,
    section: "F.5",
    phase: "decode",
    tokens: { prompt: 170, completion: 500 },
    metrics: ["bleu", "exact_match"],
    thresholds: ["safety-critical code: Q8_0"],
    context: "short prompts; long answers grow the cache",
  },
} as const satisfies Record<string, Omit<Workload, "name" | "given">>;

export type WorkloadName = keyof typeof WORKLOADS;
export const WORKLOAD_NAMES = Object.keys(WORKLOADS) as readonly WorkloadName[];

export interface Workload {
  readonly name: WorkloadName;
  /** The ratio as it was asked for, where it was not asked for by name: "80:20". */
  readonly given?: string;
  /** Share of all tokens that are prompt, in [0, 1]. */
  readonly promptShare: number;
  /** Section of the study's phase 2 appendix. */
  readonly section: string;
  readonly phase: string;
  /** A typical request. */
  readonly tokens: { readonly prompt: number; readonly completion: number };
  readonly metrics: readonly string[];
  readonly thresholds: readonly string[];
  readonly context: string;
}

const RATIO = /^(\d+(?:\.\d+)?)\s*[:/]\s*(\d+(?:\.\d+)?)$/;

/**
 * The workload of that name, or the one whose share of prompt tokens is nearest to a ratio such as `85:15` (of two as near the one with
 * more prompt). `undefined` when it is neither, or a ratio of nothing.
 */
export function workloadOf(text: string): Workload | undefined {
  const name = WORKLOAD_NAMES.find((known) => known === text.trim().toLowerCase());
  if (name !== undefined) return { name, ...WORKLOADS[name] };
  const [, input, output] = RATIO.exec(text.trim()) ?? [];
  const [prompt, completion] = [Number(input), Number(output)];
  if (!(prompt + completion > 0)) return undefined;
  const promptShare = prompt / (prompt + completion);
  const distance = (known: WorkloadName): number => Math.abs(WORKLOADS[known].promptShare - promptShare);
  const nearest = WORKLOAD_NAMES.reduce((best, known) => (distance(known) < distance(best) ? known : best));
  const typical = WORKLOADS[nearest];
  const total = typical.tokens.prompt + typical.tokens.completion;
  const tokens = { prompt: Math.round(total * promptShare), completion: Math.round(total * (1 - promptShare)) };
  return { name: nearest, ...typical, given: text.trim(), promptShare, tokens };
}
