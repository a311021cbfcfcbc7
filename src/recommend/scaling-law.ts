import type { HeldOut, Law } from "./goodness.ts";
import { holdOut } from "./goodness.ts";
import { type EtaRow, plainName, plannerReference, sourceText } from "./reference.ts";

/** How a backend shares the machine among users. */
export type ScalingLaw = "serialized" | "amdahl" | "power";

/** What a law learned: one parameter a model, and their mean for a model that it never saw. */
interface ByModel {
  readonly byModel: ReadonlyMap<string, number>;
  readonly otherwise: number;
}

/**
 * η(N): tokens per second of one user among N over the same alone, in (0, 1].
 * `serialized`: min(1, k/N), the bound of a closed queue with one server; `amdahl`: 1/(s + (1 − s)·N); `power`: N^−α.
 */
export function etaOf(law: ScalingLaw, parameter: number, users: number): number {
  if (!(users >= 1)) throw new RangeError(`users must be at least 1; got ${users}`);
  if (law === "serialized") return Math.min(1, parameter / users);
  return law === "amdahl" ? 1 / (parameter + (1 - parameter) * users) : users ** -parameter;
}

/** Where each law's parameter can lie. */
const RANGES: Readonly<Record<ScalingLaw, readonly [number, number]>> = {
  serialized: [0.5, 64],
  amdahl: [0, 1],
  power: [0, 3],
};

/** Least squares in one parameter: a coarse grid, then golden-section search around its best point. */
function fitParameter(law: ScalingLaw, rows: readonly EtaRow[]): number {
  const error = (parameter: number): number =>
    rows.reduce((sum, { nAgents, eta }) => sum + (etaOf(law, parameter, nAgents) - eta) ** 2, 0);
  const [least, most] = RANGES[law];
  const step = (most - least) / 2000;
  let best = least;
  for (let at = least; at <= most; at += step) if (error(at) < error(best)) best = at;
  let [low, high] = [Math.max(least, best - step), Math.min(most, best + step)];
  const ratio = (Math.sqrt(5) - 1) / 2;
  while (high - low > 1e-9) {
    const [left, right] = [high - ratio * (high - low), low + ratio * (high - low)];
    if (error(left) < error(right)) high = right;
    else low = left;
  }
  return (low + high) / 2;
}

function law(name: ScalingLaw): Law<EtaRow, ByModel> {
  return {
    fit: (rows) => {
      const models = [...new Set(rows.map(({ model }) => model))];
      const byModel = new Map(
        models.map((model) => [
          model,
          fitParameter(
            name,
            rows.filter((row) => row.model === model),
          ),
        ]),
      );
      return { byModel, otherwise: [...byModel.values()].reduce((sum, value) => sum + value, 0) / models.length };
    },
    predict: ({ model, nAgents }, { byModel, otherwise }) => etaOf(name, byModel.get(model) ?? otherwise, nAgents),
  };
}

/** Backends of which the study measured several users at once. */
export const SCALED_BACKENDS = ["ollama", "vllm", "tgi"] as const;
export type ScaledBackend = (typeof SCALED_BACKENDS)[number];

/** The reports whose runs were not slowed down by a profiler; η(1) is 1 by definition and left out of every fit. */
function rowsOf(backend: ScaledBackend): readonly EtaRow[] {
  return plannerReference().eta.filter(
    (row) => row.backend === backend && row.nAgents > 1 && !/TR13[12]/.test(sourceText(row.source)),
  );
}

/** A law with how well it does. */
export interface RankedLaw extends HeldOut {
  readonly law: ScalingLaw;
}

const measured = (row: EtaRow): number => row.eta;
const modelOf = (row: EtaRow): string => row.model;

/** Every law for a backend, the one that predicts models it never saw best (least mean squared error) first. */
export function rankedLaws(backend: ScaledBackend): readonly RankedLaw[] {
  const rows = rowsOf(backend);
  return (["serialized", "amdahl", "power"] as const)
    .map((name) => ({ law: name, ...holdOut(rows, law(name), { measured, groupOf: modelOf }) }))
    .sort((a, b) => a.leftOut.rmse - b.leftOut.rmse);
}

/** How a user's rate falls among others: measured where the study asked that very cell, else fitted. */
export interface EtaPrediction {
  readonly kind: "measured" | "fitted";
  readonly eta: number;
  readonly law?: ScalingLaw;
  /** Mean error in percent on models that the law had not seen. */
  readonly leftOutErrorPercent?: number;
  readonly source: string;
}

/** Throws RangeError for fewer users than one. */
export function predictEta(backend: ScaledBackend, model: string, users: number): EtaPrediction {
  if (users === 1) return { kind: "measured", eta: 1, source: "by definition" };
  const rows = rowsOf(backend);
  const cells = rows.filter((row) => row.nAgents === users && plainName(row.model) === plainName(model));
  if (cells.length > 0) {
    return {
      kind: "measured",
      eta: cells.reduce((sum, { eta }) => sum + eta, 0) / cells.length,
      source: cells.map(({ source }) => sourceText(source)).join(" and "),
    };
  }
  const best = rankedLaws(backend)[0];
  if (best === undefined) throw new RangeError(`nothing is published on ${backend} under several users`);
  const { byModel, otherwise } = law(best.law).fit(rows);
  const known = [...byModel].find(([name]) => plainName(name) === plainName(model))?.[1];
  return {
    kind: "fitted",
    eta: etaOf(best.law, known ?? otherwise, users),
    law: best.law,
    leftOutErrorPercent: best.leftOut.mapePercent,
    source: `${best.law} law over ${rows.length} published points`,
  };
}
