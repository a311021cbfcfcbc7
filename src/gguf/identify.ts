import type { VariantIdentity } from "../domain/record.ts";
import { digestModel } from "./digests.ts";
import { metadataOf } from "./metadata.ts";
import { readModelFile } from "./model-file.ts";

/** What files tell of a variant's weights; the rest of its identity is whose program asks them. */
export type FileIdentity = Required<
  Pick<VariantIdentity, "weightsDigest" | "tensorsDigest" | "hyperparametersDigest" | "metadata">
>;

/** Reads a model's file, or all shards of a split one, whole. Throws as `readModelFile` and `digestModel` do. */
export async function identifyModelFile(path: string, signal: AbortSignal): Promise<FileIdentity> {
  const model = await readModelFile(path);
  const { weights, tensors, hyperparameters } = await digestModel(model, signal);
  return {
    weightsDigest: weights,
    tensorsDigest: tensors,
    hyperparametersDigest: hyperparameters,
    metadata: metadataOf(model),
  };
}
