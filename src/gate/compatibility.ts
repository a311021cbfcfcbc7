import type { ModelSummary, Summary, VariantSummary } from "../analyze/summary.ts";
import type { Protocol } from "../domain/protocol.ts";
import { nominalBitsPerWeight, type Quantization } from "../domain/quantization.ts";
import { ROUNDING } from "./finding.ts";
import { plain, signed } from "./wording.ts";

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
  /** MMLU accuracy below Q8_0's, in percentage points; negative where it is above. */
  readonly mmluLossPp?: number;
}

/** Passing composite, and the losses from Q8_0 on MMLU that are still good and already bad. */
const COMPOSITE = 0.5;
const GOOD_LOSS_PP = 5;
const BAD_LOSS_PP = 9;

/**
 * Compatibility of every model and quantization in some runs. FAIL: more than 9 pp of MMLU lost from the model's Q8_0; PASS: a composite of at
 * least 0.50, or MMLU within 5 pp of Q8_0; FAIL: neither; unknown: too little was measured to tell. Where several runs or backends have the same
 * cell the worst counts. Q8_0 is taken from the same run and backend where possible, and always with the same protocol.
 */
export function compatibilityMatrix(summaries: readonly Summary[]): CompatibilityMatrix {
  const models = summaries.flatMap((summary) => summary.models);
  const cells = new Map<string, CompatibilityCell>();
  for (const model of models) {
    for (const variant of model.variants) {
      const cell = judgeCell(variant, reference(variant, model, models));
      const key = `${cell.model}\n${cell.quantization}`;
      const known = cells.get(key);
      cells.set(key, known === undefined || SEVERITY[cell.outcome] > SEVERITY[known.outcome] ? cell : known);
    }
  }
  const quantizations = [...new Set([...cells.values()].map((cell) => cell.quantization))];
  return {
    models: [...new Set(models.map((model) => model.model))],
    quantizations: quantizations.sort((a, b) => nominalBitsPerWeight(b) - nominalBitsPerWeight(a) || (a < b ? -1 : 1)),
    cells: [...cells.values()],
  };
}

/** A measured answer outweighs none, and a bad one a good one. */
const SEVERITY = { unknown: 0, PASS: 1, FAIL: 2 } as const;

function judgeCell(variant: VariantSummary, q8: VariantSummary | undefined): CompatibilityCell {
  const { model, quantization } = variant;
  const composite = variant.composite.kind === "scored" ? variant.composite.value : undefined;
  const loss = mmluLoss(variant, q8);
  const head = {
    model,
    quantization,
    ...(composite === undefined ? {} : { composite }),
    ...(loss === undefined ? {} : { mmluLossPp: loss }),
  };
  const mmlu = loss === undefined ? "MMLU not compared with Q8_0" : `MMLU ${signed(-loss)} pp against Q8_0`;
  const score = composite === undefined ? "composite not measured" : `composite ${plain(composite)}`;
  if (loss !== undefined && loss > BAD_LOSS_PP + ROUNDING)
    return { ...head, outcome: "FAIL", reason: `${mmlu}, more than ${BAD_LOSS_PP} pp lost` };
  if (composite !== undefined && composite >= COMPOSITE - ROUNDING)
    return { ...head, outcome: "PASS", reason: `${score}; ${mmlu}` };
  if (loss !== undefined && loss <= GOOD_LOSS_PP + ROUNDING)
    return { ...head, outcome: "PASS", reason: `${mmlu}; ${score}` };
  if (loss !== undefined && composite !== undefined)
    return { ...head, outcome: "FAIL", reason: `${score} is below ${COMPOSITE}, and ${mmlu}` };
  return { ...head, outcome: "unknown", reason: `${score}; ${mmlu}` };
}

/** The Q8_0 that a variant is held against: of the same run and backend, of the same run, of another run of the same model. */
function reference(
  variant: VariantSummary,
  run: ModelSummary,
  models: readonly ModelSummary[],
): VariantSummary | undefined {
  const others = models.filter((model) => model !== run && model.model === variant.model);
  const candidates = [run, ...others].flatMap((model) =>
    model.variants.filter((each) => each.quantization === "Q8_0" && each.model === variant.model),
  );
  const ownRun = candidates.filter((each) => run.variants.includes(each));
  return ownRun.find((each) => each.backend === variant.backend) ?? ownRun[0] ?? candidates[0];
}

/** The worst loss over the protocols that both have. */
function mmluLoss(variant: VariantSummary, q8: VariantSummary | undefined): number | undefined {
  if (q8 === undefined) return undefined;
  const [ours, theirs] = [mmluAccuracy(variant), mmluAccuracy(q8)];
  const losses = [...ours].flatMap(([protocol, accuracy]) => {
    const base = theirs.get(protocol);
    return base === undefined ? [] : [100 * (base - accuracy)];
  });
  return losses.length === 0 ? undefined : Math.max(...losses);
}

/** Accuracy over the items of a variant's MMLU tasks, by protocol. */
function mmluAccuracy(variant: VariantSummary): ReadonlyMap<Protocol, number> {
  const pools = new Map<Protocol, { correct: number; trials: number }>();
  for (const task of variant.tasks) {
    if (task.type !== "multiple-choice" || task.benchmark !== "mmlu" || task.accuracy.kind === "unscored") continue;
    const pool = pools.get(task.protocol) ?? { correct: 0, trials: 0 };
    pool.correct += task.accuracy.correct;
    pool.trials += task.accuracy.trials;
    pools.set(task.protocol, pool);
  }
  return new Map([...pools].map(([protocol, { correct, trials }]) => [protocol, correct / trials]));
}
