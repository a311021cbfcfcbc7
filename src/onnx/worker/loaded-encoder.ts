import { readFileSync } from "node:fs";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { messageOf } from "../../domain/errors.ts";
import { cutFile } from "../cut-file.ts";
import { CUT_OUTPUT } from "../cut-graph.ts";
import type { EncoderSpec } from "../encoder-spec.ts";
import { findHiddenState } from "../find-layers.ts";
import type { ModelGraph } from "../graph.ts";
import { integerTensor, openSession } from "../inference-session.ts";
import { ModelError } from "../model-error.ts";
import { type EncodedText, TokenEncoder } from "../token-encoder.ts";
import { meanVector } from "./mean-vector.ts";
import type { Vectors } from "./protocol.ts";

/** Names under which exporters put the last layer's vectors out. */
const USUAL_OUTPUTS = ["last_hidden_state", "token_embeddings", CUT_OUTPUT];

/** One encoder in one worker thread: its tokenizer and its session. All methods block. */
export class LoadedEncoder {
  readonly #spec: EncoderSpec;
  readonly #tokens: TokenEncoder;
  readonly #session: InferenceSession;
  readonly #output: string;

  private constructor(spec: EncoderSpec, tokens: TokenEncoder, session: InferenceSession, output: string) {
    this.#spec = spec;
    this.#tokens = tokens;
    this.#session = session;
    this.#output = output;
  }

  /** Cuts the model first where the wanted layer isn't its output. Throws ModelError. */
  static async open(spec: EncoderSpec): Promise<LoadedEncoder> {
    const tokens = openTokens(spec);
    const { session, output } = await openOutput(spec);
    return new LoadedEncoder(spec, tokens, session, output);
  }

  get specialIds(): readonly number[] {
    return this.#tokens.specialIds;
  }

  encode(text: string): EncodedText {
    return this.#tokens.encode(text);
  }

  /** Runs texts of equal length, so that nothing is padded: a text's numbers are the same whatever runs beside it. */
  async embed(texts: readonly Int32Array[]): Promise<Vectors[]> {
    const length = texts[0]?.length ?? 0;
    const outputs = await this.#session.run(this.#feeds(texts, length), [this.#output]);
    const hidden = outputs[this.#output];
    const width = hidden?.dims[2];
    if (hidden === undefined || width === undefined || !(hidden.data instanceof Float32Array))
      throw unsupported(this.#spec, `its output ${this.#output} isn't one float32 vector a token`);
    const perText = length * width;
    const values = hidden.data;
    const vectors = texts.map((_, index) => {
      const rows = values.subarray(index * perText, (index + 1) * perText);
      return this.#spec.head.kind === "sentence"
        ? { values: meanVector(rows, width), rows: 1, width }
        : { values: Float32Array.from(rows), rows: length, width };
    });
    hidden.dispose();
    return vectors;
  }

  async release(): Promise<void> {
    await this.#session.release();
  }

  #feeds(texts: readonly Int32Array[], length: number): Record<string, Tensor> {
    const dims = [texts.length, length];
    const feeds: Record<string, Tensor> = {};
    for (const input of this.#session.inputMetadata) {
      if (!input.isTensor) throw unsupported(this.#spec, `its input ${input.name} is no tensor`);
      feeds[input.name] = integerTensor(input.type, this.#inputValues(input.name, texts, length), dims);
    }
    return feeds;
  }

  #inputValues(name: string, texts: readonly Int32Array[], length: number): Int32Array {
    const values = new Int32Array(texts.length * length);
    if (name === "input_ids") for (const [index, ids] of texts.entries()) values.set(ids, index * length);
    else if (name === "attention_mask") values.fill(1);
    else if (name !== "token_type_ids") throw unsupported(this.#spec, `it has an input "${name}"`);
    return values;
  }
}

function openTokens(spec: EncoderSpec): TokenEncoder {
  try {
    return new TokenEncoder({
      tokenizer: JSON.parse(readFileSync(spec.tokenizerFile, "utf8")),
      config: JSON.parse(readFileSync(spec.tokenizerConfigFile, "utf8")),
      maxTokens: spec.maxTokens,
      prefixSpace: spec.prefixSpace,
    });
  } catch (cause) {
    throw new ModelError({
      kind: "bad-file",
      message: `the tokenizer ${spec.tokenizerFile} can't be used: ${messageOf(cause)}`,
      hint: "check the file with `quantgate models verify`, or export the model again",
      cause,
    });
  }
}

async function openOutput(spec: EncoderSpec): Promise<{ session: InferenceSession; output: string }> {
  const { head, layers } = spec;
  if (head.kind === "tokens" && head.layer !== layers && spec.output === undefined)
    return openCut(spec, `L${head.layer}`, (graph) => findHiddenState(graph, head.layer, layers).tensor);
  const session = await openSession(spec.onnxFile, spec);
  const output = spec.output ?? USUAL_OUTPUTS.find((name) => session.outputNames.includes(name));
  const metadata = session.outputMetadata.find(({ name }) => name === output);
  if (metadata?.isTensor && metadata.type === "float32") return { session, output: metadata.name };
  const names = session.outputNames.join(", ");
  await session.release();
  // Half precision is turned into float32; a model that only predicts words is cut below its head.
  if (metadata !== undefined) return openCut(spec, `${metadata.name}.float32`, () => metadata.name);
  if (spec.output !== undefined) throw unsupported(spec, `it has no output "${spec.output}", but ${names}`);
  return openCut(spec, `L${layers}`, (graph) => findHiddenState(graph, layers, layers).tensor);
}

async function openCut(spec: EncoderSpec, label: string, find: (graph: ModelGraph) => string) {
  const { onnxFile, weightsDigest, cutFolder } = spec;
  const file = cutFile({
    onnxFile,
    weightsDigest,
    label,
    find,
    ...(cutFolder === undefined ? {} : { otherFolder: cutFolder }),
  });
  return { session: await openSession(file, spec), output: CUT_OUTPUT };
}

function unsupported(spec: EncoderSpec, why: string): ModelError {
  return new ModelError({
    kind: "unsupported",
    message: `the model ${spec.name} (${spec.onnxFile}) can't be used as an encoder: ${why}`,
    hint: "export it for feature extraction, or name the output that holds its token embeddings (output)",
  });
}
