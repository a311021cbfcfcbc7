import { stat } from "node:fs/promises";
import { basename, isAbsolute } from "node:path";
import { UsageError } from "../../domain/errors.ts";
import { type FileIdentity, identifyModelFile } from "../../gguf/identify.ts";
import { metadataOf } from "../../gguf/metadata.ts";
import { readModelFile } from "../../gguf/model-file.ts";
import type { LlamaServerConfig } from "../../spec/backend-schema.ts";
import { BackendError } from "../backend.ts";
import { parseReply } from "../parse-reply.ts";
import type { Found, ServerAccess } from "../server-frame.ts";
import { quantizationOfFileType } from "./file-type.ts";
import { type Meta, ModelsSchema, type Props, PropsSchema } from "./replies.ts";

export interface LlamaServerFound extends Found {
  /** Requests that it answers at the same time. */
  readonly slots: number;
}

/** What llama-server tells of itself and its one model, `/props` and `/v1/models`. Throws `BackendError` `model-missing` when it is another. */
export async function identifyLlamaServer(
  { client, model, config }: ServerAccess<LlamaServerConfig>,
  signal: AbortSignal,
): Promise<LlamaServerFound> {
  const props = parseReply(PropsSchema, (await client.get("/props", signal)).body, "/props");
  const models = parseReply(ModelsSchema, (await client.get("/v1/models", signal)).body, "/v1/models").data;
  const names = [
    ...new Set([
      basename(props.model_path),
      props.model_alias ?? "",
      ...models.flatMap(({ id, aliases }) => [id, ...aliases]).map((id) => basename(id)),
    ]),
  ];
  if (!names.includes(basename(model))) {
    throw new BackendError({
      kind: "model-missing",
      message: `llama-server serves ${names.filter((name) => name !== "").join(", ")}, not "${model}"`,
      hint: "start it with that file, or name the file or alias it serves as the variant's model",
    });
  }
  const meta = models[0]?.meta ?? {};
  const fileType = props.model_ftype ?? meta.ftype;
  const file = await identifyLocalFile(config.url, props, meta, signal);
  const metadata = {
    parameters: meta.n_params,
    contextLength: meta.n_ctx_train,
    embeddingLength: meta.n_embd,
    vocabularySize: meta.n_vocab,
    fileBytes: meta.size,
    bitsPerWeight:
      meta.size === undefined || meta.n_params === undefined || meta.n_params === 0
        ? undefined
        : Math.round((meta.size * 8000) / meta.n_params) / 1000,
    // The file itself knows better than its name.
    quantization: fileType === undefined ? quantizationInName(props.model_path) : quantizationOfFileType(fileType),
  };
  const contextSize = props.default_generation_settings.n_ctx;
  return {
    slots: props.total_slots,
    identity: {
      ...file,
      build: `llama-server ${props.build_info ?? "(unknown build)"}`,
      settings: {
        server: "llama-server",
        api: "completion",
        model: basename(props.model_path === "" ? model : props.model_path),
        ...(contextSize === undefined ? {} : { contextSize }),
        slots: props.total_slots,
        chatTemplate: "none (raw prompts)",
      },
      metadata: {
        ...Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== undefined)),
        ...file?.metadata,
      },
    },
  };
}

/** llama-server tells no digest; when it runs on this machine, its file, or all shards of it, can be read and hashed here. */
async function identifyLocalFile(
  url: string,
  props: Props,
  meta: Meta,
  signal: AbortSignal,
): Promise<FileIdentity | undefined> {
  const { hostname } = new URL(url);
  if (!["127.0.0.1", "[::1]", "localhost"].includes(hostname) || !isAbsolute(props.model_path)) return undefined;
  const found = await stat(props.model_path).catch(() => undefined);
  if (!found?.isFile()) return undefined;
  try {
    if (!agrees(metadataOf(await readModelFile(props.model_path)), props, meta)) return undefined;
    return await identifyModelFile(props.model_path, signal);
  } catch (error) {
    // It serves something, so what lies here under that path is not what it loaded.
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

/** Is the file what the server serves? A port of a container answers on this machine, too, and tells a path that is not of this machine. */
function agrees(file: FileIdentity["metadata"], props: Props, meta: Meta): boolean {
  const words = props.model_ftype ?? meta.ftype;
  const pairs = [
    [file.parameters, meta.n_params],
    [file.contextLength, meta.n_ctx_train],
    [file.embeddingLength, meta.n_embd],
    [file.vocabularySize, meta.n_vocab],
    [file.quantization, words === undefined ? undefined : quantizationOfFileType(words)],
  ];
  const isWhole = file.fileBytes === undefined || meta.size === undefined || meta.size <= file.fileBytes;
  return isWhole && pairs.every(([here, there]) => here === undefined || there === undefined || here === there);
}

/** GGUF files carry their quantization in their name by convention: `Llama-3.2-1B-Q4_K_M.gguf`. */
function quantizationInName(path: string): string | undefined {
  return /(?:^|[-_.])((?:I?Q|TQ)\d(?:_\w+?)*|BF16|F16|F32|FP16|FP32|MXFP4)(?=\.gguf$|-\d{5}-of)/i.exec(
    basename(path),
  )?.[1];
}
