import type { VariantIdentity } from "./record.ts";

type Digests = Pick<VariantIdentity, "weightsDigest" | "tensorsDigest" | "hyperparametersDigest">;

/**
 * Why two models are the same weights, as far as digests tell: one file, or equal tensors with equal tokenizer and hyperparameters, whatever name or
 * type they go by. `undefined`: they aren't, or nobody tells.
 */
export function whySameWeights(a: Digests, b: Digests): string | undefined {
  if (a.weightsDigest !== undefined && a.weightsDigest === b.weightsDigest) return `digest ${a.weightsDigest}`;
  const told = a.tensorsDigest !== undefined && a.hyperparametersDigest === b.hyperparametersDigest;
  return told && a.tensorsDigest === b.tensorsDigest ? `every tensor is equal, ${a.tensorsDigest}` : undefined;
}

/** Whether two models have equal tensors, and are two all the same: their tokenizers or hyperparameters differ. */
export function equalTensorsOfTwoModels(a: Digests, b: Digests): boolean {
  return (
    a.tensorsDigest !== undefined &&
    a.tensorsDigest === b.tensorsDigest &&
    a.hyperparametersDigest !== b.hyperparametersDigest
  );
}
