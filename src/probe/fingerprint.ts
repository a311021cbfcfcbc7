import { BackendError } from "../backend/backend.ts";
import { ask, continuations, type Examinee, LETTERS, letters, text } from "./ask.ts";

/** Arithmetic and copying: even a small model has opinions about what comes next. */
const PROMPTS = [
  "Question: What is 7 minus 1?\nAnswer:",
  "Question: What is 3 plus 4?\nAnswer:",
  "Question: What is the capital of France?\nAnswer:",
  "Letter: A\nCopy: A\nLetter: C\nCopy:",
] as const;
const CANDIDATES = [
  ...[" 1", " 2", " 3", " 4", " 5", " 6", " 7", " 8", " 9"],
  ...LETTERS,
  " the",
  " Paris",
  " a",
] as const;

/** What a model thinks of a few fixed prompts. Other weights, even another quantization of the same ones, think otherwise. */
export interface Fingerprint {
  readonly build: string;
  /** By prompt, then candidate; "not-shown" where the API doesn't tell. */
  readonly logprobs: readonly (readonly (number | "not-shown")[])[];
  readonly texts: readonly string[];
}

export async function takeFingerprint(examinee: Examinee): Promise<Fingerprint> {
  const logprobs = [];
  const texts = [];
  for (const prompt of PROMPTS) {
    logprobs.push(await opinions(examinee, prompt));
    texts.push((await ask(examinee, text(prompt, 8))).text);
  }
  return { build: examinee.backend.identity.build, logprobs, texts };
}

/**
 * Largest difference between two fingerprints in nats, over what both show; `undefined` when they share nothing. Texts count only then: they
 * are equal (0) or not (Infinity).
 */
export function fingerprintDistance(a: Fingerprint, b: Fingerprint): number | undefined {
  let largest: number | undefined;
  for (const [row, values] of a.logprobs.entries()) {
    for (const [column, value] of values.entries()) {
      const other = b.logprobs[row]?.[column];
      if (typeof value !== "number" || typeof other !== "number") continue;
      largest = Math.max(largest ?? 0, Math.abs(value - other));
    }
  }
  if (largest !== undefined || a.texts.length === 0 || b.texts.length === 0) return largest;
  return a.texts.every((words, index) => words === b.texts[index]) ? 0 : Number.POSITIVE_INFINITY;
}

/** Each candidate by itself, since one that is no single token must not cost the others. */
async function opinions(examinee: Examinee, prompt: string): Promise<(number | "not-shown")[]> {
  const { letters: canLetters, continuations: canContinue } = examinee.backend.capabilities;
  if (canLetters !== "none") {
    const all = await ask(examinee, letters(prompt, CANDIDATES)).catch(() => undefined);
    if (all !== undefined) return [...all.logprobs];
    const some = await ask(examinee, letters(prompt, LETTERS)).catch(() => undefined);
    if (some !== undefined) return [...some.logprobs];
  }
  if (!canContinue) return [];
  try {
    return [...(await ask(examinee, continuations(prompt, CANDIDATES))).logprobs];
  } catch (error) {
    if (examinee.needs.has("continuations") || !(error instanceof BackendError) || error.kind !== "unsupported")
      throw error;
    return [];
  }
}
