import { createRequire } from "node:module";
import type { Model, WinkMethods } from "wink-nlp";

/** wink-nlp takes up to the cube of a run's length for a run without white space. */
const LONGEST_RUN_CHARACTERS = 128;
/** About 15 ms of wink-nlp's time. */
const LONGEST_TEXT_CHARACTERS = 20_000;

/**
 * The sentences of an English text by wink-nlp, line by line, trimmed, without empty ones; after 20,000 characters no more are
 * looked for. Abbreviations and decimal points don't end a sentence; a question inside quotation marks does. Languages that end
 * sentences with other signs than . ? ! come out line by line, and so does a line with a run of more than 128 characters without
 * white space.
 */
export function sentencesOf(text: string): string[] {
  const lines = text.slice(0, LONGEST_TEXT_CHARACTERS).split(/\r?\n/);
  const sentences = lines.flatMap((line) => {
    const splittable = line.split(/\s/).every((run) => run.length <= LONGEST_RUN_CHARACTERS);
    return splittable ? splitter().readDoc(line).sentences().out() : [line];
  });
  return sentences.map((sentence) => sentence.trim()).filter((sentence) => sentence !== "");
}

let loaded: WinkMethods | undefined;

/** The language model takes about 0.2 s to load, so only the first text that needs it does. */
function splitter(): WinkMethods {
  if (loaded === undefined) {
    const require = createRequire(import.meta.url);
    const winkNlp: (model: Model, pipe: string[]) => WinkMethods = require("wink-nlp");
    loaded = winkNlp(require("wink-eng-lite-web-model"), ["sbd"]);
  }
  return loaded;
}
