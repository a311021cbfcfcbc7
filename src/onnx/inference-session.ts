import { env, InferenceSession, listSupportedBackends, Tensor } from "onnxruntime-node";
import { messageOf } from "../domain/errors.ts";
import { EXECUTION_PROVIDERS, type ExecutionProvider } from "./encoder-spec.ts";
import { ModelError } from "./model-error.ts";

export interface SessionOptions {
  readonly provider: ExecutionProvider;
  /** Threads for one run. */
  readonly threads: number;
}

/** Opens an ONNX model; blocks the thread meanwhile. Throws ModelError "provider-unavailable" or "bad-file". */
export async function openSession(
  model: string | Uint8Array,
  { provider, threads }: SessionOptions,
): Promise<InferenceSession> {
  // What goes wrong is thrown; ONNX Runtime would write it to stderr as well.
  env.logLevel = "fatal";
  const built: readonly string[] = listSupportedBackends().map(({ name }) => name);
  const available = EXECUTION_PROVIDERS.filter((name) => built.includes(name));
  if (!available.includes(provider))
    throw new ModelError({
      kind: "provider-unavailable",
      message: `this build of ONNX Runtime has no execution provider "${provider}"`,
      hint: `choose one of ${available.join(", ")}`,
    });
  const options: InferenceSession.SessionOptions = {
    executionProviders: [provider],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Lengths differ from batch to batch: plans of memory use for each would only pile up.
    enableMemPattern: false,
    // Waiting threads sleep instead of spinning: the processor is shared with whatever generates the answers.
    extra: { session: { intra_op: { allow_spinning: "0" } } },
    logSeverityLevel: 3,
  };
  try {
    return typeof model === "string"
      ? await InferenceSession.create(model, options)
      : await InferenceSession.create(model, options);
  } catch (cause) {
    const what = typeof model === "string" ? model : "the model";
    throw new ModelError({
      kind: provider === "cpu" ? "bad-file" : "provider-unavailable",
      message: `ONNX Runtime can't open ${what} on ${provider}: ${messageOf(cause)}`,
      hint:
        provider === "cpu"
          ? "check the file with `quantgate models verify`, or export it again"
          : "check that the provider's libraries are installed, or choose cpu",
      cause,
    });
  }
}

/** A tensor of whole numbers in the format the model's input has. */
export function integerTensor(type: Tensor.Type, values: ArrayLike<number>, dims: readonly number[]): Tensor {
  if (type === "int64")
    return new Tensor("int64", BigInt64Array.from(values as Iterable<number> & ArrayLike<number>, BigInt), dims);
  return new Tensor("int32", Int32Array.from(values), dims);
}
