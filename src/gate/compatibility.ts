import { publishedTable } from "../analyze/published.ts";
import type { Summary, VariantSummary } from "../analyze/summary.ts";
import type { Protocol } from "../domain/protocol.ts";
import { nominalBitsPerWeight, type Quantization } from "../domain/quantization.ts";
import { plain, signed } from "../domain/write-number.ts";
import { accuracyLoss, type BenchmarkPool, poolsOf } from "./benchmark-pools.ts";
import { ROUNDING } from "./finding.ts";

/** Which quantizations of which models work, by point estimates: a first look, no gate. */
export interface CompatibilityMatrix {
  readonly models: readonly string[];
  /** From the most bits per weight to the least. */
  readonly quantizations: readonly Quantization[];
  /** One for each model and quantization that any run has. */
  readonly cells: readonly CompatibilityCell[];
}

export interface CompatibilityCell {
  readonly model: string;
  readonly quantization: Quantization;
  readonly outcome: "PASS" | "FAIL" | "unknown";
  readonly reason: string;
  readonly composite?: number;
  /** Accuracy pooled over MMLU and ARC below the reference's, in percentage points; negative where it is above. */
  readonly pooledLossPp?: number;
  /** MMLU accuracy below the reference's, in percentage points; negative where it is above. */
  readonly mmluLossPp?: number;
}

/** What a matrix knows of one variant. */
interface Entry {
  readonly model: string;
  readonly quantization: Quantization;
  readonly backend: string;
  readonly composite?: number;
  readonly pools: readonly BenchmarkPool[];
  /** Of the run that it comes from: whether it is the baseline there. */
  readonly baseline: boolean;
}

/** Passing composite, the loss on MMLU that is still good, and the pooled loss that is already bad. */
const COMPOSITE = 0.5;
const GOOD_LOSS_PP = 5;
const BAD_LOSS_PP = 9;

/**
 * Compatibility of every model and quantization in some runs, as published (P.3). FAIL: accuracy pooled over MMLU and ARC loses more than 9 pp
 * to Q8_0, within one protocol; PASS: a composite of at least 0.50, or MMLU within 5 pp; else FAIL. `unknown` where neither a composite was
 * measured nor an accuracy that both have. Where several runs or backends have the same cell the worst counts. Q8_0 is taken from the same run
 * and backend where possible; a model without any is held against its baseline, and the reason says so.
 */
export function compatibilityMatrix(summaries: readonly Summary[]): CompatibilityMatrix {
  return matrixOf(summaries.flatMap((summary) => summary.models.map((model) => model.variants.map(entryOf))));
}

/** The same of the published study's table, which has no composites. */
export function publishedMatrix(): CompatibilityMatrix {
  const { results } = publishedTable();
  const models = [...new Set(results.map((row) => row.model))];
  return matrixOf(
    models.map((model) =>
      results
        .filter((row) => row.model === model)
        .map((row): Entry => {
          const pool = (benchmark: string, accuracy: number, trials: number): BenchmarkPool => ({
            benchmark,
            protocol: PUBLISHED_PROTOCOL,
            correct: Math.round(accuracy * trials),
            trials,
          });
          return {
            model,
            quantization: row.quantization,
            backend: "",
            pools: [
              pool("mmlu", row.mmluAccuracy, row.mmluQuestions),
              pool("arc-challenge", row.arcAccuracy, row.arcQuestions),
            ],
            baseline: row.quantization === row.baseline,
          };
        }),
    ),
  );
}

/** The study asked for a letter and read it from the text. */
const PUBLISHED_PROTOCOL: Protocol = "generated-letter";

function entryOf(variant: VariantSummary): Entry {
  const { model, quantization, backend, composite, role } = variant;
  return {
    model,
    quantization,
    backend,
    ...(composite.kind === "scored" ? { composite: composite.value } : {}),
    pools: poolsOf(variant),
    baseline: role === "baseline",
  };
}

