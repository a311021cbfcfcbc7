/**
 * How a multiple-choice question is asked. The three are never mixed in one number.
 * - `letter-logprob`: argmax over the log-probabilities of the choice labels as the next token;
 * - `continuation-logprob`: the log-probability of each choice's text as the continuation of the prompt;
 * - `generated-letter`: the model writes, and the letter is extracted from what it wrote.
 */
export const PROTOCOLS = ["letter-logprob", "continuation-logprob", "generated-letter"] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** The figures a protocol yields; the first is primary unless a manifest or spec says otherwise. */
export const FIGURES = {
  "letter-logprob": ["acc"],
  "continuation-logprob": ["acc", "acc_norm"],
  "generated-letter": ["extracted", "strict"],
} as const satisfies Record<Protocol, readonly string[]>;

export type Figure = (typeof FIGURES)[Protocol][number];
