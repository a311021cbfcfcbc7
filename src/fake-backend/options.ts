export const DIALECTS = ["ollama", "vllm", "tgi", "llama-server"] as const;
export type Dialect = (typeof DIALECTS)[number];

/** What may befall one request for an answer, by chance. */
export const FAULTS = ["429", "500", "503", "cut", "drip", "garbage", "hang", "html", "redirect", "empty"] as const;
export type Fault = (typeof FAULTS)[number];

/** Ways of answering wrongly with status 200. */
export interface Lies {
  /** Generate only, as if `echo` and `decoder_input_details` had not been said. */
  readonly ignoreEcho: boolean;
  readonly ignoreLogprobs: boolean;
  readonly ignoreStop: boolean;
  /** Every log-probability is the same. */
  readonly constantLogprobs: boolean;
  /** Answers change from request to request. */
  readonly unstable: boolean;
  /** Only the last so many tokens of a prompt are read. */
  readonly cutPrompt: number | undefined;
}

export interface FakeOptions {
  readonly dialect: Dialect;
  /** GGUF file whose model answers. */
  readonly model: string;
  /** Name it is served under; default: the file's name without `.gguf`. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly contextSize: number;
  /** What metadata says instead of the truth. */
  readonly claimQuantization: string | undefined;
  readonly claimDigest: string | undefined;
  /** Most likely tokens shown at most; default: the real server's limit. */
  readonly maxTop: number | undefined;
  readonly latencyMs: number;
  readonly faults: readonly { readonly fault: Fault; readonly probability: number }[];
  readonly retryAfter: string | undefined;
  /** Seed of the dice for faults. */
  readonly seed: number;
  /** The process kills itself at this request for an answer. */
  readonly dieAfter: number | undefined;
  readonly lies: Lies;
}
