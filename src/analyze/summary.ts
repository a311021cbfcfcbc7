import type { TokenCounts } from "../domain/answer.ts";
import type { MissingCause, WrongCause } from "../domain/grade.ts";
import type { GenerationKind } from "../domain/item.ts";
import type { Figure, Protocol } from "../domain/protocol.ts";
import type { Quantization } from "../domain/quantization.ts";
import type { ModelMetadata } from "../domain/record.ts";
import type { PooledFigure, ReadInPart } from "../score/pooled-figures.ts";
import type { BackendsComparison } from "./backends.ts";
import type { VariantComparison } from "./compare.ts";
import type { Noise } from "./noise.ts";
import type { SamplingSpread } from "./sampling-spread.ts";

/** `summary.json`: what a run found. No times and no host names: equal answers give equal bytes. */
export interface Summary {
  readonly schema: 1;
  readonly name: string;
  readonly specHash: string;
  /** Looks that α is split over; absent: one. */
  readonly looks?: number;
  readonly models: readonly ModelSummary[];
}

export interface ModelSummary {
  readonly model: string;
  readonly baseline: { readonly variant: string; readonly reason: string };
  readonly variants: readonly VariantSummary[];
  /** Absent unless the spec asks for `repeat`. */
  readonly noise?: Noise;
  /** Absent unless the spec asks for `sampling`. */
  readonly sampling?: SamplingSpread;
  /** Absent unless a quantization is on several backends. */
  readonly backends?: readonly BackendsComparison[];
}

export interface VariantSummary {
  readonly variant: string;
  readonly model: string;
  readonly quantization: Quantization;
  readonly backend: string;
  readonly role: "baseline" | "candidate";
  readonly weightsDigest?: string;
  readonly tensorsDigest?: string;
  readonly hyperparametersDigest?: string;
  readonly build?: string;
  readonly metadata: ModelMetadata;
  readonly tasks: readonly TaskSummary[];
  /** Items pooled over the multiple-choice tasks of one protocol. */
  readonly accuracy: Readonly<Partial<Record<Protocol, Accuracy>>>;
  /** Each metric pooled over the items of the tasks that declare it. */
  readonly metrics: Readonly<Record<string, MetricSummary>>;
  readonly composite: Aggregate;
  readonly keyMetricAverage: Aggregate;
  readonly comparison?: VariantComparison;
}

export type TaskSummary = MultipleChoiceSummary | GenerationSummary;

export interface MultipleChoiceSummary {
  readonly type: "multiple-choice";
  readonly task: string;
  readonly benchmark?: string;
  readonly protocol: Protocol;
  readonly primary: Figure;
  readonly items: number;
  /** Items with an answer that counts: right or wrong. */
  readonly scored: number;
  readonly wrong: Readonly<Record<WrongCause, number>>;
  readonly missing: Readonly<Record<MissingCause | "absent", number>>;
  readonly accuracy: Accuracy;
  readonly figures: Readonly<Partial<Record<Figure, Accuracy>>>;
  /** Accuracy of guessing: mean of 1/choices over the scored items. */
  readonly chance: number;
  readonly subjects: readonly { readonly subject: string; readonly accuracy: Accuracy }[];
  /** Items asked again after an error, on request; absent when there were none. */
  readonly retried?: number;
  readonly tokens: TokenCounts;
}

export interface GenerationSummary {
  readonly type: "generation";
  readonly task: string;
  readonly kind: GenerationKind;
  readonly items: number;
  readonly scored: number;
  /** Answers that are scored and counted here too. */
  readonly flawed: { readonly empty: number; readonly truncated: number };
  readonly missing: { readonly errored: number; readonly absent: number };
  readonly metrics: Readonly<Record<string, MetricSummary>>;
  readonly corpus: readonly PooledFigure[];
  /** Items asked again after an error, on request; absent when there were none. */
  readonly retried?: number;
  readonly tokens: TokenCounts;
}

/** A proportion with Wilson's 95 % interval; without trials there is none. */
export type Accuracy =
  | {
      readonly kind: "scored";
      readonly correct: number;
      readonly trials: number;
      readonly value: number;
      readonly lower: number;
      readonly upper: number;
      readonly method: "Wilson 95 %";
    }
  | { readonly kind: "unscored"; readonly reason: string };

/** A mean of item scores with its descriptive 95 % t interval. */
export type MetricSummary =
  | {
      readonly kind: "scored";
      readonly mean: number;
      readonly items: number;
      readonly lower: number;
      readonly upper: number;
      readonly method: "t 95 %" | "one item";
      readonly signature?: string;
      /** Answers and references that an encoder read, and how many of them only up to its maximum; absent where there is no encoder. */
      readonly texts?: ReadInPart;
      readonly unscored: Readonly<Record<string, number>>;
    }
  | { readonly kind: "unscored"; readonly reason: string; readonly unscored: Readonly<Record<string, number>> };

export type Aggregate =
  | { readonly kind: "scored"; readonly value: number; readonly metrics: readonly string[] }
  | { readonly kind: "unscored"; readonly reason: string };
