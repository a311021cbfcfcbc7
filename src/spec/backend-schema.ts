import { z } from "zod";

/** Embedded llama.cpp; a variant's `model` is a GGUF file. */
const LlamaCppSchema = z.strictObject({
  type: z.literal("llama-cpp"),
  contextSize: z.int().positive().default(2048).describe("Tokens of prompt and answer together."),
  batchSize: z
    .int()
    .positive()
    .default(512)
    .describe("Tokens evaluated at once; results move with it, so it is fixed and recorded."),
  threads: z
    .int()
    .positive()
    .default(1)
    .describe(
      "CPU threads per context, fixed and recorded, since results may move with it. More than one wait for each other by spinning: slow on a busy machine.",
    ),
  concurrency: z
    .int()
    .positive()
    .max(64)
    .optional()
    .describe(
      "Contexts, each answering one item at a time with `threads` threads; results don't depend on it. Default: one per core, at most 8.",
    ),
});

/** Embedded ONNX models by transformers.js; a variant's `model` is a folder, or the name of a model that was pulled. */
const TransformersSchema = z.strictObject({
  type: z.literal("transformers"),
  api: z
    .enum(["completions", "chat"])
    .default("completions")
    .describe("completions: raw prompts; chat: the folder's own chat template."),
  contextSize: z
    .int()
    .positive()
    .max(1 << 20)
    .optional()
    .describe(
      "Tokens of prompt and answer together; never more than the model was trained for. Default: 2,048, or the model's own where that is less.",
    ),
  threads: z.int().positive().max(64).default(1).describe("CPU threads for each copy of the model."),
  concurrency: z
    .int()
    .positive()
    .max(16)
    .default(1)
    .describe("Copies of the model in memory, each answering one item at a time; results don't depend on it."),
});

/** Answers from a JSON Lines file; a variant's `model` is that file. */
const RecordedSchema = z.strictObject({
  type: z.literal("recorded"),
  concurrency: z.int().positive().max(1024).default(8),
});

const EnvironmentVariableSchema = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "the name of an environment variable, not the secret itself");

/** They say how a request is framed and what may come back, which is not for a spec to change. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  "accept",
  "accept-encoding",
  "connection",
  "content-length",
  "content-type",
  "expect",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

const credentials = {
  apiKeyEnv: EnvironmentVariableSchema.optional().describe("Environment variable that holds the API key."),
  apiKeyFile: z
    .string()
    .min(1)
    .optional()
    .describe("File that holds the API key and nothing else, relative to the spec file."),
  headersFromEnv: z
    .record(
      z
        .string()
        .regex(/^[A-Za-z0-9-]+$/, "the name of an HTTP header")
        .refine((name) => !OWN_HEADERS.has(name.toLowerCase()), "QuantGate sets this header itself; remove it"),
      EnvironmentVariableSchema,
    )
    .optional()
    .describe("Further request headers: header name to the environment variable that holds its value."),
};

/** What QuantGate itself says in a request, in one API or another; a spec can't say it otherwise. */
const OWN_BODY: ReadonlySet<string> = new Set([
  "decoder_input_details",
  "details",
  "echo",
  "input",
  "inputs",
  "logprobs",
  "max_completion_tokens",
  "max_new_tokens",
  "max_tokens",
  "messages",
  "model",
  "n",
  "n_predict",
  "n_probs",
  "parameters",
  "prompt",
  "prompt_logprobs",
  "raw",
  "return_tokens_as_token_ids",
  "seed",
  "stop",
  "stream",
  "stream_options",
  "temperature",
  "top_logprobs",
]);

export const ExtraBodySchema = z
  .record(
    z.string().refine((name) => !OWN_BODY.has(name), "QuantGate sets this itself; remove it"),
    z.json(),
  )
  .describe(
    "Further fields of every request's body, such as `think: false`, `reasoning_effort` or `chat_template_kwargs`; recorded, and part of what an answer is kept under.",
  );

