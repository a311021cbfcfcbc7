import type { OpenAiConfig, OpenAiDialect } from "../../spec/backend-schema.ts";
import { BackendError } from "../backend.ts";
import type { HttpClient } from "../http/client.ts";
import { parseReply } from "../parse-reply.ts";
import type { Found, ServerAccess } from "../server-frame.ts";
import { probeDialect } from "./dialect.ts";
import { type Model, ModelsSchema } from "./replies.ts";

export interface OpenAiFound extends Found {
  readonly dialect: OpenAiDialect;
  /** Where the API's paths begin. */
  readonly root: "/v1" | "";
}

/**
 * What the list of models and the server's own endpoint tell. A server without such a list is believed to have the model. A URL with a query (as Azure
 * has) is where the API begins, unless it ends in `/v1`. Throws `BackendError` `model-missing` when the model isn't served.
 */
export async function identifyOpenAi(
  { client, model, config }: ServerAccess<OpenAiConfig>,
  signal: AbortSignal,
  before?: OpenAiFound,
): Promise<OpenAiFound> {
  const root = /(?<!\/v1\/?)\?/.test(config.url) ? "" : "/v1";
  const models = await modelsAt(client, `${root}/models`, signal);
  const mine = models?.find(({ id, aliases }) => id === model || aliases?.includes(model));
  if (models !== undefined && mine === undefined) {
    const names = models.map(({ id }) => id);
    throw new BackendError({
      kind: "model-missing",
      message: `the server has no model "${model}"; it has ${names.slice(0, 8).join(", ") || "none"}${names.length > 8 ? ", …" : ""}`,
    });
  }
  const named = before?.dialect ?? config.dialect ?? (root === "" ? "openai" : undefined);
  const facts = await probeDialect(client, { model, isVllm: isVllm(mine) }, named, signal);
  const chat = config.api === "chat";
  return {
    dialect: facts.dialect,
    root,
    identity: {
      build: facts.build,
      settings: {
        server: "openai",
        dialect: facts.dialect,
        api: config.api,
        model,
        ...(mine?.root == null || mine.root === model ? {} : { root: mine.root }),
        ...(mine?.max_model_len == null ? {} : { contextSize: mine.max_model_len }),
        chatTemplate: chat ? "the server's own" : "none (raw prompts)",
        ...(chat ? { protocol: "chat-first-token" } : {}),
        ...facts.settings,
      },
      metadata: { ...(mine?.max_model_len == null ? {} : { contextLength: mine.max_model_len }), ...facts.metadata },
    },
  };
}

/** The served models, or `undefined` when the server has no such list. */
async function modelsAt(client: HttpClient, path: string, signal: AbortSignal): Promise<readonly Model[] | undefined> {
  try {
    return parseReply(ModelsSchema, (await client.get(path, signal)).body, path).data;
  } catch (error) {
    if (error instanceof BackendError && [404, 405, 501].includes(error.status ?? 0)) return undefined;
    throw error;
  }
}

/** Others have a `/version`, too; what vLLM lists says whose it is. */
function isVllm(model: Model | undefined): boolean {
  return model !== undefined && (model.owned_by === "vllm" || model.max_model_len != null);
}
