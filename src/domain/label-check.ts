import {
  familyOf,
  type KnownQuantization,
  nominalBitsPerWeight,
  parseQuantization,
  type Quantization,
  typeWithin,
} from "./quantization.ts";
import type { ModelMetadata } from "./record.ts";

/** What holding a variant's label against its file, or what its server tells, came to. */
export type LabelCheck =
  | { readonly kind: "as-labelled"; readonly words: string }
  /** As labelled, and there is something to be known. */
  | { readonly kind: "remark"; readonly words: string }
  | { readonly kind: "mismatch"; readonly words: string }
  /** Nothing to hold it against. */
  | { readonly kind: "not-told"; readonly words: string };

/** Measured bits per weight this far below the nominal ones make a header's word doubtful; fallback types only ever add bits. */
const DOUBTFUL_BELOW = 0.9;
/** Above it a reader should know that the file is larger than its label sounds. */
const REMARKABLE_ABOVE = 1.1;

/**
 * Holds a label against what is told of the weights: GGUF `general.file_type`, or the server's own word. The tensors' types count only where
 * neither is there, or where the weights have over 10 % fewer bits than the label's nominal. A label that names no type of the list
 * (`W4A16`) can be held against nothing.
 */
export function checkLabel(label: Quantization, metadata: ModelMetadata): LabelCheck {
  const named = typeWithin(label);
  const told = metadata.quantization === undefined ? undefined : typeWithin(metadata.quantization);
  const what = told ?? metadata.quantization;
  if (named === undefined)
    return {
      kind: "not-told",
      words: `"${label}" names no known type${what === undefined ? "" : `; the weights are told to be ${what}`}`,
    };
  if (told !== undefined && !agree(label, named, told))
    return { kind: "mismatch", words: `labelled ${label}, and the weights are ${told}${bitsWords(metadata)}` };
  return byTensors(label, named, told, metadata);
}

function byTensors(
  label: Quantization,
  named: KnownQuantization,
  told: KnownQuantization | undefined,
  metadata: ModelMetadata,
): LabelCheck {
  const { bitsPerWeight: bits, mainTensorType: main } = metadata;
  const nominal = nominalBitsPerWeight(named);
  const few = bits !== undefined && nominal !== undefined && bits < nominal * DOUBTFUL_BELOW;
  if (main !== undefined && (told === undefined || few) && contradicts(main, named))
    return {
      kind: "mismatch",
      words: `labelled ${label}, and most of the weights are ${main}${bitsWords(metadata)}${told === undefined ? "" : `, whatever the header says (${told})`}`,
    };
  if (told === undefined && main === undefined)
    return { kind: "not-told", words: `nothing tells the type of the weights; ${label} is the spec's word` };
  if (told !== undefined && told !== named && familyOf(told) !== familyOf(named))
    return { kind: "remark", words: `labelled ${label}, and the weights are ${told}, as precise` };
  if (bits !== undefined && nominal !== undefined && bits > nominal * REMARKABLE_ABOVE)
    return {
      kind: "remark",
      words: `${label}${bitsWords(metadata)}, where ${nominal} are usual: some tensors have other types${main === undefined ? "" : ` (most weights are ${main})`}`,
    };
  return { kind: "as-labelled", words: `the weights are ${told ?? main}${bitsWords(metadata)}` };
}

/** A type of the list must be the one that is told; a label that only holds its family must be of that family. FP16 and BF16 are both 16 bits. */
function agree(label: Quantization, named: KnownQuantization, told: KnownQuantization): boolean {
  const sixteen: readonly KnownQuantization[] = ["FP16", "BF16"];
  if (named === told || (sixteen.includes(named) && sixteen.includes(told))) return true;
  return parseQuantization(label) === undefined && familyOf(named) === familyOf(told);
}

/**
 * The type that rules about types judge, whatever the label: what is told of the weights, or what most of them are where that contradicts the
 * word of the header or where there is none; the label only where nothing is told.
 */
export function ownType(label: Quantization, metadata: ModelMetadata): Quantization {
  const { quantization, bitsPerWeight: bits, mainTensorType: main } = metadata;
  const told = quantization === undefined ? undefined : typeWithin(quantization);
  if (told === undefined)
    return (main === undefined ? undefined : (parseQuantization(main) ?? main)) ?? typeWithin(label) ?? label;
  const few = bits !== undefined && bits < (nominalBitsPerWeight(told) ?? 0) * DOUBTFUL_BELOW;
  return few && main !== undefined && contradicts(main, told) ? (parseQuantization(main) ?? main) : told;
}

/** Whether tensors of a type (`Q4_K`) can't be most of a quantization (`Q4_K_M`). A type that nobody knows contradicts nothing. */
function contradicts(main: string, quantization: KnownQuantization): boolean {
  return !main.startsWith("type ") && precision(main) !== precision(quantization);
}

/** `Q4` of Q4_K_M and of Q4_0, `IQ3` of all IQ3 types, `F16` of FP16 and BF16. */
function precision(type: string): string {
  const [, kind = "", digits = ""] = /^([A-Z]*?)(\d+)/.exec(type.replace(/^(B?F)P?(\d)/, "F$2")) ?? [];
  return kind + digits;
}

function bitsWords({ bitsPerWeight }: ModelMetadata): string {
  return bitsPerWeight === undefined ? "" : ` (${bitsPerWeight.toFixed(2)} bits per weight)`;
}
