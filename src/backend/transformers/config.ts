import { readFile } from "node:fs/promises";
import { z } from "zod";
import { messageOf, UsageError } from "../../domain/errors.ts";

const Count = z.int().positive().optional();

/** What is read of a decoder's config.json, under the names that the model families have for it. */
const ConfigSchema = z.looseObject({
  model_type: z.string(),
  num_hidden_layers: Count,
  n_layer: Count,
  n_layers: Count,
  num_attention_heads: Count,
  n_head: Count,
  n_heads: Count,
  num_key_value_heads: Count,
  head_dim: Count,
  hidden_size: Count,
  n_embd: Count,
  intermediate_size: Count,
  vocab_size: Count,
  max_position_embeddings: Count,
  n_positions: Count,
  tie_word_embeddings: z.boolean().optional(),
  attention_bias: z.boolean().optional(),
  num_local_experts: Count,
});
export type DecoderConfig = z.output<typeof ConfigSchema>;

/** Throws `UsageError` with the file's path when it is no configuration of a model. */
export async function readDecoderConfig(path: string): Promise<DecoderConfig> {
  try {
    return ConfigSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (cause) {
    const what = cause instanceof z.ZodError ? z.prettifyError(cause).replace(/\s*\n\s*/g, " ") : messageOf(cause);
    throw new UsageError(`${path} is no configuration of a model: ${what}`, {
      cause,
      hint: "copy config.json from the model that was exported",
    });
  }
}

export function layersOf(config: DecoderConfig): number | undefined {
  return config.num_hidden_layers ?? config.n_layer ?? config.n_layers;
}

export function headsOf(config: DecoderConfig): number | undefined {
  return config.num_attention_heads ?? config.n_head ?? config.n_heads;
}

export function widthOf(config: DecoderConfig): number | undefined {
  return config.hidden_size ?? config.n_embd;
}

/** Tokens of prompt and answer together that the positions were made for. */
export function contextLengthOf(config: DecoderConfig): number | undefined {
  return config.max_position_embeddings ?? config.n_positions;
}

/** Families whose layers are Llama's: four attention matrices, a gated feed-forward of three, and two norms. */
const LLAMA_LIKE = new Set(["llama", "mistral", "qwen2", "qwen3", "smollm3", "gemma", "ministral"]);

/**
 * Parameters by the architecture: embeddings (once where they are tied), and of each layer attention, feed-forward and norms. Of families laid
 * out like Llama; `undefined` for others and for mixtures of experts, whose files don't tell either.
 */
export function parametersOf(config: DecoderConfig): number | undefined {
  const [layers, heads, width] = [layersOf(config), headsOf(config), widthOf(config)];
  const { intermediate_size: inner, vocab_size: vocabulary, model_type: family } = config;
  if (!LLAMA_LIKE.has(family) || config.num_local_experts !== undefined) return undefined;
  if (!layers || !heads || !width || !inner || !vocabulary) return undefined;
  const headWidth = config.head_dim ?? width / heads;
  const [queries, keys] = [heads * headWidth, (config.num_key_value_heads ?? heads) * headWidth];
  const biases = config.attention_bias === true || family === "qwen2" ? queries + 2 * keys : 0;
  const headNorms = family === "qwen3" ? 2 * headWidth : 0;
  const layer = 2 * width * queries + 2 * width * keys + biases + headNorms + 3 * width * inner + 2 * width;
  const embeddings = vocabulary * width * (config.tie_word_embeddings === false ? 2 : 1);
  return layers * layer + embeddings + width;
}
