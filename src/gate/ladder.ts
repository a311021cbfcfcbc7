import type { VariantSummary } from "../analyze/summary.ts";
import { bitsPerWeightIn } from "../domain/quantization.ts";
import type { VariantVerdict } from "./verdict.ts";

/**
 * The smallest quantization that passes, by fixed sequence: from the most bits per weight down, to the first that doesn't pass. Testing in an
 * order that was fixed beforehand needs no correction for multiplicity. Bits per weight as measured from the files where every variant's is
 * known, else the nominal ones, because the two don't compare. `undefined` when the first doesn't pass.
 */
export function smallestPassing(
  variants: readonly VariantSummary[],
  verdicts: readonly VariantVerdict[],
): string | undefined {
  let smallest: string | undefined;
  for (const variant of downTheLadder(variants)) {
    const verdict = verdicts.find((each) => each.variant === variant.variant)?.verdict;
    if (verdict === "reference") continue;
    if (verdict !== "pass") break;
    smallest = variant.variant;
  }
  return smallest;
}

function downTheLadder(variants: readonly VariantSummary[]): readonly VariantSummary[] {
  const bits = bitsPerWeightIn(variants);
  const known = (variant: VariantSummary): number => (Number.isNaN(bits(variant)) ? 0 : bits(variant));
  return variants.toSorted((a, b) => known(b) - known(a) || (a.variant < b.variant ? -1 : 1));
}
