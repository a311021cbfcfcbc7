import { compareBackends } from "../../src/analyze/backends.ts";
import { pairTasks } from "../../src/analyze/compare.ts";
import { expectedLoss } from "../../src/analyze/expected-loss.ts";
import { findFlips } from "../../src/analyze/flips.ts";
import type { Investigation } from "../../src/report/investigation.ts";
import { compared, QUIZ, TEXTS } from "../analyze/compared-runs.ts";
import { idOf, type SyntheticVariant, syntheticRun } from "../gate/synthetic-run.ts";

const Q4 = idOf("Q4_K_M");
const FP16: SyntheticVariant = { quantization: "FP16", text: (_, index) => 0.7 + (index % 9) / 40 };

/** A regression of Q4_K_M whose weights changed, with everything that a comparison can hold. */
export function sampleInvestigation(): Investigation {
  const reference = syntheticRun([QUIZ, TEXTS], [FP16, { ...FP16, quantization: "Q4_K_M" }]);
  const worse: SyntheticVariant = {
    quantization: "Q4_K_M",
    digest: "sha256:other",
    choice: (_, index) => (index % 4 === 0 ? "incorrect" : "right"),
    text: (_, index) => 0.4 + (index % 9) / 40,
  };
  const newer = syntheticRun([QUIZ, TEXTS], [FP16, worse]);
  const comparison = compared(reference, newer);
  const [model] = newer.manifest.spec.models;
  if (model === undefined) throw new Error("no model");
  const both = { ...model, variants: model.variants.map((each) => ({ ...each, quantization: "Q4_K_M" as const })) };
  const pairs = pairTasks(reference.scores.tasks.get(Q4) ?? new Map(), newer.scores.tasks.get(Q4) ?? new Map());
  const card = { name: "nightly", status: "completed", startedAt: "2026-01-01T00:00:00.000Z", specHash: "0" } as const;
  return {
    schema: 1,
    reference: { ...card, id: "monday", overall: "pass" },
    newer: { ...card, id: "tuesday", status: "interrupted" },
    policy: "default",
    comparison: { ...comparison, tasks: { onlyReference: ["old-task"], onlyNewer: ["new-task"] } },
    unmatched: { reference: ["toy/Q8_0@local"], newer: [] },
    expected: [expectedLoss(Q4, newer, [{ id: "sunday", manifest: reference.manifest, summary: reference.summary }])],
    backends: compareBackends(both, newer.scores.tasks, {
      margins: comparison.margins,
      seed: 1,
    }),
    flips: findFlips(pairs).map(({ task, item, kind, loss }) => ({ variant: Q4, task, item, kind, loss })),
    examples: [
      {
        model: "toy",
        variant: Q4,
        baseline: Q4,
        task: "quiz",
        item: "quiz-0",
        subject: "toads",
        kind: "lost",
        question: "What is a young toad called?",
        choices: [
          { label: "A", text: "tadpole" },
          { label: "B", text: "kid" },
        ],
        expected: "A. tadpole",
        baselineAnswer: "A. tadpole",
        candidateAnswer: "B. kid",
        detail: "log-probabilities: …",
      },
    ],
    rerun: {
      change: { kind: "weights", field: "weights digest", before: "sha256:Q4_K_M", after: "sha256:other", where: [Q4] },
      target: Q4,
      by: "spec",
      spec: { name: "nightly-put-back", backends: {}, models: [], tasks: [] },
    },
    recommendation: { action: "roll-back", to: "monday" },
  };
}
