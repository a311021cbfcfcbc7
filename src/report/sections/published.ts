import type { Accuracy } from "../../analyze/summary.ts";
import type { Protocol } from "../../domain/protocol.ts";
import { decimal, signed } from "../../domain/write-number.ts";
import type { Cell, Section } from "../document.ts";
import { count, interval, percent, percentagePoints, relativeChange } from "../format.ts";
import { changeOf, type ModelView, protocolsOf, type VariantView } from "../model-view.ts";
import type { PublishedStudy } from "../report-data.ts";
import { align } from "./columns.ts";

/** What a published study saw for the same quantizations, beside what this run saw. */
export function publishedSection(model: ModelView, study: PublishedStudy | undefined, id: string): Section | undefined {
  if (study === undefined) return undefined;
  const [protocol] = protocolsOf(model);
  const rows = model.variants.flatMap((variant) =>
    study.findings
      .filter((finding) => finding.variant === variant.id)
      .map(({ result }): readonly Cell[] => {
        const [lower, upper] = result.wilson95;
        const isBaseline = result.tier === "baseline";
        return [
          variant.label,
          ...ownCells(variant, model, protocol),
          {
            text: percent(result.rescoredAccuracy),
            note: `${interval({ lower, upper }, (bound) => decimal(bound * 100, 1))}\nn = ${count(result.questions)}`,
          },
          isBaseline ? "baseline" : `${signed(result.deltaPp, 1)} pp`,
          isBaseline
            ? "baseline"
            : result.generationDeltaPct === null
              ? "not reported"
              : `${signed(result.generationDeltaPct, 1)} %`,
          result.tier,
          result.baseline,
        ];
      }),
  );
  if (rows.length === 0) return undefined;
  return {
    id,
    title: "Beside the published study",
    blocks: [
      { kind: "paragraph", text: `Source: ${study.source}` },
      {
        kind: "table",
        caption: `This run${protocol === undefined ? "" : ` (${protocol})`} and the study. Below each accuracy its Wilson 95 % interval and n. The study's items, prompts and baseline differ from this run's: it says what to expect, and decides nothing.`,
        narrow: "scroll",
        columns: align(
          ["quantization"],
          [
            "accuracy, this run",
            "change, this run",
            "key metrics, this run",
            "accuracy, study",
            "change, study",
            "key metrics, study",
            "tier, study",
            "study's baseline",
          ],
        ),
        rows,
      },
    ],
  };
}

function ownCells(variant: VariantView, model: ModelView, protocol: Protocol | undefined): readonly Cell[] {
  const accuracy = protocol === undefined ? undefined : variant.summary.accuracy[protocol];
  const paired = protocol === undefined ? undefined : variant.summary.comparison?.accuracy[protocol];
  const change = changeOf(variant, model, (summary) => summary.keyMetricAverage);
  const isBaseline = variant.id === model.baseline.variant;
  return [
    accuracy === undefined ? "no task" : accuracyCell(accuracy),
    isBaseline
      ? "baseline"
      : paired?.estimate.kind === "estimated"
        ? percentagePoints(paired.estimate.difference)
        : "not compared",
    isBaseline ? "baseline" : change === undefined ? "not compared" : relativeChange(change),
  ];
}

function accuracyCell(accuracy: Accuracy): Cell {
  if (accuracy.kind === "unscored") return { text: "unscored", note: accuracy.reason };
  return {
    text: percent(accuracy.value),
    note: `${interval(accuracy, (bound) => decimal(bound * 100, 1))}\nn = ${count(accuracy.trials)}`,
  };
}
