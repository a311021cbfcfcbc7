/** What is asked of a backend for one item. Prompts are raw text unless the backend's API applies a chat template. */
export type BackendRequest = TextRequest | LettersRequest | ContinuationsRequest;

export interface Sampling {
  /** 0 is greedy decoding, the only setting verdicts are made from. */
  readonly temperature: number;
  readonly seed: number;
}

/** From (included) and to (not included), in UTF-16 units. */
export type TextRange = readonly [from: number, to: number];

/** A prompt, and where in it stands text of the item. */
export interface Prompted {
  readonly prompt: string;
  /**
   * In order; what looks like a special token there is text, elsewhere it is that token. Absent where no text of the item looks like one. A
   * backend whose server reads the prompt itself ignores it.
   */
  readonly data?: readonly TextRange[];
}

export interface TextRequest extends Sampling, Prompted {
  readonly kind: "text";
  readonly maxTokens: number;
  /** Generation ends before the first of these strings; it is not part of the answer. */
  readonly stop: readonly string[];
}

export interface LettersRequest extends Prompted {
  readonly kind: "letters";
  /** What is compared as the next token, with its leading space: " A", " B", … */
  readonly letters: readonly string[];
}

export interface ContinuationsRequest extends Prompted {
  readonly kind: "continuations";
  /** Each with its leading space. */
  readonly continuations: readonly string[];
}

export interface TokenCounts {
  readonly prompt: number;
  readonly completion: number;
}

/** Milliseconds; what the backend doesn't tell is absent. `wallMs` is measured by the caller's clock around the request. */
export interface Timings {
  readonly wallMs: number;
  readonly promptMs?: number;
  readonly decodeMs?: number;
  readonly queueMs?: number;
  readonly loadMs?: number;
  readonly firstTokenMs?: number;
  /** The answer was kept from an earlier run: these are the times of when it was asked, and say nothing of this one. */
  readonly kept?: true;
}

/** `end`: the model's own end token; `stop`: a stop string; `length`: the token limit. */
export type FinishReason = "end" | "stop" | "length";

export interface TextAnswer {
  readonly kind: "text";
  readonly text: string;
  readonly finish: FinishReason;
  /** Thinking of a reasoning model, kept apart from the answer. */
  readonly reasoning?: string;
  readonly tokens: TokenCounts;
  readonly timings: Timings;
}

export interface LettersAnswer {
  readonly kind: "letters";
  /** Natural-log probability per requested letter, in request order; a letter the API didn't show is `"not-shown"`. */
  readonly logprobs: readonly (number | "not-shown")[];
  readonly tokens: TokenCounts;
  readonly timings: Timings;
}

export interface ContinuationsAnswer {
  readonly kind: "continuations";
  /** Sum of the natural-log probabilities of each continuation's tokens, in request order. */
  readonly logprobs: readonly number[];
  readonly tokens: TokenCounts;
  readonly timings: Timings;
}

export type BackendAnswer = TextAnswer | LettersAnswer | ContinuationsAnswer;
export type AnswerOf<R extends BackendRequest> = Extract<BackendAnswer, { kind: R["kind"] }>;
