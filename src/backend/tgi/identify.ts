import type { TgiConfig } from "../../spec/backend-schema.ts";
import { BackendError } from "../backend.ts";
import { parseReply } from "../parse-reply.ts";
import type { Found, ServerAccess } from "../server-frame.ts";
import { InfoSchema } from "./replies.ts";

/** What `/info` tells. Throws `BackendError` `model-missing` when another model is served. */
export async function identifyTgi({ client, model }: ServerAccess<TgiConfig>, signal: AbortSignal): Promise<Found> {
  const info = parseReply(InfoSchema, (await client.get("/info", signal)).body, "/info");
  if (info.model_id !== model) {
    throw new BackendError({
      kind: "model-missing",
      message: `TGI serves ${info.model_id}, not "${model}"`,
      hint: "name the model id that the server was started with",
    });
  }
  const sha = info.model_sha ?? "";
  const identity = {
    ...(sha === "" ? {} : { weightsDigest: `${/^sha256:/.test(sha) ? "" : "git:"}${sha}` }),
    build: `text-generation-inference ${info.version}${info.sha == null ? "" : ` (${info.sha.slice(0, 12)})`}`,
    settings: {
      server: "tgi",
      api: "generate",
      model: info.model_id,
      ...(info.max_total_tokens === undefined ? {} : { contextSize: info.max_total_tokens }),
      chatTemplate: "none (raw prompts)",
    },
    metadata: {
      ...(info.max_total_tokens === undefined ? {} : { contextLength: info.max_total_tokens }),
      ...(info.model_dtype == null ? {} : { quantization: info.model_dtype.replace(/^torch\./, "") }),
    },
  };
  return { identity };
}
