import type { GgufFileInfo, LlamaModel } from "node-llama-cpp";
import type { ModelMetadata } from "../../domain/record.ts";

/** What the GGUF header says about a loaded model. Bits per weight: bytes of all tensors × 8 / number of their elements. */
export function readMetadata(model: LlamaModel, fileBytes: number, fileTypeName: string | undefined): ModelMetadata {
  const info: GgufFileInfo = model.fileInfo;
  const architecture = info.architectureMetadata;
  const parameters = countElements(info);
  const tensorBytes = info.infoEndOffset === undefined ? undefined : fileBytes - info.infoEndOffset;
  const entries: Record<string, number | string | undefined> = {
    architecture: info.metadata.general.architecture,
    parameters,
    layers: architecture.block_count,
    heads: numberOf(architecture.attention?.head_count),
    keyValueHeads: numberOf(architecture.attention?.head_count_kv),
    contextLength: model.trainContextSize,
    embeddingLength: architecture.embedding_length,
    vocabularySize: info.metadata.tokenizer?.ggml?.tokens?.length,
    fileBytes,
    bitsPerWeight:
      tensorBytes === undefined || parameters === 0 ? undefined : Math.round((tensorBytes * 8000) / parameters) / 1000,
    quantization: fileTypeName?.replace(/^(MOSTLY|ALL)_/, ""),
  };
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
}

function countElements(info: GgufFileInfo): number {
  return (info.tensorInfo ?? []).reduce(
    (sum, tensor) => sum + tensor.dimensions.reduce<number>((product, dimension) => product * Number(dimension), 1),
    0,
  );
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
