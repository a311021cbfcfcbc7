import { parseQuantization } from "../domain/quantization.ts";
import type { ResolvedSpec, ResolvedVariant } from "../spec/resolved.ts";
import type { VariantPair } from "./manifest-changes.ts";

/** Which variants of two runs belong together, and which have no counterpart. */
export interface MatchedRuns {
  readonly pairs: readonly VariantPair[];
  readonly onlyReference: readonly string[];
  readonly onlyNewer: readonly string[];
}

/**
 * Matches variants by id; where the backend's name differs by model and quantization, when that is unambiguous. Every variant is in one pair
 * at most.
 */
export function matchRuns(reference: ResolvedSpec, newer: ResolvedSpec): MatchedRuns {
  const left = variantsIn(reference);
  const right = variantsIn(newer);
  const pairs: VariantPair[] = [];
  const sameKind = (a: ResolvedVariant, b: ResolvedVariant): boolean =>
    a.model === b.model && a.quantization === b.quantization;
  for (const variant of right) {
    const same = left.find(({ id }) => id === variant.id);
    const alike = left.filter((each) => sameKind(each, variant));
    const rivals = right.filter((each) => sameKind(each, variant));
    const found = same ?? (alike.length === 1 && rivals.length === 1 ? alike[0] : undefined);
    if (found !== undefined) pairs.push({ reference: found, newer: variant });
  }
  const matched = new Set(pairs.map((pair) => pair.reference.id));
  const matches = new Set(pairs.map((pair) => pair.newer.id));
  return {
    pairs,
    onlyReference: left.flatMap(({ id }) => (matched.has(id) ? [] : [id])),
    onlyNewer: right.flatMap(({ id }) => (matches.has(id) ? [] : [id])),
  };
}

/** The variants that a name means: an id, `model/quantization`, or a quantization of any model. */
export function variantsNamed(name: string, spec: ResolvedSpec): readonly ResolvedVariant[] {
  const quantization = parseQuantization(name) ?? name;
  return variantsIn(spec).filter(
    (variant) =>
      variant.id === name ||
      `${variant.model}/${variant.quantization}` === name ||
      variant.quantization === quantization,
  );
}

function variantsIn(spec: ResolvedSpec): readonly ResolvedVariant[] {
  return spec.models.flatMap((model) => model.variants);
}
