import { UsageError } from "../domain/errors.ts";
import { parseQuantization, type Quantization } from "../domain/quantization.ts";
import { findResults } from "../import/find-results.ts";
import type { ImportSource } from "../import/import-run.ts";
import type { ImportedResults } from "../import/imported-row.ts";

/**
 * The results that `LABEL=PATH` names. Without a label it is the file's own, or the quantization that the path's last parts name; a file about
 * several models gives each of them. Throws `UsageError` where no label is known.
 */
export async function openResults(argument: string, signal: AbortSignal): Promise<readonly ImportSource[]> {
  const [, label, path = argument] = /^([^=/\\]+)=(.+)$/.exec(argument) ?? [];
  const results = await findResults(path);
  const inFile = await variantsIn(results, signal);
  if (inFile.length > 1 && label === undefined)
    return inFile.map((name) => ({ quantization: quantizationOf(name, path), path, results, inFile: name }));
  if (inFile.length > 1)
    throw new UsageError(`${path} holds results of ${inFile.join(", ")}`, {
      hint: "give the file without a label: each of them becomes a variant of its own",
    });
  const own = label ?? results.label ?? quantizationIn(path);
  if (own === undefined)
    throw new UsageError(`${path}: results of which quantization?`, {
      hint: `write LABEL=${path}, such as Q4_K_M=${path}`,
    });
  return [{ quantization: quantizationOf(own, path), path, results }];
}

/** The quantization of a label, also within one of several words (`smol-Q4_K_M`); any other label stands for itself (`W4A16`). */
export function quantizationOf(label: string, where: string): Quantization {
  const known = parseQuantization(label) ?? quantizationIn(label);
  if (known !== undefined) return known;
  if (/^[A-Za-z0-9][A-Za-z0-9._:+-]{0,99}$/.test(label)) return label;
  throw new UsageError(`${where}: "${label}" is no label: letters, digits, '.', '_', ':', '+' and '-'`, {
    hint: `give it one: LABEL=${where}`,
  });
}

/** The last part of a path that names a quantization, by itself or between other words. */
function quantizationIn(path: string): Quantization | undefined {
  for (const part of path.split(/[\\/]/).reverse()) {
    const words = part.split(/[^A-Za-z0-9_]+/).flatMap((word) => parseQuantization(word) ?? []);
    const found = parseQuantization(part) ?? words[0];
    if (found !== undefined) return found;
  }
  return undefined;
}

async function variantsIn(results: ImportedResults, signal: AbortSignal): Promise<readonly string[]> {
  const found = new Set<string>();
  for await (const { variant } of results.rows(signal)) {
    // A format either tells variants or doesn't.
    if (variant === undefined) break;
    found.add(variant);
  }
  return [...found];
}
