/**
 * Why an item is asked: `main` for the answers that are judged; `repeat` for the baseline's second answers, which measure the
 * backend's own noise; `sample-n` for answers at a temperature above 0, which measure the spread of sampling and are kept out of verdicts.
 */
export type Pass = "main" | "repeat" | `sample-${number}`;

/** The pass of a record or row; most leave it out. */
export function passOf(record: { readonly pass?: Pass }): Pass {
  return record.pass ?? "main";
}
