import { UsageError } from "../domain/errors.ts";
import { parseQuantization } from "../domain/quantization.ts";
import { nearest } from "./known-keys.ts";
import type { ResolvedModel } from "./resolved.ts";

/**
 * Ids of the variants that a name means: an id, `model/quantization`, or a quantization (then of every model). Throws `UsageError` when it
 * means none, or a baseline, which is compared with nothing.
 */
export function matchVariants(name: string, models: readonly ResolvedModel[], where: string): readonly string[] {
  const quantization = parseQuantization(name) ?? name;
  const all = models.flatMap((model) =>
    model.variants.map((variant) => ({ variant, baseline: model.baseline.variant === variant.id })),
  );
  const found = all.filter(
    ({ variant }) =>
      variant.id === name ||
      `${variant.model}/${variant.quantization}` === name ||
      variant.quantization === quantization,
  );
  if (found.length === 0) {
    const known = [...new Set(all.flatMap(({ variant }) => [variant.quantization, variant.id]))];
    const meant = nearest(name, known);
    throw new UsageError(`${where}: no variant "${name}" in the run`, {
      hint: meant === undefined ? `there are ${known.join(", ")}` : `did you mean "${meant}"?`,
    });
  }
  const candidates = found.filter(({ baseline }) => !baseline).map(({ variant }) => variant.id);
  if (candidates.length === 0) {
    throw new UsageError(`${where}: "${name}" is the baseline; it is what the others are compared with`, {
      hint: "name another variant",
    });
  }
  return candidates;
}
