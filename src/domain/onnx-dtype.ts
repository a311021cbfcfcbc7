import { UsageError } from "./errors.ts";
import type { Quantization } from "./quantization.ts";

/**
 * Weight formats of ONNX exports by the names that transformers.js has for them, with the suffix of their file: `q4` is `model_q4.onnx`.
 * Source: `DEFAULT_DTYPE_SUFFIX_MAPPING` of transformers.js 4.3.1.
 */
const SUFFIXES = {
  fp32: "",
  fp16: "_fp16",
  q8: "_quantized",
  int8: "_int8",
  uint8: "_uint8",
  q4: "_q4",
  q4f16: "_q4f16",
  bnb4: "_bnb4",
  q2: "_q2",
  q2f16: "_q2f16",
  q1: "_q1",
  q1f16: "_q1f16",
} as const;

export type OnnxDtype = keyof typeof SUFFIXES;
export const ONNX_DTYPES = Object.keys(SUFFIXES) as readonly OnnxDtype[];

/** Names that other formats have too, and that are written in capitals everywhere here. */
const SHARED_NAMES: Readonly<Partial<Record<Quantization, OnnxDtype>>> = { FP32: "fp32", FP16: "fp16", INT8: "int8" };

/** The dtype that a quantization's name means, or `undefined` where ONNX exports have no such format (`Q4_K_M`). */
export function dtypeOf(quantization: Quantization): OnnxDtype | undefined {
  return SHARED_NAMES[quantization] ?? parseDtype(quantization);
}

/** The dtype of a label. Throws `UsageError` where ONNX exports have no such format. */
export function requireDtype(quantization: Quantization): OnnxDtype {
  const dtype = dtypeOf(quantization);
  if (dtype !== undefined) return dtype;
  throw new UsageError(`the backend transformers has no dtype for ${quantization}`, {
    hint: `ONNX exports have ${ONNX_DTYPES.join(", ")}`,
  });
}

/** The dtype of that name, as it is written. */
export function parseDtype(name: string): OnnxDtype | undefined {
  return Object.hasOwn(SUFFIXES, name) ? (name as OnnxDtype) : undefined;
}

/** Name of the file with a model's weights at a dtype, e.g. `model_quantized.onnx` for `q8`. */
export function onnxFileName(dtype: OnnxDtype): string {
  return `model${SUFFIXES[dtype]}.onnx`;
}
