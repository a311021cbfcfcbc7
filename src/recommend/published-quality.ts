import { publishedResult } from "../analyze/published.ts";
import { parseQuantization, type Quantization } from "../domain/quantization.ts";
import { publishedMatrix } from "../gate/compatibility.ts";
import { plainName, plannerReference } from "./reference.ts";

/** What the study's tables say of one quantization of a model. */
export interface PublishedQuality {
  /** P.3, rebuilt by its rule from the published accuracies. */
  readonly cell: "PASS" | "FAIL" | "unknown";
  readonly reason: string;
  /** Shares in [0, 1]. */
  readonly mmlu?: number;
  readonly arc?: number;
  /** Pooled over both, with the study's own Wilson 95 % interval. */
  readonly accuracy?: { readonly value: number; readonly lower: number; readonly upper: number };
  /** Points and percent against the study's baseline of that model; negative: lost. */
  readonly deltaPp?: number;
  readonly generationDeltaPercent?: number;
  /** On the planner's scale of seven metrics, which mixes base and instruct models. */
  readonly composite?: number;
}

/** `undefined` where the study has neither the model nor the quantization. */
export function publishedQuality(model: string, quantization: string): PublishedQuality | undefined {
  const known = parseQuantization(quantization);
  const cell = publishedMatrix().cells.find(
    (entry) => entry.quantization === known && plainName(entry.model) === plainName(model),
  );
  const composite = plannerReference().composites.find(
    (entry) => entry.quantization === known && plainName(entry.model) === plainName(model),
  )?.composite;
  if (cell === undefined) return undefined;
  const row = publishedResult(model, cell.quantization);
  return {
    cell: cell.outcome,
    reason: cell.reason,
    ...(row === undefined
      ? {}
      : {
          mmlu: row.mmluAccuracy,
          arc: row.arcAccuracy,
          accuracy: { value: row.rescoredAccuracy, lower: row.wilson95[0], upper: row.wilson95[1] },
          deltaPp: row.deltaPp,
        }),
    ...(row === undefined || row.generationDeltaPct === null ? {} : { generationDeltaPercent: row.generationDeltaPct }),
    ...(composite === undefined ? {} : { composite }),
  };
}

/** Quantizations of the model that the study has, from the most to the least bits per weight; none for a model it doesn't have. */
export function publishedQualities(model: string): readonly Quantization[] {
  const { cells, quantizations } = publishedMatrix();
  return quantizations.filter((quantization) =>
    cells.some((cell) => cell.quantization === quantization && plainName(cell.model) === plainName(model)),
  );
}
