import { createHash } from "node:crypto";
import type { ModelMetadata } from "../../domain/record.ts";
import type { OllamaConfig } from "../../spec/backend-schema.ts";
import { BackendError } from "../backend.ts";
import { parseReply } from "../parse-reply.ts";
import type { Found, ServerAccess } from "../server-frame.ts";
import { ShowSchema, TagsSchema, VersionSchema } from "./replies.ts";

/** What Ollama tells of a model: `/api/version`, `/api/tags` and `/api/show`. Throws `BackendError` `model-missing` when it isn't there. */
export async function identifyOllama(
  { client, model, config }: ServerAccess<OllamaConfig>,
  signal: AbortSignal,
): Promise<Found> {
  const { version } = parseReply(VersionSchema, (await client.get("/api/version", signal)).body, "/api/version");
  const tags = parseReply(TagsSchema, (await client.get("/api/tags", signal)).body, "/api/tags").models ?? [];
  const tag = tags.find(({ name }) => name === model || name === `${model}:latest`);
  if (tag === undefined) {
    throw new BackendError({
      kind: "model-missing",
      message: `Ollama has no model "${model}"; it has ${list(tags.map(({ name }) => name))}`,
      hint: `ollama pull ${model}`,
    });
  }
  const show = parseReply(ShowSchema, (await client.post("/api/show", { model }, signal)).body, "/api/show");
  // The tag's digest covers template and parameters too; the blob that FROM names is the weights alone.
  const blob = /^FROM\s.*sha256[:-]([0-9a-f]{64})/m.exec(show.modelfile)?.[1];
  const identity = {
    weightsDigest: `sha256:${blob ?? tag.digest.replace(/^sha256:/, "")}`,
    build: `ollama ${version}`,
    settings: {
      server: "ollama",
      api: config.api,
      model: tag.name,
      manifestDigest: tag.digest,
      contextSize: config.contextSize,
      chatTemplate:
        config.api === "chat" ? `the model's own (sha256 ${sha256(show.template).slice(0, 16)})` : "none (raw prompts)",
      ...(config.api === "chat" ? { protocol: "chat-first-token" } : {}),
    },
    metadata: metadataOf(show.model_info ?? {}, show.details.quantization_level, tag.size),
  };
  return { identity };
}

function metadataOf(
  info: Readonly<Record<string, unknown>>,
  quantization: string | undefined,
  fileBytes: number | undefined,
): ModelMetadata {
  const architecture = textOf(info["general.architecture"]);
  const number = (key: string): number | undefined => {
    const value = info[`${architecture}.${key}`];
    return typeof value === "number" ? value : undefined;
  };
  const parameters = info["general.parameter_count"];
  const entries: Record<string, number | string | undefined> = {
    architecture,
    parameters: typeof parameters === "number" ? parameters : undefined,
    layers: number("block_count"),
    heads: number("attention.head_count"),
    keyValueHeads: number("attention.head_count_kv"),
    contextLength: number("context_length"),
    embeddingLength: number("embedding_length"),
    vocabularySize: number("vocab_size"),
    fileBytes,
    quantization,
  };
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function list(names: readonly string[]): string {
  if (names.length === 0) return "none";
  return names.length > 8 ? `${names.slice(0, 8).join(", ")} and ${names.length - 8} more` : names.join(", ");
}
