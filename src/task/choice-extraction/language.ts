/**
 * What answers are stated with in other languages: English word → how each language says it, separated by commas. An answer is read by
 * the English meaning of its words; where one form stands for several English words they stand in its key.
 *
 * `words` are found wherever they stand, in scripts without spaces also within a longer run. `endings` are written onto the word before,
 * or behind the label: those of one character count only there. "." ends a statement, and "" says nothing.
 */
export interface Language {
  readonly words: Readonly<Record<string, string>>;
  readonly endings?: Readonly<Record<string, string>>;
}
