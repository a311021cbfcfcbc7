import type { Goodness } from "../recommend/goodness.ts";
import type { Validation } from "../recommend/validate.ts";

/** `recommend --validate`: targets, laws, spot checks and worked numbers, a line each. */
export function renderValidation({ targets, scaling, spotChecks, workedNumbers }: Validation): string {
  const apart = workedNumbers.filter(({ agrees }) => !agrees);
  const right = spotChecks.filter(({ passes }) => passes).length;
  return [
    "Targets of the study (TR133)",
    ...targets.map(({ model, target, published, inSample, outOfSample, state, note }) => {
      const figures = [
        `published ${published}`,
        ...(inSample === undefined ? [] : [`in sample ${goodness(inSample)}`]),
        ...(outOfSample === undefined ? [] : [`left out ${goodness(outOfSample)}`]),
      ];
      return `  ${model} ${target}: ${state.replaceAll("-", " ")}. ${figures.join("; ")}. ${note}`;
    }),
    "",
    "Users at once, best on models left out first",
    ...scaling.map(
      ({ backend, law, inSample, leftOut }) =>
        `  ${backend} ${law}: in sample ${goodness(inSample)}; left out ${goodness(leftOut)}`,
    ),
    "",
    `Spot checks (TR133 12): ${right} of ${spotChecks.length}`,
    ...spotChecks.map(({ check, found, passes }) => `  ${passes ? "yes" : "NO "}  ${check}: ${found}`),
    "",
    `Worked numbers: ${workedNumbers.length - apart.length} of ${workedNumbers.length} as printed`,
    ...apart.map(
      ({ id, quantity, printed, ours, unit, source, note }) =>
        `  ${id}  ${quantity}: printed ${printed}, worked out ${ours.toPrecision(4)} ${unit} (${source})${note === undefined ? "" : `. ${note}`}`,
    ),
  ].join("\n");
}

function goodness({ n, r2, mapePercent }: Goodness): string {
  return `R² ${r2.toFixed(4)}, ${mapePercent.toFixed(1)} % (n ${n})`;
}