/** What every backend behind a URL has. */
function serverFields(defaults: { readonly url: string; readonly adaptive: number; readonly query?: boolean }) {
  return {
    url: z
      .url({ protocol: /^https?$/, error: "an http or https URL" })
      .refine(
        (url) =>
          defaults.query === true
            ? !/#|\/\/[^/]*@|[?&][^=&]*(?:key|token|secret|sig|password)[^=&]*=/i.test(url)
            : !/[?#]|\/\/[^/]*@/.test(url),
        "no credentials, query or fragment; keys go into apiKeyEnv or apiKeyFile",
      )
      .default(defaults.url),
    concurrency: z
      .union([
        z.int().positive().max(1024),
        z.strictObject({ adaptive: z.int().positive().max(1024).describe("At most so many requests in flight.") }),
      ])
      .default({ adaptive: defaults.adaptive })
      .describe(
        "Requests in flight: a fixed number, or one that grows while latency holds and halves when the server is overloaded.",
      ),
    timeouts: z
      .strictObject({
        connectMs: z.int().positive().default(10_000),
        idleMs: z.int().positive().default(60_000).describe("Between two pieces of an answer that has begun."),
        totalMs: z.int().positive().default(600_000).describe("For one request as a whole."),
      })
      .prefault({}),
    retries: z
      .int()
      .nonnegative()
      .max(20)
      .default(5)
      .describe("How often a request is asked again after a failure that may heal."),
    outageMs: z
      .int()
      .nonnegative()
      .default(600_000)
      .describe("How long a server that is gone or throttles is waited for before the run stops (it can be resumed)."),
    extraBody: ExtraBodySchema.optional(),
    ...credentials,
  };
}

const ApiSchema = z.enum(["completions", "chat"]);

/** Ollama's native API; a variant's `model` is a name such as `llama3.2:1b-instruct-q4_K_M`. */
const OllamaSchema = z.strictObject({
  type: z.literal("ollama"),
  ...serverFields({ url: "http://127.0.0.1:11434", adaptive: 4 }),
  api: ApiSchema.default("completions").describe("completions: raw prompts; chat: the model's own template."),
  contextSize: z.int().positive().default(4096).describe("num_ctx: tokens of prompt and answer together."),
  keepAlive: z.string().min(1).default("30m").describe("How long Ollama keeps the model loaded after a request."),
});

export const OPENAI_DIALECTS = ["vllm", "sglang", "llama-server", "lm-studio", "openai"] as const;

/** An OpenAI-compatible server; a variant's `model` is the name it is served under. */
const OpenAiSchema = z.strictObject({
  type: z.literal("openai"),
  ...serverFields({ url: "http://127.0.0.1:8000", adaptive: 32, query: true }),
  api: ApiSchema.default("completions").describe("completions: raw prompts; chat: the server's chat template."),
  dialect: z.enum(OPENAI_DIALECTS).optional().describe("Which server it is; by default found by probing."),
  topLogprobs: z
    .int()
    .positive()
    .max(100)
    .optional()
    .describe("How many of the likeliest tokens are asked for; default 20, and 5 for OpenAI's own completions API."),
  stream: z.boolean().default(true).describe("Read texts as a stream, which tells the time to the first token."),
});

/** Hugging Face text-generation-inference; a variant's `model` is the model id it serves. */
const TgiSchema = z.strictObject({
  type: z.literal("tgi"),
  ...serverFields({ url: "http://127.0.0.1:8080", adaptive: 32 }),
  topLogprobs: z
    .int()
    .positive()
    .max(100)
    .default(5)
    .describe("At most the server's --max-top-n-tokens (5 by default)."),
});

/** llama.cpp's llama-server, native API; a variant's `model` is the GGUF file's name or the alias it is served under. */
const LlamaServerSchema = z.strictObject({
  type: z.literal("llama-server"),
  ...serverFields({ url: "http://127.0.0.1:8080", adaptive: 8 }),
  topLogprobs: z
    .int()
    .positive()
    .max(1000)
    .default(40)
    .describe("n_probs: how many of the likeliest tokens are asked for."),
});

export const BackendSchema = z.discriminatedUnion("type", [
  LlamaCppSchema,
  TransformersSchema,
  OllamaSchema,
  OpenAiSchema,
  TgiSchema,
  LlamaServerSchema,
  RecordedSchema,
]);
export type BackendConfig = z.output<typeof BackendSchema>;
export type LlamaCppConfig = z.output<typeof LlamaCppSchema>;
export type TransformersConfig = z.output<typeof TransformersSchema>;
export type RecordedConfig = z.output<typeof RecordedSchema>;
export type OllamaConfig = z.output<typeof OllamaSchema>;
export type OpenAiConfig = z.output<typeof OpenAiSchema>;
export type TgiConfig = z.output<typeof TgiSchema>;
export type LlamaServerConfig = z.output<typeof LlamaServerSchema>;
/** Where answers come from that another tool asked for: no spec can say it. */
export interface ImportedConfig {
  readonly type: "imported";
  /** The tool and its version. */
  readonly tool: string;
}
/** What all backends behind a URL have in common. */
export type ServerConfig = OllamaConfig | OpenAiConfig | TgiConfig | LlamaServerConfig;
export type CredentialsConfig = Pick<ServerConfig, "apiKeyEnv" | "apiKeyFile" | "headersFromEnv">;
export type OpenAiDialect = (typeof OPENAI_DIALECTS)[number];
