/**
 * A piece of an answer. Emphasis, quotation marks, `$`, braces, formatting commands, pictographs and invisible characters
 * are left out, so that `**B**`, `"B"` and `\text{B}` read as B. `boxed` stands for LaTeX's `\boxed`, `answer-tag` for `<answer>`.
 */
export interface Token {
  readonly kind: "word" | "mark" | "newline" | "boxed" | "answer-tag";
  /** Lower-cased, with straight apostrophes and half-width letters and marks. */
  readonly text: string;
  /** The English word that it stands for; itself where the table of languages has none. */
  readonly meaning: string;
  /** As written, with half-width letters. */
  readonly raw: string;
  /** Offsets in the text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}
