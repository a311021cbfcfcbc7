import { createHash } from "node:crypto";
import type { EncoderModel } from "./encoder-model.ts";

/** What is wanted of an encoder: its tokens' vectors after some layer, or one vector for the whole text. */
export type EncoderHead =
  /** Hidden states after `layer` layers, one vector a token, special tokens included. */
  | { readonly kind: "tokens"; readonly layer: number }
  /** The mean of the last layer's vectors over all tokens, special tokens included, scaled to length 1. */
  | { readonly kind: "sentence" };

/** Where ONNX Runtime computes, if its build can. */
export const EXECUTION_PROVIDERS = ["cpu", "cuda", "coreml", "dml"] as const;
export type ExecutionProvider = (typeof EXECUTION_PROVIDERS)[number];

/** Everything a worker needs to open an encoder and to give the same numbers as every other worker. */
export interface EncoderSpec {
  /** Digest of all that decides the numbers: equal keys give equal embeddings of equal texts. */
  readonly key: string;
  readonly name: string;
  readonly onnxFile: string;
  readonly weightsDigest: string;
  readonly layers: number;
  readonly output?: string;
  readonly tokenizerFile: string;
  readonly tokenizerConfigFile: string;
  readonly maxTokens: number;
  readonly prefixSpace: boolean;
  readonly head: EncoderHead;
  readonly provider: ExecutionProvider;
  /** Threads for one run. */
  readonly threads: number;
  /** Where cut models may lie when the model's own folder can't be written. */
  readonly cutFolder?: string;
}

/** An encoder as the caller asks for it. */
export interface EncoderRequest {
  readonly model: EncoderModel;
  readonly head: EncoderHead;
  /** See TokenEncoderOptions; default false. */
  readonly prefixSpace?: boolean;
}

/** What the engine adds to every request. */
export interface EncoderSettings {
  readonly provider: ExecutionProvider;
  readonly threads: number;
  /** The inference engine and its version. */
  readonly runtime: string;
  readonly cutFolder: string | undefined;
}

/** Settles everything a request leaves open. */
export function encoderSpec(request: EncoderRequest, settings: EncoderSettings): EncoderSpec {
  const { model, head, prefixSpace = false } = request;
  const { provider, threads, runtime, cutFolder } = settings;
  const maxTokens = head.kind === "sentence" ? model.sentenceMaxTokens : model.maxTokens;
  const decisive = {
    weights: model.weightsDigest,
    tokenizer: model.tokenizerDigest,
    output: model.output ?? "",
    head,
    maxTokens,
    prefixSpace,
    provider,
    runtime,
  };
  return {
    key: createHash("sha256").update(JSON.stringify(decisive)).digest("hex"),
    name: model.name,
    onnxFile: model.onnxFile,
    weightsDigest: model.weightsDigest,
    layers: model.layers,
    ...(model.output === undefined ? {} : { output: model.output }),
    tokenizerFile: model.tokenizerFile,
    tokenizerConfigFile: model.tokenizerConfigFile,
    maxTokens,
    prefixSpace,
    head,
    provider,
    threads,
    ...(cutFolder === undefined || model.externalData ? {} : { cutFolder }),
  };
}
