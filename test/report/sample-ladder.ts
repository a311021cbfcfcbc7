import type { Quantization } from "../../src/domain/quantization.ts";

/** One step of the sample's ladder: what a small model lost at each quantization, in numbers of a real run's size. */
export interface Step {
  readonly quantization: Quantization;
  readonly bitsPerWeight: number;
  readonly fileBytes: number;
  /** Flips against FP16: lost and gained, on 300 and on 200 items. */
  readonly mmlu: readonly [lost: number, gained: number];
  readonly arc: readonly [lost: number, gained: number];
  /** Share of the generation metrics' means that is gone. */
  readonly generationLoss: number;
  readonly tokensPerSecond: number;
}

export const LADDER: readonly Step[] = [
  step("FP16", 16.01, 2_479_595_360, [0, 0], [0, 0], 0, 31.4),
  step("Q8_0", 8.51, 1_321_083_008, [1, 1], [0, 0], 0.001, 52.8),
  step("Q6_K", 6.57, 1_021_800_576, [2, 3], [1, 1], -0.002, 61.2),
  step("Q5_K_M", 5.87, 911_503_488, [4, 5], [2, 1], 0.006, 66.9),
  step("Q4_K_M", 5.18, 807_694_464, [11, 7], [4, 3], 0.014, 74.5),
  step("Q3_K_S", 4.16, 642_564_224, [31, 12], [15, 6], 0.047, 71.1),
  step("Q2_K", 3.77, 580_874_368, [142, 18], [93, 9], 0.31, 79.3),
];

export const SUBJECTS = [
  "abstract_algebra",
  "anatomy",
  "computer_security",
  "high_school_world_history",
  "moral_scenarios",
  "professional_law",
] as const;

/** Means at FP16 of the generation tasks' metrics. */
export const GENERATION_TASKS = [
  {
    name: "summaries",
    kind: "summarization",
    metrics: { rouge_l: 0.412, bertscore: 0.883, coherence: 0.741, output_length: 0.802 },
  },
  {
    name: "questions",
    kind: "qa",
    metrics: { rouge_l: 0.523, bertscore: 0.901, coherence: 0.688, output_length: 0.655 },
  },
  {
    name: "functions",
    kind: "code",
    metrics: { bleu: 0.384, rouge_l: 0.561, coherence: 0.802, output_length: 0.774, exact_match: 0.24 },
  },
  {
    name: "rewriting",
    kind: "chat",
    metrics: { coherence: 0.831, output_length: 0.877, repetition: 0.981, rouge_l: 0.624, bertscore: 0.921 },
  },
  { name: "sentiment", kind: "classification", metrics: { exact_match: 0.86, coherence: 0.902, output_length: 0.955 } },
] as const;

function step(
  quantization: Quantization,
  bitsPerWeight: number,
  fileBytes: number,
  mmlu: Step["mmlu"],
  arc: Step["arc"],
  generationLoss: number,
  tokensPerSecond: number,
): Step {
  return { quantization, bitsPerWeight, fileBytes, mmlu, arc, generationLoss, tokensPerSecond };
}
