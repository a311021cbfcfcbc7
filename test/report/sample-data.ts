import type { FlipExample, ReportData } from "../../src/report/report-data.ts";
import { LADDER } from "./sample-ladder.ts";
import { sampleManifest } from "./sample-manifest.ts";
import { idOf, sampleModel } from "./sample-summary.ts";
import { sampleVerdicts } from "./sample-verdicts.ts";

export const MODEL = "llama3.2-1b";

/** A report's data with realistic numbers: seven quantizations, two multiple-choice and five generation tasks, verdicts of all kinds. */
export function sampleData(
  models: readonly string[] = [MODEL],
): ReportData & Required<Pick<ReportData, "verdicts" | "published">> {
  const summaries = models.map(sampleModel);
  const manifest = sampleManifest(models);
  return {
    summary: { schema: 1, name: "ladder", specHash: manifest.specHash, models: summaries },
    manifest,
    speeds: Object.fromEntries(
      models.flatMap((model) =>
        LADDER.map((step) => [
          idOf(model, step.quantization),
          {
            loadMs: step.fileBytes / 2.2e6,
            decodeTokensPerSecond: step.tokensPerSecond,
            promptTokensPerSecond: step.tokensPerSecond * 9,
            medianFirstTokenMs: 84,
            answerMs: 412_000,
            answers: 750,
          },
        ]),
      ),
    ),
    verdicts: sampleVerdicts(summaries),
    examples: models.flatMap(sampleExamples),
    published: {
      source: "A published study, 285 MMLU and 200 ARC-Challenge questions at temperature 0",
      findings: models.flatMap((model) => [finding(model, "FP16"), finding(model, "Q4_K_M")]),
    },
  };
}

/** One flip of each kind. */
function sampleExamples(model: string): readonly FlipExample[] {
  const head = { model, baseline: idOf(model, "FP16") };
  return [
    {
      ...head,
      variant: idOf(model, "Q2_K"),
      task: "mmlu-285",
      item: "anatomy-0017",
      subject: "anatomy",
      kind: "lost",
      question: "Which of these bones belongs to the axial skeleton?",
      choices: [
        { label: "A", text: "Femur" },
        { label: "B", text: "Sternum" },
        { label: "C", text: "Scapula" },
        { label: "D", text: "Radius" },
      ],
      expected: "B. Sternum",
      baselineAnswer: "B. Sternum",
      candidateAnswer: "C. Scapula",
      detail:
        "log-probabilities: baseline A -4.10, B -0.31, C -2.04, D -3.77; variant A -2.20, B -1.61, C -0.92, D -2.44",
    },
    {
      ...head,
      variant: idOf(model, "Q4_K_M"),
      task: "arc-challenge",
      item: "Mercury_7220990",
      kind: "gained",
      question: "Which energy change happens in a flashlight?",
      choices: [
        { label: "1", text: "chemical to electrical to light" },
        { label: "2", text: "light to chemical" },
      ],
      expected: "1. chemical to electrical to light",
      baselineAnswer: "2. light to chemical",
      candidateAnswer: "1. chemical to electrical to light",
    },
    {
      ...head,
      variant: idOf(model, "Q2_K"),
      task: "functions",
      item: "code-031",
      kind: "worse",
      question: "Write a function apply that returns the smallest item of list n.",
      expected: "def apply(n):\n    return min(n)",
      baselineAnswer: "def apply(n):\n    return min(n)",
      candidateAnswer: "def apply(n):\n    return n n n n n n n n n n n n n n n n",
      detail: "mean of the item's scores 1.00 → 0.21",
    },
  ];
}

function finding(model: string, quantization: "FP16" | "Q4_K_M") {
  const isBaseline = quantization === "FP16";
  const wilson95: readonly [number, number] = isBaseline ? [0.55, 0.638] : [0.531, 0.62];
  return {
    variant: idOf(model, quantization),
    result: {
      model,
      quantization,
      baseline: "FP16" as const,
      questions: 485,
      rescoredAccuracy: isBaseline ? 0.595 : 0.577,
      mmluAccuracy: 0.56,
      mmluQuestions: 285,
      arcAccuracy: 0.61,
      arcQuestions: 200,
      rescoredCorrect: isBaseline ? 289 : 280,
      wilson95,
      deltaPp: isBaseline ? 0 : -1.8,
      generationDeltaPct: isBaseline ? null : -0.9,
      tier: isBaseline ? ("baseline" as const) : ("negligible" as const),
    },
  };
}
