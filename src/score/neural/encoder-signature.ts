import type { Encoder } from "../../onnx/engine/encoder.ts";
import type { EngineSettings } from "../../onnx/engine/settings.ts";

/** First digits of a digest: enough to tell files apart in a recipe that people read. */
const DIGEST_DIGITS = 16;

/** The part of a recipe that names an encoder: where it came from, its weights, the output that is read where it was named, its limit, and what ran it. */
export function encoderSignature({ model, spec }: Encoder, { provider, runtime }: EngineSettings): string {
  return [
    `rev:${model.revision}`,
    `sha256:${model.weightsDigest.slice(0, DIGEST_DIGITS)}`,
    ...(spec.output === undefined ? [] : [`output:${spec.output}`]),
    `max-tokens:${spec.maxTokens}`,
    `ep:${provider}`,
    `run:${runtime}`,
  ].join("|");
}
