/**
 * Quantization types by name, with nominal bits per weight and the rank that decides which one is the baseline
 * (lower rank is more precise; equal ranks are a tie that the spec must break).
 * Bits per weight of GGUF types: llama.cpp's `quantize` tool as documented for Llama-2-7B; a run reports the measured figure from
 * the file where it has one.
 */
interface QuantizationType {
  readonly bitsPerWeight: number;
  readonly baselineRank: number;
}

const NO_RANK = Number.POSITIVE_INFINITY;

const TYPES = {
  FP32: { bitsPerWeight: 32, baselineRank: 0 },
  BF16: { bitsPerWeight: 16, baselineRank: 1 },
  FP16: { bitsPerWeight: 16, baselineRank: 1 },
  Q8_0: { bitsPerWeight: 8.5, baselineRank: 2 },
  INT8: { bitsPerWeight: 8, baselineRank: 2 },
  FP8: { bitsPerWeight: 8, baselineRank: 2 },
  Q6_K: { bitsPerWeight: 6.56, baselineRank: 3 },
  Q5_K_M: { bitsPerWeight: 5.69, baselineRank: 4 },
  Q5_K_S: { bitsPerWeight: 5.54, baselineRank: 5 },
  Q5_1: { bitsPerWeight: 6, baselineRank: 6 },
  Q5_0: { bitsPerWeight: 5.5, baselineRank: 7 },
  Q4_K_M: { bitsPerWeight: 4.85, baselineRank: 8 },
  Q4_K_S: { bitsPerWeight: 4.58, baselineRank: 9 },
  Q4_1: { bitsPerWeight: 5, baselineRank: 10 },
  Q4_0: { bitsPerWeight: 4.5, baselineRank: 11 },
  IQ4_NL: { bitsPerWeight: 4.5, baselineRank: 12 },
  IQ4_XS: { bitsPerWeight: 4.25, baselineRank: 13 },
  Q3_K_L: { bitsPerWeight: 4.27, baselineRank: 14 },
  Q3_K_M: { bitsPerWeight: 3.91, baselineRank: 15 },
  Q3_K_S: { bitsPerWeight: 3.5, baselineRank: 16 },
  IQ3_M: { bitsPerWeight: 3.66, baselineRank: 17 },
  IQ3_S: { bitsPerWeight: 3.44, baselineRank: 18 },
  IQ3_XS: { bitsPerWeight: 3.3, baselineRank: 19 },
  IQ3_XXS: { bitsPerWeight: 3.06, baselineRank: 20 },
  Q2_K: { bitsPerWeight: 3.35, baselineRank: 21 },
  Q2_K_S: { bitsPerWeight: 3.16, baselineRank: 22 },
  IQ2_M: { bitsPerWeight: 2.7, baselineRank: 23 },
  IQ2_S: { bitsPerWeight: 2.5, baselineRank: 24 },
  IQ2_XS: { bitsPerWeight: 2.31, baselineRank: 25 },
  IQ2_XXS: { bitsPerWeight: 2.06, baselineRank: 26 },
  IQ1_M: { bitsPerWeight: 1.75, baselineRank: 27 },
  IQ1_S: { bitsPerWeight: 1.56, baselineRank: 28 },
  TQ2_0: { bitsPerWeight: 2.06, baselineRank: 29 },
  TQ1_0: { bitsPerWeight: 1.69, baselineRank: 30 },
  // By llama-quantize b11669's own words: groups of 64 and of 128 with one 16-bit scale each.
  Q2_0: { bitsPerWeight: 2.25, baselineRank: 31 },
  Q1_0: { bitsPerWeight: 1.125, baselineRank: 32 },
  MXFP4: { bitsPerWeight: 4.25, baselineRank: NO_RANK },
  MXFP4_MOE: { bitsPerWeight: 4.25, baselineRank: NO_RANK },
  NVFP4: { bitsPerWeight: 4.5, baselineRank: NO_RANK },
  AWQ: { bitsPerWeight: 4.25, baselineRank: NO_RANK },
  GPTQ: { bitsPerWeight: 4.25, baselineRank: NO_RANK },
  NF4: { bitsPerWeight: 4.5, baselineRank: NO_RANK },
  INT4: { bitsPerWeight: 4.25, baselineRank: NO_RANK },
  EXL2: { bitsPerWeight: 4.25, baselineRank: NO_RANK },
  EXL3: { bitsPerWeight: 4, baselineRank: NO_RANK },
  HQQ: { bitsPerWeight: 4.25, baselineRank: NO_RANK },
  // ONNX exports, by transformers.js' names; blocks of 32 with a 16-bit or 32-bit scale.
  q8: { bitsPerWeight: 8, baselineRank: 2 },
  uint8: { bitsPerWeight: 8, baselineRank: 3 },
  bnb4: { bitsPerWeight: 4.5, baselineRank: NO_RANK },
  q4: { bitsPerWeight: 5, baselineRank: 10 },
  q4f16: { bitsPerWeight: 4.5, baselineRank: 11 },
  q2: { bitsPerWeight: 3, baselineRank: 24 },
  q2f16: { bitsPerWeight: 2.5, baselineRank: 25 },
  q1: { bitsPerWeight: 2, baselineRank: 29 },
  q1f16: { bitsPerWeight: 1.5, baselineRank: 30 },
} as const satisfies Record<string, QuantizationType>;

