import type { ModelMetadata } from "../domain/record.ts";
import { elementsOf } from "./header.ts";
import { type ModelFile, numberOf, textOf } from "./model-file.ts";
import { fileTypeName, tensorType } from "./tensor-types.ts";

/** What the headers tell of a model, over all its shards. Bits per weight: bytes of all tensors × 8 / number of their elements. */
export function metadataOf(model: ModelFile): ModelMetadata {
  const tensors = model.shards.flatMap((shard) => shard.tensors);
  const parameters = tensors.reduce((sum, tensor) => sum + elementsOf(tensor), 0);
  const tensorBytes = tensors.reduce((sum, tensor) => sum + tensor.bytes, 0);
  const architecture = textOf(model, "general.architecture");
  const number = (key: string): number | undefined => numberOf(model, `${architecture}.${key}`);
  const fileType = numberOf(model, "general.file_type");
  const tokens = model.shards[0].header.values.get("tokenizer.ggml.tokens");
  const entries: Record<keyof ModelMetadata, number | string | undefined> = {
    architecture,
    parameters,
    layers: number("block_count"),
    heads: number("attention.head_count"),
    keyValueHeads: number("attention.head_count_kv"),
    contextLength: number("context_length"),
    embeddingLength: number("embedding_length"),
    vocabularySize: typeof tokens === "object" ? tokens.array : undefined,
    fileBytes: model.shards.reduce((sum, shard) => sum + shard.fileBytes, 0),
    bitsPerWeight: parameters === 0 ? undefined : Math.round((tensorBytes * 8000) / parameters) / 1000,
    quantization: fileType === undefined ? undefined : fileTypeName(fileType),
    mainTensorType: mainTensorType(model),
  };
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
}

/** The type that holds most of the parameters, as llama.cpp calls it. */
function mainTensorType({ shards }: ModelFile): string | undefined {
  const elements = new Map<number, number>();
  for (const tensor of shards.flatMap((shard) => shard.tensors))
    elements.set(tensor.type, (elements.get(tensor.type) ?? 0) + elementsOf(tensor));
  const [main] = [...elements].toSorted(([, a], [, b]) => b - a);
  return main === undefined ? undefined : (tensorType(main[0])?.name ?? `type ${main[0]}`);
}
