/** What of a model's shape decides how much its cache needs. All positive whole numbers. */
export interface AttentionShape {
  readonly layers: number;
  /** Query heads; only eager attention's scores depend on them. */
  readonly heads: number;
  /** Heads of keys and values: equal to `heads` without grouped-query attention. */
  readonly kvHeads: number;
  /** Size of one head's key or value. */
  readonly headDim: number;
}

/**
 * `flash`: scores never stand in memory (llama.cpp, Ollama and vLLM with flash or paged attention). `eager`: each layer's n × n scores do,
 * one layer at a time, as in PyTorch's eager attention.
 */
export type AttentionKind = "flash" | "eager";

/**
 * Bytes per element of a cache by llama.cpp's names of types; block formats with their scales (q8_0: 34 bytes for 32 values). ggml's
 * block layouts, as `ggml_type_size / ggml_blck_size`.
 */
export const CACHE_BYTES_PER_VALUE: Readonly<Record<CacheType, number>> = {
  f32: 4,
  f16: 2,
  bf16: 2,
  fp8: 1,
  q8_0: 34 / 32,
  q5_1: 24 / 32,
  q5_0: 22 / 32,
  q4_1: 20 / 32,
  q4_0: 18 / 32,
  iq4_nl: 18 / 32,
};
export type CacheType = "f32" | "f16" | "bf16" | "fp8" | "q8_0" | "q5_1" | "q5_0" | "q4_1" | "q4_0" | "iq4_nl";

function requirePositive(values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (!(value > 0 && Number.isFinite(value))) throw new RangeError(`${name} must be a number above 0; got ${value}`);
  }
}

/**
 * Bytes of the key-value cache: 2 · layers · kvHeads · headDim · context · parallel · bytes of one value. `context` counts tokens of one
 * sequence, `parallel` the sequences at once. Models with sliding windows or shared caches need less than that. Throws RangeError for
 * anything that is not above 0.
 */
export function kvCacheBytes(
  shape: Omit<AttentionShape, "heads">,
  load: { readonly contextTokens: number; readonly parallel?: number; readonly cacheType?: CacheType },
): number {
  const parallel = load.parallel ?? 1;
  const { layers, kvHeads, headDim } = shape;
  requirePositive({ layers, kvHeads, headDim, contextTokens: load.contextTokens, parallel });
  return (
    2 * layers * kvHeads * headDim * load.contextTokens * parallel * CACHE_BYTES_PER_VALUE[load.cacheType ?? "f16"]
  );
}

const GIB = 2 ** 30;
/**
 * Overhead and cost of eager scores as fitted on the 17 published rows of three Qwen2.5 models at FP16 (512 to 16,384 tokens, TR127 6.2):
 * W + KV + 0.156 GiB + 9.383 B · heads · n². R² 0.9998, mean error 1.5 % in sample; with a model left out 0.9995 and 2.1 %.
 */
export const EAGER_FIT = { overheadBytes: 0.156 * GIB, bytesPerHeadAndPair: 9.383, leftOutErrorPercent: 2.1 } as const;

/** A derived figure: each part in bytes, and how far published measurements were from this formula. */
export interface MemoryEstimate {
  readonly kind: "derived";
  readonly weightsBytes: number;
  readonly kvBytes: number;
  readonly overheadBytes: number;
  /** n × n attention scores of one layer; 0 unless attention is eager. */
  readonly scoresBytes: number;
  readonly totalBytes: number;
  /** How good the formula is, in words: no error is known where nothing was published to hold it against. */
  readonly error: string;
}

/**
 * Memory that serving a model takes, derived: weights (all shards) + key-value cache + overhead, and with eager attention the scores of a
 * prompt as long as the context. Without a published measurement of flash attention per model the same overhead is taken and said to be
 * unchecked. Throws RangeError for anything that is not above 0.
 */
export function memoryEstimate(
  model: AttentionShape & { readonly weightsBytes: number },
  load: {
    readonly contextTokens: number;
    readonly parallel?: number;
    readonly cacheType?: CacheType;
    readonly attention: AttentionKind;
  },
): MemoryEstimate {
  requirePositive({ weightsBytes: model.weightsBytes, heads: model.heads });
  const kvBytes = kvCacheBytes(model, load);
  const eager = load.attention === "eager";
  const scoresBytes = eager ? EAGER_FIT.bytesPerHeadAndPair * model.heads * load.contextTokens ** 2 : 0;
  const overheadBytes = EAGER_FIT.overheadBytes;
  return {
    kind: "derived",
    weightsBytes: model.weightsBytes,
    kvBytes,
    overheadBytes,
    scoresBytes,
    totalBytes: model.weightsBytes + kvBytes + overheadBytes + scoresBytes,
    error: eager
      ? `formula within ${EAGER_FIT.leftOutErrorPercent} % on average of models left out of its fit (17 rows, 3 models, FP16)`
      : "overhead from eager attention's fit; nothing published per model to check it against",
  };
}

/** How full a GPU would be: `warning` above 85 %, `full` above 90 % of its memory. */
export interface Headroom {
  /** Needed over available memory; above 1 it does not fit. */
  readonly used: number;
  readonly state: "fits" | "warning" | "full";
}

const WARNING_SHARE = 0.85;
const FULL_SHARE = 0.9;

/** Holds a need against a GPU's memory, both in bytes. Throws RangeError for an available memory that is not above 0. */
export function headroom(neededBytes: number, availableBytes: number): Headroom {
  requirePositive({ availableBytes });
  const used = neededBytes / availableBytes;
  return { used, state: used > FULL_SHARE ? "full" : used > WARNING_SHARE ? "warning" : "fits" };
}
