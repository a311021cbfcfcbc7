import type { OpenAiConfig, OpenAiDialect } from "../../spec/backend-schema.ts";
import { BackendError } from "../backend.ts";
import { parseReply } from "../parse-reply.ts";
import type { Found, ServerAccess } from "../server-frame.ts";
import { probeDialect } from "./dialect.ts";
import { ModelsSchema } from "./replies.ts";

export interface OpenAiFound extends Found {
  readonly dialect: OpenAiDialect;
}

/** What `/v1/models` and the server's own endpoint tell. Throws `BackendError` `model-missing` when the model isn't served. */
export async function identifyOpenAi(
  { client, model, config }: ServerAccess<OpenAiConfig>,
  signal: AbortSignal,
  before?: OpenAiFound,
): Promise<OpenAiFound> {
  const models = parseReply(ModelsSchema, (await client.get("/v1/models", signal)).body, "/v1/models").data;
  const mine = models.find(({ id, aliases }) => id === model || aliases?.includes(model));
  if (mine === undefined) {
    const names = models.map(({ id }) => id);
    throw new BackendError({
      kind: "model-missing",
      message: `the server has no model "${model}"; it has ${names.slice(0, 8).join(", ") || "none"}${names.length > 8 ? ", …" : ""}`,
    });
  }
  const facts = await probeDialect(client, model, before?.dialect ?? config.dialect, signal);
  const chat = config.api === "chat";
  return {
    dialect: facts.dialect,
    identity: {
      build: facts.build,
      settings: {
        server: "openai",
        dialect: facts.dialect,
        api: config.api,
        model,
        ...(mine.root == null || mine.root === model ? {} : { root: mine.root }),
        ...(mine.max_model_len == null ? {} : { contextSize: mine.max_model_len }),
        chatTemplate: chat ? "the server's own" : "none (raw prompts)",
        ...(chat ? { protocol: "chat-first-token" } : {}),
        ...facts.settings,
      },
      metadata: { ...(mine.max_model_len == null ? {} : { contextLength: mine.max_model_len }), ...facts.metadata },
    },
  };
}
