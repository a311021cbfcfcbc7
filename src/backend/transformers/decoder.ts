import { dirname, relative } from "node:path";
import type { PreTrainedModel, Tensor } from "@huggingface/transformers";
import { messageOf, RunError } from "../../domain/errors.ts";
import type { OnnxDtype } from "../../domain/onnx-dtype.ts";
import { BackendError } from "../backend.ts";
import { layersOf, readDecoderConfig } from "./config.ts";
import { type Library, library as loadLibrary } from "./library.ts";
import { fromHalves, type Row } from "./logits.ts";

/** Keys and values of the tokens read so far; never changed, so that several texts may go on from it. */
export interface Past {
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly length: number;
}

export const NOTHING_READ: Past = { tensors: {}, length: 0 };

export interface DecoderOptions {
  readonly folder: string;
  /** The dtype's file. */
  readonly onnx: string;
  readonly config: string;
  readonly dtype: OnnxDtype;
  readonly threads: number;
}

interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly config?: { readonly dtype?: string };
}

/** A causal language model in this thread, pass by pass: tokens in, logits of the next one out. */
export class Decoder {
  /** Ids that end an answer. */
  readonly endIds: ReadonlySet<number>;
  readonly #library: Library;
  readonly #model: PreTrainedModel;
  readonly #keepLast: boolean;

  private constructor(library: Library, model: PreTrainedModel) {
    this.#library = library;
    this.#model = model;
    this.endIds = endIdsOf(model);
    this.#keepLast = sessionOf(model)?.inputNames.includes("num_logits_to_keep") ?? false;
  }

  /** Blocks the thread meanwhile. Throws `RunError` for a model that doesn't load, or isn't what its folder says. */
  static async open({ folder, onnx, config, dtype, threads }: DecoderOptions): Promise<Decoder> {
    const library = loadLibrary();
    const model = await load(library, { folder, onnx, config, dtype, threads });
    try {
      await assertDecoder(model, folder, config, dtype);
    } catch (error) {
      await model.dispose();
      throw error;
    }
    return new Decoder(library, model);
  }

  /** Reads tokens after `past` in one pass: logits for the token that follows the last, and what has been read then. */
  async read(ids: readonly number[], past: Past): Promise<{ readonly logits: Row; readonly past: Past }> {
    const { Tensor, DynamicCache } = this.#library;
    const length = past.length + ids.length;
    const outputs: Record<string, Tensor> = await this.#model({
      input_ids: new Tensor("int64", BigInt64Array.from(ids, BigInt), [1, ids.length]),
      attention_mask: new Tensor("int64", new BigInt64Array(length).fill(1n), [1, length]),
      ...(past.length === 0 ? {} : { past_key_values: new DynamicCache({ ...past.tensors }) }),
      ...(this.#keepLast ? { num_logits_to_keep: new Tensor("int64", [1n], []) } : {}),
    });
    const { logits } = outputs;
    if (logits === undefined)
      throw new BackendError({ kind: "bad-response", message: "the model gave no logits for a pass" });
    return { logits: lastRow(logits), past: { tensors: presentAsPast(outputs), length } };
  }

  async close(): Promise<void> {
    await this.#model.dispose();
  }
}

async function load(library: Library, { folder, onnx, dtype, threads }: DecoderOptions): Promise<PreTrainedModel> {
  try {
    return await library.AutoModelForCausalLM.from_pretrained(folder, {
      dtype,
      device: "cpu",
      local_files_only: true,
      subfolder: dirname(relative(folder, onnx)).replace(/^\.$/, ""),
      session_options: {
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        // Waiting threads sleep instead of spinning.
        extra: { session: { intra_op: { allow_spinning: "0" } } },
        logSeverityLevel: 4,
      },
    });
  } catch (cause) {
    const unknown = /Unsupported model type: (\S+)/.exec(messageOf(cause))?.[1];
    throw new RunError(
      unknown === undefined
        ? `${folder}: its ${dtype} model doesn't load: ${messageOf(cause)}`
        : `${folder}: "${unknown}" is no causal language model that transformers.js knows`,
      {
        cause,
        hint:
          unknown === undefined
            ? "is the file whole, and is there memory for it? copy it or pull it again"
            : "this backend runs decoders that write text; encoders belong under scorers",
      },
    );
  }
}

/** What is loaded must be what was asked for, and what config.json says. */
async function assertDecoder(model: PreTrainedModel, folder: string, path: string, dtype: OnnxDtype): Promise<void> {
  const session = sessionOf(model);
  const loaded = session?.config?.dtype;
  if (loaded !== dtype)
    throw new RunError(`${folder}: transformers.js loaded ${loaded ?? "no dtype"} where ${dtype} was asked for`);
  const { inputNames = [], outputNames = [] } = session ?? {};
  if (!outputNames.includes("logits"))
    throw new RunError(`${folder}: its ${dtype} model has no output "logits", so it is no language model`, {
      hint: "export it for the task text-generation-with-past",
    });
  const cached = new Set(inputNames.flatMap((name) => /^past_\w+\.(\d+)\./.exec(name)?.[1] ?? []));
  if (cached.size === 0)
    throw new RunError(`${folder}: its ${dtype} model was exported without a cache (past_key_values)`, {
      hint: "export it for the task text-generation-with-past",
    });
  const layers = layersOf(await readDecoderConfig(path));
  if (layers !== undefined && layers !== cached.size)
    throw new RunError(`${folder}: config.json says ${layers} layers, the ${dtype} model has ${cached.size}`, {
      hint: "config.json belongs to another model: copy it from the one that was exported",
    });
}

function sessionOf(model: PreTrainedModel): Session | undefined {
  return (model.sessions as { readonly model?: Session }).model;
}

function endIdsOf(model: PreTrainedModel): ReadonlySet<number> {
  const { config, generation_config: generation } = model as unknown as {
    readonly config?: { readonly eos_token_id?: unknown };
    readonly generation_config?: { readonly eos_token_id?: unknown } | null;
  };
  const told = [config?.eos_token_id, generation?.eos_token_id].flat();
  return new Set(told.filter((id) => typeof id === "number"));
}

/** Logits of the last position, of [1, positions, vocabulary]. */
function lastRow({ data, dims, type }: Tensor): Row {
  const vocabulary = dims.at(-1) ?? 0;
  const last = data.slice(data.length - vocabulary);
  if (type === "float16" && last instanceof Uint16Array) return fromHalves(last);
  if (last instanceof Float32Array) return last;
  return Float32Array.from(last as ArrayLike<number>);
}

/** What a pass gives as `present…` the next one takes as `past…`; hybrid models have states of other kinds too. */
function presentAsPast(outputs: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(outputs).flatMap(([name, tensor]) => {
      if (!name.startsWith("present")) return [];
      const renamed = /^present_(ssm|conv|recurrent|compressor|indexer)/.test(name)
        ? name.replace("present", "past")
        : name.replace("present", "past_key_values");
      return [[renamed, tensor]];
    }),
  );
}
