import { z } from "zod";
import type { ModelMetadata } from "../../domain/record.ts";
import type { OpenAiDialect } from "../../spec/backend-schema.ts";
import { BackendError } from "../backend.ts";
import type { HttpClient } from "../http/client.ts";
import { quantizationOfFileType } from "../llama-server/file-type.ts";

/** What a server's own endpoint, beside the common API, tells of it. */
export interface ServerFacts {
  readonly dialect: OpenAiDialect;
  /** Program and version. */
  readonly build: string;
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  readonly metadata: ModelMetadata;
}

interface Sign {
  readonly dialect: OpenAiDialect;
  readonly path: string;
  readonly read: (body: unknown, listed: Listed) => Omit<ServerFacts, "dialect"> | undefined;
}

/** What the list of models told. */
interface Listed {
  readonly model: string;
  readonly isVllm: boolean;
}

const PropsSchema = z.object({
  build_info: z.string(),
  model_path: z.string(),
  model_ftype: z.string().optional(),
  default_generation_settings: z.object({ n_ctx: z.int().positive().optional() }).default({}),
});
const SglangSchema = z.object({
  model_path: z.string(),
  tokenizer_path: z.string(),
  weight_version: z.string().nullish(),
});
const LmStudioSchema = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      compatibility_type: z.string(),
      arch: z.string().optional(),
      quantization: z.string().optional(),
      max_context_length: z.int().optional(),
    }),
  ),
});
const VersionSchema = z.object({ version: z.string() });

/** Each server is known by an endpoint that only it has; the shape counts, for some servers answer 200 to anything. */
const SIGNS: readonly Sign[] = [
  {
    dialect: "llama-server",
    path: "/props",
    read: (body) => {
      const props = PropsSchema.safeParse(body).data;
      if (props === undefined) return undefined;
      const contextSize = props.default_generation_settings.n_ctx;
      const quantization = props.model_ftype === undefined ? undefined : quantizationOfFileType(props.model_ftype);
      return {
        build: `llama-server ${props.build_info}`,
        settings: contextSize === undefined ? {} : { contextSize },
        metadata: quantization === undefined ? {} : { quantization },
      };
    },
  },
  {
    dialect: "sglang",
    path: "/get_model_info",
    read: (body) => {
      const info = SglangSchema.safeParse(body).data;
      return (
        info && {
          build: "sglang",
          settings: {
            modelPath: info.model_path,
            ...(info.weight_version == null ? {} : { weightVersion: info.weight_version }),
          },
          metadata: {},
        }
      );
    },
  },
  {
    dialect: "lm-studio",
    path: "/api/v0/models",
    read: (body, { model }) => {
      const models = LmStudioSchema.safeParse(body).data;
      const mine = models?.data.find(({ id }) => id === model);
      return (
        models && {
          build: "lm-studio",
          settings: mine === undefined ? {} : { format: mine.compatibility_type },
          metadata: {
            ...(mine?.arch === undefined ? {} : { architecture: mine.arch }),
            ...(mine?.quantization === undefined ? {} : { quantization: mine.quantization }),
            ...(mine?.max_context_length === undefined ? {} : { contextLength: mine.max_context_length }),
          },
        }
      );
    },
  },
  {
    dialect: "vllm",
    path: "/version",
    read: (body, { isVllm }) => {
      const version = VersionSchema.safeParse(body).data;
      return isVllm && version !== undefined
        ? { build: `vllm ${version.version}`, settings: {}, metadata: {} }
        : undefined;
    },
  },
];

/** Finds out which server answers; `named` skips the search, and a server that shows no sign is plain `openai`. */
export async function probeDialect(
  client: HttpClient,
  listed: Listed,
  named: OpenAiDialect | undefined,
  signal: AbortSignal,
): Promise<ServerFacts> {
  for (const sign of SIGNS) {
    if (named !== undefined && sign.dialect !== named) continue;
    const about = { ...listed, isVllm: listed.isVllm || named === "vllm" };
    const facts = sign.read(await bodyAt(client, sign.path, named !== undefined, signal), about);
    if (facts !== undefined) return { dialect: sign.dialect, ...facts };
  }
  return {
    dialect: named ?? "openai",
    build: `${named ?? "openai-compatible"} (version not told)`,
    settings: {},
    metadata: {},
  };
}

/**
 * A JSON body, or `undefined` when the server has no such endpoint. A server that is away is an error, not a missing endpoint; one whose kind is
 * known (`named`) is away, too, when the answer is cut or of status 5xx, which on others' endpoints may mean anything.
 */
async function bodyAt(client: HttpClient, path: string, named: boolean, signal: AbortSignal): Promise<unknown> {
  try {
    return (await client.get(path, signal)).body;
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    const away = named ? error.retryable : ["unreachable", "timeout", "overloaded", "not-sent"].includes(error.kind);
    if (away) throw error;
    return undefined;
  }
}
