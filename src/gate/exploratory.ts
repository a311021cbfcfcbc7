import { plain } from "../domain/write-number.ts";
import type { RunManifest } from "../store/manifest.ts";

/**
 * Why a variant's result is exploratory: earlier runs looked at part of its evidence, and the looks weren't declared in all their specs, or
 * this is one more than was declared. Runs that took the same items of each task are one look. `undefined`: it isn't.
 */
export function whyExploratory(variant: string, { spec, earlierLooks = [] }: RunManifest): string | undefined {
  const looks = earlierLooks.filter(({ variants }) => variants.includes(variant));
  if (looks.length === 0) return undefined;
  const declared = spec.looks ?? 1;
  const resampled = looks.some(({ tasks }) => tasks.some(({ sample }) => sample !== undefined));
  const runs = looks.map(({ run }) => run);
  const seen = `earlier runs (${runs.slice(0, MOST_NAMED).join(", ")}${runs.length > MOST_NAMED ? ", …" : ""}) looked at ${resampled ? "another sample of these items" : "fewer of these items"}`;
  const undeclared = looks.find((look) => look.declared !== declared);
  if (undeclared !== undefined)
    return `Exploratory: ${seen}; the spec of ${undeclared.run} declares ${plain(undeclared.declared, 0)} as its number of looks, this one ${plain(declared, 0)}, so α wasn't split the same way from the start`;
  const number = new Set(looks.map(({ tasks }) => JSON.stringify(tasks))).size + 1;
  return number > declared
    ? `Exploratory: ${seen}; this is look ${plain(number, 0)} of ${plain(declared, 0)} declared in the spec, so the error rate is above what the intervals say`
    : undefined;
}

const MOST_NAMED = 3;