export type KnownQuantization = keyof typeof TYPES;
export const QUANTIZATIONS = Object.keys(TYPES) as readonly KnownQuantization[];

/**
 * How a variant's quantization is called: a type of the list above, or any other label (`UD-Q4_K_XL`, `W4A16`), which is known by what is
 * measured of it.
 */
export type Quantization = KnownQuantization | (string & Record<never, never>);

const BY_UPPER_CASE: ReadonlyMap<string, KnownQuantization> = new Map([
  ...QUANTIZATIONS.map((name) => [name.toUpperCase(), name] as const),
  ["F16", "FP16"],
  ["F32", "FP32"],
]);

/** The type of the list that has that name (any case, `F16` for `FP16`), or `undefined` when there is none. */
export function parseQuantization(name: string): KnownQuantization | undefined {
  return BY_UPPER_CASE.get(name.trim().toUpperCase());
}

/** Nominal bits per weight; for AWQ, GPTQ and the like the usual 4-bit setting with group scales. `undefined` for a label off the list. */
export function nominalBitsPerWeight(quantization: Quantization): number | undefined {
  const known = typeWithin(quantization);
  return known === undefined ? undefined : TYPES[known].bitsPerWeight;
}

/** What memory is planned by where nothing tells how many bits a weight has: too many rather than too few. */
export const UNKNOWN_BITS = 16;

/** Lower is more precise; Infinity for types that can't be ranked without being named in the spec. */
export function baselineRank(quantization: Quantization): number {
  const known = parseQuantization(quantization);
  return known === undefined ? NO_RANK : TYPES[known].baselineRank;
}

/** What stands for a family in a label that says no size of it: `Q4_K_XL` is most like Q4_K_M. */
const FAMILIES: Readonly<Record<string, KnownQuantization>> = {
  Q2_K: "Q2_K",
  Q3_K: "Q3_K_M",
  Q4_K: "Q4_K_M",
  Q5_K: "Q5_K_M",
  Q6_K: "Q6_K",
};

/** The type of the list that a label names or contains: `UD-IQ2_M` holds IQ2_M, `Q4_K_XL` the family of Q4_K_M; `undefined` for `W4A16`. */
export function typeWithin(label: Quantization): KnownQuantization | undefined {
  const known = parseQuantization(label);
  if (known !== undefined) return known;
  const words = ` ${label.toUpperCase().replace(/[^A-Z0-9]+/g, " ")} `;
  const contained = (name: string): boolean => words.includes(` ${name.replaceAll("_", " ")} `);
  // Names of ONNX exports are too short to be found within others.
  const names = [...BY_UPPER_CASE.keys()].filter(
    (name) => QUANTIZATIONS.some((each) => each === name) || /^F\d/.test(name),
  );
  const [longest] = names.filter(contained).toSorted((a, b) => b.length - a.length);
  const family = Object.keys(FAMILIES).find(contained);
  // `Q4_K_XL` holds no name of the list but its family's; `Q2_K_XL` holds Q2_K, which is both.
  return (
    (longest === undefined ? undefined : parseQuantization(longest)) ??
    (family === undefined ? undefined : FAMILIES[family])
  );
}

/** Types of one family differ in which tensors get more bits: Q4_K_S, Q4_K_M and Q4_K_XL are one. */
export function familyOf(quantization: KnownQuantization): string {
  return /^Q\d_K/.exec(quantization)?.[0] ?? quantization;
}

interface Sized {
  readonly quantization: Quantization;
  readonly metadata: { readonly bitsPerWeight?: number };
}

/**
 * Bits per weight by which a model's variants are put in order: measured ones where every variant's are known, since measured and nominal ones
 * don't compare; else the nominal ones, and measured ones for labels that have none. NaN where nothing is known.
 */
export function bitsPerWeightIn(variants: readonly Sized[]): (variant: Sized) => number {
  const measured = variants.every(({ metadata }) => metadata.bitsPerWeight !== undefined);
  return ({ metadata, quantization }) => {
    const nominal = nominalBitsPerWeight(quantization);
    return (measured ? (metadata.bitsPerWeight ?? nominal) : (nominal ?? metadata.bitsPerWeight)) ?? Number.NaN;
  };
}
