import { nominalBitsPerWeight, UNKNOWN_BITS } from "../domain/quantization.ts";
import { type Fleet, fleetFor, usdPer1M } from "../perform/cost.ts";
import { type Headroom, headroom, type MemoryEstimate, memoryEstimate } from "../perform/memory.ts";
import { wilsonInterval } from "../stats/wilson.ts";
import type { ProvenQuality } from "./evidence.ts";
import type { Machine } from "./machine.ts";
import type { PublishedQuality } from "./published-quality.ts";
import type { Question } from "./question.ts";
import type { Architecture } from "./reference.ts";
import type { ScaledBackend } from "./scaling-law.ts";
import { predictSpeed, promptRate, type SpeedPrediction } from "./speed.ts";

/** Why a candidate is out, and by which gate. */
export interface Rejection {
  readonly gate: "risk" | "vram" | "quality" | "latency" | "budget";
  readonly reason: string;
}

/** One way to serve the model: a quantization on a backend, with all that is known of it. */
export interface Candidate {
  readonly quantization: string;
  readonly backend: ScaledBackend;
  readonly bitsPerWeight: number;
  readonly proven?: ProvenQuality;
  readonly published?: PublishedQuality;
  /** The figure that candidates are ranked by; own runs first. */
  readonly quality?: QualityFigure;
  readonly memory?: MemoryEstimate;
  readonly headroom?: Headroom;
  readonly speed?: SpeedPrediction;
  /** Time of one request among all users, derived. */
  readonly latencyMs?: number;
  /** Of all users together, prompt and completion tokens. */
  readonly tokensPerSecond?: number;
  readonly usdPer1M?: number;
  readonly fleet?: Fleet;
  readonly rejections: readonly Rejection[];
  readonly notes: readonly string[];
}

/** A share in [0, 1]; accuracy with Wilson's 95 % interval. Figures of different kinds are never ranked against each other. */
export type QualityFigure =
  | {
      readonly kind: "accuracy";
      readonly value: number;
      readonly lower: number;
      readonly upper: number;
      readonly source: "own" | "published";
    }
  | { readonly kind: "key metric average" | "composite"; readonly value: number; readonly source: "own" | "published" };

function qualityOf(proven?: ProvenQuality, published?: PublishedQuality): QualityFigure | undefined {
  if (proven?.accuracy !== undefined) {
    const { value, correct, trials } = proven.accuracy;
    const { lower, upper } = wilsonInterval({ successes: correct, trials, confidence: 0.95 });
    return { kind: "accuracy", value, lower, upper, source: "own" };
  }
  if (proven?.keyMetricAverage !== undefined) {
    return { kind: "key metric average", value: proven.keyMetricAverage, source: "own" };
  }
  if (published?.accuracy !== undefined) return { kind: "accuracy", ...published.accuracy, source: "published" };
  return published?.composite === undefined
    ? undefined
    : { kind: "composite", value: published.composite, source: "published" };
}

/** What every candidate of a question shares. */
export interface Setting {
  readonly question: Question;
  readonly machine: Machine;
  readonly shape?: Architecture;
  readonly tokens: { readonly prompt: number; readonly completion: number };
}

/** Measures one candidate by the figures there are; nothing is rejected yet. */
export function measureCandidate(
  setting: Setting,
  backend: ScaledBackend,
  quantization: string,
  known: { readonly proven?: ProvenQuality; readonly published?: PublishedQuality },
): Candidate {
  const { question, machine, tokens } = setting;
  const bitsPerWeight = known.proven?.bitsPerWeight ?? nominalBitsPerWeight(quantization) ?? UNKNOWN_BITS;
  const memory = memoryOf(setting, bitsPerWeight, known.proven?.fileBytes);
  const speed = predictSpeed(question, backend, quantization);
  const notes = [...(speed?.notes ?? [])];
  const latencyMs = speed === undefined ? undefined : latencyOf(setting, backend, speed, notes);
  const all = tokens.prompt + tokens.completion;
  const rate = latencyMs === undefined || latencyMs === 0 ? undefined : (1000 * question.users * all) / latencyMs;
  const price = machine.dollarsPerHour;
  const paid = rate === undefined || price === undefined ? undefined : { tokensPerSecond: rate, dollarsPerHour: price };
  const load = question.tokensPerMonth;
  const quality = qualityOf(known.proven, known.published);
  return {
    quantization,
    backend,
    bitsPerWeight,
    ...known,
    ...(quality === undefined ? {} : { quality }),
    ...(memory === undefined ? {} : { memory }),
    ...(memory === undefined || machine.vramGb === undefined
      ? {}
      : { headroom: headroom(memory.totalBytes, machine.vramGb * 1e9) }),
    ...(speed === undefined ? {} : { speed }),
    ...(latencyMs === undefined ? {} : { latencyMs }),
    ...(rate === undefined ? {} : { tokensPerSecond: rate }),
    ...(paid === undefined ? {} : { usdPer1M: usdPer1M(paid) }),
    ...(paid === undefined || load === undefined
      ? {}
      : { fleet: fleetFor({ tokensPerMonth: load, burst: question.burst }, paid) }),
    rejections: [],
    notes,
  };
}

/** A closed-loop rate by the wall clock holds prompts of up to so many tokens already. */
const PROMPT_IN_WALL_RATE = 300;

/**
 * Time of one request in milliseconds where all users ask at once: their prompts are read one behind the other, answers are written side
 * by side at the predicted rate. `undefined`, with a note, where a prompt counts and no rate of reading it was published.
 */
function latencyOf(
  { question, tokens }: Setting,
  backend: ScaledBackend,
  speed: SpeedPrediction,
  notes: string[],
): number | undefined {
  const answerMs = (1000 * tokens.completion) / speed.tokensPerSecond;
  const counts = Math.max(0, tokens.prompt - (speed.boundary === "wall" ? PROMPT_IN_WALL_RATE : 0));
  if (counts === 0) return answerMs;
  const prompt = promptRate(question.model, backend, tokens.prompt);
  if (prompt === undefined) {
    notes.push(
      `time and price left open: no rate of reading prompts was published for ${question.model} on ${backend}`,
    );
    return undefined;
  }
  if (prompt.note !== undefined) notes.push(prompt.note);
  return answerMs + (question.users * 1000 * counts) / prompt.tokensPerSecond;
}

function memoryOf({ question, shape }: Setting, bitsPerWeight: number, fileBytes?: number): MemoryEstimate | undefined {
  if (shape === undefined) return undefined;
  return memoryEstimate(
    {
      layers: shape.layers,
      heads: shape.attentionHeads,
      kvHeads: shape.kvHeads,
      headDim: shape.headDim,
      weightsBytes: fileBytes ?? (shape.paramsFromShapes * bitsPerWeight) / 8,
    },
    { contextTokens: question.contextTokens, parallel: question.users, attention: "flash" },
  );
}
