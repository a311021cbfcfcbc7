import { usdPer1M } from "../perform/cost.ts";
import { memoryEstimate } from "../perform/memory.ts";
import { type Goodness, goodnessOf } from "./goodness.ts";
import { publishedQuality } from "./published-quality.ts";
import { plainName, plannerReference, sourceText } from "./reference.ts";
import { etaOf, predictEta, rankedLaws, SCALED_BACKENDS } from "./scaling-law.ts";
import { predictSpeed } from "./speed.ts";
import { vramLaws } from "./vram-law.ts";
import { type Recomputed, recomputedNumbers } from "./worked-number.ts";

/** One of the study's four targets: as it was claimed, and as it stands on data that a law had not seen. */
export interface ValidatedTarget {
  readonly model: string;
  readonly target: string;
  readonly published: number;
  readonly inSample?: Goodness;
  /** Absent where the study printed too little to leave anything out. */
  readonly outOfSample?: Goodness;
  /** `met` only on data that were left out; `in-sample-only` where the target holds on fitted data alone. */
  readonly state: "met" | "missed" | "in-sample-only" | "not-testable";
  readonly note: string;
}

export interface SpotCheck {
  readonly check: string;
  readonly found: string;
  readonly passes: boolean;
}

export interface Validation {
  readonly targets: readonly ValidatedTarget[];
  readonly scaling: readonly {
    readonly backend: string;
    readonly law: string;
    readonly inSample: Goodness;
    readonly leftOut: Goodness;
  }[];
  readonly spotChecks: readonly SpotCheck[];
  readonly workedNumbers: readonly Recomputed[];
}

/** Holds the adviser's laws against the study's figures, in sample and with models left out. */
export function validatePlanner(): Validation {
  return {
    targets: validatedTargets(),
    scaling: SCALED_BACKENDS.flatMap((backend) =>
      rankedLaws(backend).map(({ law, inSample, leftOut }) => ({ backend, law, inSample, leftOut })),
    ),
    spotChecks: spotChecks(),
    workedNumbers: recomputedNumbers(),
  };
}

function validatedTargets(): readonly ValidatedTarget[] {
  const { targets } = plannerReference();
  return targets
    .filter(({ target }) => target !== "none set")
    .map(({ model, metric, target, achievedPrinted, honest }) => {
      const common = { model, target: `${metric} ${target}`, published: achievedPrinted };
      if (model === "VRAM") {
        const [law] = vramLaws();
        if (law === undefined) throw new RangeError("the reference data have no measured peaks");
        return {
          ...common,
          inSample: law.inSample,
          outOfSample: law.leftOut,
          state: law.leftOut.r2 >= 0.95 ? ("met" as const) : ("in-sample-only" as const),
          note: `${law.name}, models left out; eager attention at FP16 only: nothing is published for flash attention`,
        };
      }
      if (model === "Latency") return { ...common, ...latency() };
      if (model === "Throughput") return { ...common, ...throughput() };
      return { ...common, state: "not-testable" as const, note: honest ?? "too few rows to leave any out" };
    });
}

/** Latency among N users by the rate alone and the η of models that were left out: TR130, 27 cells. */
function latency(): Pick<ValidatedTarget, "outOfSample" | "state" | "note"> {
  const cells = plannerReference().throughput.filter(
    (row) => sourceText(row.source).startsWith("TR130 SS5.1") && row.tokPerSecPerAgent !== undefined,
  );
  const pairs = cells.flatMap((cell) => {
    const backend = SCALED_BACKENDS.find((name) => name === cell.backend);
    const alone = cells.find((row) => row.nAgents === 1 && row.model === cell.model && row.backend === cell.backend);
    const [users, rate, solo] = [cell.nAgents ?? 1, cell.tokPerSecPerAgent, alone?.tokPerSecPerAgent];
    if (backend === undefined || users === 1 || rate === undefined || solo === undefined) return [];
    const others = rowsOfOthers(backend, cell.model, users);
    return others === undefined ? [] : [{ measured: 1 / rate, predicted: 1 / (solo * others) }];
  });
  const outOfSample = goodnessOf(pairs);
  return {
    outOfSample,
    state: outOfSample.mapePercent <= 25 ? "met" : "missed",
    note: "time among N users from the time alone, η from the other models; the study predicted each cell by itself",
  };
}

