import type { Question } from "./question.ts";
import { plainName, plannerReference, sourceText, type ThroughputRow } from "./reference.ts";
import { predictEta, SCALED_BACKENDS, type ScaledBackend } from "./scaling-law.ts";

/** Absolute rates of one machine differed by so much between two sessions of the same set-up: TR129 and TR130, three pairs. */
export const SESSION_ERROR_PERCENT = 41;

/** A predicted rate of one user among those at once. */
export interface SpeedPrediction {
  readonly kind: "measured" | "fitted";
  /** Completion tokens per second of one user. */
  readonly tokensPerSecond: number;
  readonly boundary: "wall" | "native";
  readonly source: string;
  /** How wrong it may be, in percent: at least what two sessions differ by, since the rate comes from another machine. */
  readonly errorPercent: number;
  readonly notes: readonly string[];
}

/**
 * The rate of one user on the study's machine: the measured cell where there is one, else the rate alone times η(users). A rate by the
 * wall clock is preferred; a native one knows no waiting. `undefined` where the study has no rate for that model, quantization and backend.
 */
export function predictSpeed(
  question: Pick<Question, "model" | "users">,
  backend: ScaledBackend,
  quantization: string,
): SpeedPrediction | undefined {
  const rows = plannerReference().throughput.filter(
    (row) =>
      row.backend === backend &&
      row.quantization === quantization &&
      plainName(row.model) === plainName(question.model) &&
      row.tokPerSecPerAgent !== undefined,
  );
  const closedLoop = rows.filter(
    (row) => row.boundary.includes("closed loop") && sourceText(row.source).startsWith("TR130"),
  );
  const cell = closedLoop.find((row) => row.nAgents === question.users);
  if (cell !== undefined) return prediction(cell, "wall", 1, "measured", []);
  const alone = closedLoop.find((row) => row.nAgents === 1);
  if (alone !== undefined) return scaled(alone, "wall", question, backend, []);
  const native = rows.find((row) => row.phase === "decode" && (row.nAgents ?? 1) === 1);
  if (native === undefined) return undefined;
  const biased = native.biased !== undefined && native.biased !== false;
  return scaled(native, "native", question, backend, biased ? ["mean of ratios over short answers: too high"] : []);
}

function scaled(
  row: ThroughputRow,
  boundary: "wall" | "native",
  { model, users }: Pick<Question, "model" | "users">,
  backend: ScaledBackend,
  notes: readonly string[],
): SpeedPrediction {
  const eta = predictEta(backend, model, users);
  if (users === 1) return prediction(row, boundary, 1, "measured", notes);
  return prediction(row, boundary, eta.eta, "fitted", [
    ...notes,
    `${users} users: × ${eta.eta.toFixed(3)} (${eta.kind}, ${eta.source}${eta.leftOutErrorPercent === undefined ? "" : `, ${eta.leftOutErrorPercent.toFixed(1)} % off on models left out`})`,
  ]);
}

function prediction(
  row: ThroughputRow,
  boundary: "wall" | "native",
  eta: number,
  kind: SpeedPrediction["kind"],
  notes: readonly string[],
): SpeedPrediction {
  return {
    kind,
    tokensPerSecond: (row.tokPerSecPerAgent ?? 0) * eta,
    boundary,
    source: `${sourceText(row.source)} (${row.id})`,
    errorPercent: SESSION_ERROR_PERCENT,
    notes,
  };
}

/** How fast prompts are read. */
export interface PromptRate {
  /** Prompt tokens per second of one prompt alone, cold. */
  readonly tokensPerSecond: number;
  readonly source: string;
  /** Said where the rate was measured on another backend than the one that is asked for. */
  readonly note?: string;
}

/**
 * The rate at the published prompt length that is nearest (by ratio) to this one. For vLLM and TGI nothing is published: compiled FP16
 * prefill stands for theirs, and the note says so. `undefined` where neither is known.
 */
export function promptRate(model: string, backend: ScaledBackend, promptTokens: number): PromptRate | undefined {
  const measuredOn = backend === "ollama" ? "ollama" : "transformers-gpu-compile";
  const rows = plannerReference().throughput.flatMap((row) => {
    const length = row.contextTokens ?? (typeof row.promptTokens === "number" ? row.promptTokens : undefined);
    const matches = row.backend === measuredOn && plainName(row.model) === plainName(model);
    return matches && length !== undefined && row.tokPerSecPrefill !== undefined
      ? [{ length, tokensPerSecond: row.tokPerSecPrefill, source: sourceText(row.source) }]
      : [];
  });
  const far = (length: number): number => Math.abs(Math.log(length / Math.max(1, promptTokens)));
  const [first, ...others] = rows;
  if (first === undefined) return undefined;
  const nearest = others.reduce((best, row) => (far(row.length) < far(best.length) ? row : best), first);
  return {
    tokensPerSecond: nearest.tokensPerSecond,
    source: nearest.source,
    ...(backend === "ollama"
      ? {}
      : { note: `prompts as compiled FP16 reads them (${nearest.source}): none published on ${backend}` }),
  };
}

/** From so many users on continuous batching pays: J.2. */
export const BATCHING_USERS = 4;

/** Backends to weigh for so many users: GGUF on Ollama always, servers with continuous batching from four users on (J.1, J.2). */
export function backendsFor(users: number): readonly ScaledBackend[] {
  return users >= BATCHING_USERS ? SCALED_BACKENDS : ["ollama"];
}
