/**
 * How a multiple-choice question is asked. The three are never mixed in one number.
 * - `letter-logprob`: argmax over the log-probabilities of the choice labels as the next token;
 * - `continuation-logprob`: the log-probability of each choice's text as the continuation of the prompt;
 * - `generated-letter`: the model writes, and the letter is extracted from what it wrote.
 */
export const PROTOCOLS = ["letter-logprob", "continuation-logprob", "generated-letter"] as const;
/** Right or wrong as another tool says; `watched`: by a further metric of a task, which only guards look at. No spec can ask for them. */
const IMPORTED_PROTOCOLS = ["imported", "imported-watched"] as const;
export type AskedProtocol = (typeof PROTOCOLS)[number];
export type Protocol = AskedProtocol | (typeof IMPORTED_PROTOCOLS)[number];

/** The figures a protocol yields; the first is primary unless a manifest or spec says otherwise. */
export const FIGURES = {
  "letter-logprob": ["acc"],
  "continuation-logprob": ["acc", "acc_norm"],
  "generated-letter": ["extracted", "strict"],
  imported: ["acc"],
  "imported-watched": ["acc"],
} as const satisfies Record<Protocol, readonly string[]>;

export type Figure = (typeof FIGURES)[Protocol][number];