/** `runs`: the variants of each model of each run. */
function matrixOf(runs: readonly (readonly Entry[])[]): CompatibilityMatrix {
  const cells = new Map<string, CompatibilityCell>();
  for (const run of runs) {
    for (const entry of run) {
      const cell = judgeCell(entry, referenceOf(entry, run, runs));
      const key = `${cell.model}\n${cell.quantization}`;
      const known = cells.get(key);
      cells.set(key, known === undefined || SEVERITY[cell.outcome] > SEVERITY[known.outcome] ? cell : known);
    }
  }
  const quantizations = [...new Set([...cells.values()].map((cell) => cell.quantization))];
  return {
    models: [...new Set(runs.flatMap((run) => run.map(({ model }) => model)))],
    quantizations: quantizations.sort(
      (a, b) => (nominalBitsPerWeight(b) ?? 0) - (nominalBitsPerWeight(a) ?? 0) || (a < b ? -1 : 1),
    ),
    cells: [...cells.values()],
  };
}

/** A measured answer outweighs none, and a bad one a good one. */
const SEVERITY = { unknown: 0, PASS: 1, FAIL: 2 } as const;

function judgeCell(entry: Entry, reference: Entry | undefined): CompatibilityCell {
  const { model, quantization, composite } = entry;
  const pooled = reference === undefined ? undefined : accuracyLoss(entry.pools, reference.pools, "pooled");
  const mmlu = reference === undefined ? undefined : accuracyLoss(entry.pools, reference.pools, "mmlu");
  const head = {
    model,
    quantization,
    ...(composite === undefined ? {} : { composite }),
    ...(pooled === undefined ? {} : { pooledLossPp: pooled.lossPp }),
    ...(mmlu === undefined ? {} : { mmluLossPp: mmlu.lossPp }),
  };
  const against = `against ${reference?.quantization ?? "Q8_0"}${reference === undefined || reference.quantization === "Q8_0" ? "" : ", for want of Q8_0"}`;
  const accuracy = pooled === undefined ? undefined : `${pooled.over} ${signed(-pooled.lossPp, 1)} pp ${against}`;
  const knowledge = mmlu === undefined ? "MMLU not compared" : `MMLU ${signed(-mmlu.lossPp, 1)} pp ${against}`;
  const score = composite === undefined ? "composite not measured" : `composite ${plain(composite)}`;
  if (accuracy !== undefined && (pooled?.lossPp ?? 0) > BAD_LOSS_PP + ROUNDING)
    return { ...head, outcome: "FAIL", reason: `${accuracy}, more than ${BAD_LOSS_PP} pp lost` };
  if (composite !== undefined && composite >= COMPOSITE - ROUNDING)
    return { ...head, outcome: "PASS", reason: `${score}; ${accuracy ?? knowledge}` };
  if (mmlu !== undefined && mmlu.lossPp <= GOOD_LOSS_PP + ROUNDING)
    return { ...head, outcome: "PASS", reason: `${knowledge}; ${score}` };
  // Without MMLU the study has no rule that passes; its margin is applied to what was asked instead.
  if (mmlu === undefined && composite === undefined && pooled !== undefined && pooled.lossPp <= GOOD_LOSS_PP + ROUNDING)
    return { ...head, outcome: "PASS", reason: `${accuracy}; ${knowledge}` };
  if (composite === undefined && pooled === undefined)
    return { ...head, outcome: "unknown", reason: `${score}; ${knowledge}` };
  return {
    ...head,
    outcome: "FAIL",
    reason: `${composite === undefined ? score : `${score} is below ${COMPOSITE}`}; ${mmlu === undefined ? (accuracy ?? knowledge) : `${knowledge}, more than ${GOOD_LOSS_PP} pp lost`}`,
  };
}

/**
 * What a variant is held against: the Q8_0 of the same run and backend, of the same run, of another run of the same model; else the run's
 * baseline, but no baseline against itself where nothing else was run.
 */
function referenceOf(entry: Entry, run: readonly Entry[], runs: readonly (readonly Entry[])[]): Entry | undefined {
  const ofModel = (entries: readonly Entry[]) => entries.filter((each) => each.model === entry.model);
  const own = ofModel(run);
  const all = [...own, ...runs.filter((each) => each !== run).flatMap(ofModel)];
  const isQ8 = ({ quantization }: Entry): boolean => quantization === "Q8_0";
  const comparable = (each: Entry): boolean => accuracyLoss(entry.pools, each.pools, "pooled") !== undefined;
  const q8 =
    own.find((each) => isQ8(each) && each.backend === entry.backend) ??
    own.find(isQ8) ??
    all.filter(isQ8).find(comparable);
  // A baseline that nothing is held against says nothing of itself.
  const alone = own.length === 1;
  return q8 ?? all.find((each) => each.baseline && comparable(each) && !(alone && each === entry));
}
