/** How a tensor's elements are stored: in blocks of `elements`, each of so many bytes. */
export interface TensorType {
  readonly name: string;
  readonly elements: number;
  readonly bytes: number;
}

/**
 * By the number in a GGUF header. Source: `enum ggml_type` and `type_traits`, github.com/ggml-org/llama.cpp, ggml/include/ggml.h and ggml/src/ggml.c;
 * sizes checked against files that llama-quantize b11669 wrote. Types that llama.cpp took out again (4, 5, 31-33, 36-38) are left out.
 */
const TENSOR_TYPES: Readonly<Record<number, TensorType>> = {
  0: { name: "F32", elements: 1, bytes: 4 },
  1: { name: "F16", elements: 1, bytes: 2 },
  2: { name: "Q4_0", elements: 32, bytes: 18 },
  3: { name: "Q4_1", elements: 32, bytes: 20 },
  6: { name: "Q5_0", elements: 32, bytes: 22 },
  7: { name: "Q5_1", elements: 32, bytes: 24 },
  8: { name: "Q8_0", elements: 32, bytes: 34 },
  9: { name: "Q8_1", elements: 32, bytes: 36 },
  10: { name: "Q2_K", elements: 256, bytes: 84 },
  11: { name: "Q3_K", elements: 256, bytes: 110 },
  12: { name: "Q4_K", elements: 256, bytes: 144 },
  13: { name: "Q5_K", elements: 256, bytes: 176 },
  14: { name: "Q6_K", elements: 256, bytes: 210 },
  15: { name: "Q8_K", elements: 256, bytes: 292 },
  16: { name: "IQ2_XXS", elements: 256, bytes: 66 },
  17: { name: "IQ2_XS", elements: 256, bytes: 74 },
  18: { name: "IQ3_XXS", elements: 256, bytes: 98 },
  19: { name: "IQ1_S", elements: 256, bytes: 50 },
  20: { name: "IQ4_NL", elements: 32, bytes: 18 },
  21: { name: "IQ3_S", elements: 256, bytes: 110 },
  22: { name: "IQ2_S", elements: 256, bytes: 82 },
  23: { name: "IQ4_XS", elements: 256, bytes: 136 },
  24: { name: "I8", elements: 1, bytes: 1 },
  25: { name: "I16", elements: 1, bytes: 2 },
  26: { name: "I32", elements: 1, bytes: 4 },
  27: { name: "I64", elements: 1, bytes: 8 },
  28: { name: "F64", elements: 1, bytes: 8 },
  29: { name: "IQ1_M", elements: 256, bytes: 56 },
  30: { name: "BF16", elements: 1, bytes: 2 },
  34: { name: "TQ1_0", elements: 256, bytes: 54 },
  35: { name: "TQ2_0", elements: 256, bytes: 66 },
  39: { name: "MXFP4", elements: 32, bytes: 17 },
  40: { name: "NVFP4", elements: 64, bytes: 36 },
  41: { name: "Q1_0", elements: 128, bytes: 18 },
  42: { name: "Q2_0", elements: 64, bytes: 18 },
};

/** `undefined`: newer than this list. */
export function tensorType(id: number): TensorType | undefined {
  return TENSOR_TYPES[id];
}

/** `general.file_type` by its number, as quantizations are called here. Source: `enum llama_ftype`, include/llama.h of the same repository. */
const FILE_TYPES: Readonly<Record<number, string>> = {
  0: "FP32",
  1: "FP16",
  2: "Q4_0",
  3: "Q4_1",
  7: "Q8_0",
  8: "Q5_0",
  9: "Q5_1",
  10: "Q2_K",
  11: "Q3_K_S",
  12: "Q3_K_M",
  13: "Q3_K_L",
  14: "Q4_K_S",
  15: "Q4_K_M",
  16: "Q5_K_S",
  17: "Q5_K_M",
  18: "Q6_K",
  19: "IQ2_XXS",
  20: "IQ2_XS",
  21: "Q2_K_S",
  22: "IQ3_XS",
  23: "IQ3_XXS",
  24: "IQ1_S",
  25: "IQ4_NL",
  26: "IQ3_S",
  27: "IQ3_M",
  28: "IQ2_S",
  29: "IQ2_M",
  30: "IQ4_XS",
  31: "IQ1_M",
  32: "BF16",
  33: "Q4_0_4_4",
  34: "Q4_0_4_8",
  35: "Q4_0_8_8",
  36: "TQ1_0",
  37: "TQ2_0",
  38: "MXFP4_MOE",
  39: "NVFP4",
  40: "Q1_0",
  41: "Q2_0",
};

/** Set where llama.cpp guessed the type from the tensors. */
const GUESSED = 1024;

/** The name of a file's declared type; `undefined`: newer than this list. */
export function fileTypeName(id: number): string | undefined {
  return FILE_TYPES[id >= GUESSED ? id - GUESSED : id];
}
