import { blendedUsdPer1M, fleetFor, secondsPerRequest, usdPer1M } from "../perform/cost.ts";
import { kvCacheBytes } from "../perform/memory.ts";
import { plannerReference, sourceText, type WorkedNumber } from "./reference.ts";
import { etaOf } from "./scaling-law.ts";
import { ARITHMETIC, BY_ID } from "./worked-arithmetic.ts";

/** A number of the study's examples, worked out by our own functions. */
export interface Recomputed {
  readonly id: string;
  readonly quantity: string;
  readonly unit: string;
  readonly printed: number;
  readonly ours: number;
  /** Within the tolerance that the reference data sets for it. */
  readonly agrees: boolean;
  readonly source: string;
  readonly note?: string;
}

type Inputs = Readonly<Record<string, number>>;
const of = (inputs: Inputs, name: string): number => {
  const value = inputs[name];
  if (value === undefined) throw new RangeError(`a worked number lacks its input "${name}"`);
  return value;
};

/** By the formula's name in the reference data: those that a function of ours computes. */
const FORMULAS: Readonly<Record<string, (inputs: Inputs) => number>> = {
  "1e6/rate/3600*p": (inputs) => price(inputs),
  "2*L*H*d*b*n": (inputs) =>
    kvCacheBytes(
      { layers: of(inputs, "layers"), kvHeads: of(inputs, "kvHeads"), headDim: of(inputs, "headDim") },
      { contextTokens: of(inputs, "contextTokens") },
    ) / 1e6,
  "p/pre+g/dec": (inputs) =>
    secondsPerRequest(
      { promptTokens: 256, completionTokens: 128 },
      { promptTokensPerSecond: of(inputs, "prefillTokPerSec"), decodeTokensPerSecond: of(inputs, "decodeTokPerSec") },
    ),
  "1/(s+(1-s)N)": (inputs) => etaOf("amdahl", of(inputs, "s"), of(inputs, "nAgents")),
  "385.8/rate": (inputs) => fleetFor({ tokensPerMonth: 1e9 }, worker(of(inputs, "tokPerSec"))).load,
  "t/s": (inputs) => fleetFor({ tokensPerMonth: of(inputs, "tokens") }, worker(1)).meanTokensPerSecond,
  "ceil(w*b)": (inputs) =>
    fleetFor({ tokensPerMonth: of(inputs, "workers") * 100 * 2_592_000, burst: of(inputs, "burst") }, worker(100))
      .workers,
  "p*720": (inputs) =>
    fleetFor({ tokensPerMonth: 0 }, { tokensPerSecond: 1, dollarsPerHour: of(inputs, "usdPerHour") }).usdPerMonth,
  "blend x 100": (inputs) =>
    100 *
    blendedUsdPer1M(
      { promptTokens: 67, completionTokens: 33 },
      { promptTokensPerSecond: of(inputs, "prefillTokPerSec"), decodeTokensPerSecond: of(inputs, "decodeTokPerSec") },
      of(inputs, "usdPerHour"),
    ),
};

const worker = (tokensPerSecond: number) => ({ tokensPerSecond, dollarsPerHour: 0 });
const price = (inputs: Inputs): number =>
  usdPer1M({ tokensPerSecond: of(inputs, "tokPerSec"), dollarsPerHour: of(inputs, "usdPerHour") });

/** Formulas that are named by the quantity, because the data call them just "formula". */
function formulaOf({ id, formula, input }: WorkedNumber): (() => number) | undefined {
  const byOwnFunction =
    formula === "formula" && "tokPerSec" in input && "usdPerHour" in input ? price : FORMULAS[formula];
  if (byOwnFunction !== undefined) {
    const inputs = Object.fromEntries(
      Object.entries(input).filter((entry): entry is [string, number] => typeof entry[1] === "number"),
    );
    return () => byOwnFunction(inputs);
  }
  const arithmetic = BY_ID[id] ?? ARITHMETIC[formula];
  return arithmetic === undefined ? undefined : () => arithmetic(input);
}

/** The study's worked numbers, computed by our functions or line by line, each held against what was printed. */
export function recomputedNumbers(): readonly Recomputed[] {
  return plannerReference().workedNumbers.flatMap((number) => {
    const formula = formulaOf(number);
    if (formula === undefined) return [];
    const ours = formula();
    return [
      {
        id: number.id,
        quantity: number.quantity,
        unit: number.unit,
        printed: number.expectedPrinted,
        ours,
        agrees: Math.abs(ours / number.expectedPrinted - 1) <= number.tolerance,
        source: sourceText(number.source),
        ...(number.note === undefined ? {} : { note: number.note }),
      },
    ];
  });
}