/** Mean η at so many users over the other models of the same report and backend. */
function rowsOfOthers(backend: string, model: string, users: number): number | undefined {
  const etas = plannerReference()
    .eta.filter(
      (row) =>
        row.backend === backend &&
        row.nAgents === users &&
        row.model !== model &&
        sourceText(row.source).startsWith("TR130"),
    )
    .map(({ eta }) => eta);
  return etas.length === 0 ? undefined : etas.reduce((sum, eta) => sum + eta, 0) / etas.length;
}

/** One session's rates by the other session's: what any absolute rate from elsewhere is worth. TR129 and TR130, three models. */
function throughput(): Pick<ValidatedTarget, "outOfSample" | "state" | "note"> {
  const alone = (report: string) =>
    plannerReference().throughput.filter(
      (row) => row.backend === "ollama" && row.nAgents === 1 && sourceText(row.source).startsWith(report),
    );
  const pairs = alone("TR130 SS5.1").flatMap((row) => {
    const before = alone("TR129 4.1").find(({ model }) => plainName(model) === plainName(row.model));
    if (row.tokPerSecPerAgent === undefined || before?.tokPerSecPerAgent === undefined) return [];
    return [{ measured: row.tokPerSecPerAgent, predicted: before.tokPerSecPerAgent }];
  });
  const outOfSample = goodnessOf(pairs);
  return {
    outOfSample,
    state: outOfSample.r2 >= 0.85 ? "met" : "in-sample-only",
    note: "the same set-up in another session; the study held single requests against the mean of their own cell",
  };
}

/** The study's ten spot checks (TR133 12), asked of our own functions. */
function spotChecks(): readonly SpotCheck[] {
  const check = (name: string, passes: boolean, found: string): SpotCheck => ({ check: name, passes, found });
  const gib = (model: string, bits: number): number => {
    const shape = plannerReference().architectures.find((entry) => entry.model === model);
    if (shape === undefined) throw new RangeError(`the reference data have no shape of ${model}`);
    const estimate = memoryEstimate(
      { ...shape, heads: shape.attentionHeads, weightsBytes: (shape.paramsFromShapes * bits) / 8 },
      { contextTokens: 2048, attention: "eager" },
    );
    return estimate.totalBytes / 2 ** 30;
  };
  const [small, large, quantized] = [gib("llama3.2-3b", 16), gib("llama3.1-8b", 16), gib("llama3.2-3b", 4.89)];
  const rate = (model: string, quantization: string): number =>
    predictSpeed({ model, users: 1 }, "ollama", quantization)?.tokensPerSecond ?? Number.NaN;
  const [rate1b, rate3b] = [rate("llama3.2-1b", "Q8_0"), rate("llama3.2-3b", "Q4_K_M")];
  const mmlu = (quantization: string): number => publishedQuality("llama3.2-1b", quantization)?.mmlu ?? Number.NaN;
  const eta8 = predictEta("ollama", "llama3.2-1b", 8).eta;
  const usd = (tokensPerSecond: number): number => usdPer1M({ tokensPerSecond, dollarsPerHour: 0.035 });
  return [
    check("llama3.2-3b FP16 at 2,048 tokens takes 3 to 12 GB", small > 3 && small < 12, `${small.toFixed(2)} GiB`),
    check("llama3.1-8b FP16 at 2,048 tokens takes 8 to 30 GB", large > 8 && large < 30, `${large.toFixed(2)} GiB`),
    check("Q4_K_M takes less than FP16", quantized < small, `${quantized.toFixed(2)} < ${small.toFixed(2)} GiB`),
    check("1B is faster than 3B on Ollama", rate1b > rate3b, `${rate1b.toFixed(1)} > ${rate3b.toFixed(1)} tokens/s`),
    check("FP16 is no worse than Q2_K", mmlu("FP16") >= mmlu("Q2_K"), `MMLU ${mmlu("FP16")} ≥ ${mmlu("Q2_K")}`),
    check("η(1) is 1", etaOf("amdahl", 0.5, 1) === 1 && predictEta("ollama", "llama3.2-1b", 1).eta === 1, "1"),
    check("η(8) on Ollama is below 1", eta8 < 1, eta8.toFixed(3)),
    check("faster is cheaper", usd(100) < usd(10), `$${usd(100).toFixed(3)} < $${usd(10).toFixed(3)}`),
    check("50 tokens/s at $0.035 an hour", Math.abs(usd(50) - 0.1944) < 1e-4, `$${usd(50).toFixed(4)}`),
    check("a month is 720 hours", Math.abs(0.035 * 720 - 25.2) < 1e-9, `$${(0.035 * 720).toFixed(2)}`),
  ];
}
