import { embedded } from "../domain/backend-kind.ts";
import { nominalBitsPerWeight, parseQuantization, type Quantization } from "../domain/quantization.ts";
import type { VariantIdentity } from "../domain/record.ts";
import type { ResolvedVariant } from "../spec/resolved.ts";
import type { Examinee } from "./ask.ts";
import { type Finding, ok, stop, warn } from "./finding.ts";

/** Measured bits per weight may be off the nominal ones by so much: small models keep large tables at higher precision. */
const BITS_TOLERANCE = 1.5;

/** Does the server have what the tasks ask for? */
export function checkCapabilities({ backend, needs }: Examinee): Finding {
  const { text, letters, continuations } = backend.capabilities;
  const missing = [
    ...(needs.has("text") && !text ? ["generated text"] : []),
    ...(needs.has("letters") && letters === "none" ? ["log-probabilities of letters"] : []),
    ...(needs.has("continuations") && !continuations ? ["log-probabilities of given continuations"] : []),
  ];
  return missing.length === 0
    ? ok("capabilities", "the server has everything the tasks ask for")
    : stop(
        "capabilities",
        `the server can't give ${missing.join(" and ")}`,
        "choose another protocol for the task, or another backend",
      );
}

/** Does the server's own word for its quantization agree with the spec's label? */
export function checkQuantization({ metadata }: VariantIdentity, variant: ResolvedVariant): Finding {
  const said = metadata.quantization;
  const parsed = said === undefined ? undefined : parseQuantization(said);
  if (parsed !== undefined && !sameQuantization(parsed, variant.quantization)) {
    const hint = "correct the label in the spec, or serve the model that it names";
    // A file is what the user put there, and its digest is on record; what a server serves under a name nobody else can check.
    return embedded(variant.backend)
      ? warn("quantization", `the spec says ${variant.quantization}, the file's header says ${said}`, hint)
      : stop("quantization", `the spec says ${variant.quantization}, the server says ${said}`, hint);
  }
  const bits = metadata.bitsPerWeight;
  const nominal = nominalBitsPerWeight(variant.quantization);
  if (bits !== undefined && (bits > nominal * BITS_TOLERANCE || bits < nominal / BITS_TOLERANCE)) {
    return warn(
      "quantization",
      `the weights have ${bits} bits each, and ${variant.quantization} has about ${nominal}: is the label right?`,
    );
  }
  return parsed === undefined
    ? warn("quantization", `the server does not tell its quantization; ${variant.quantization} is taken from the spec`)
    : ok("quantization", `the server says ${said}, as the spec does`);
}

/** Are the weights known by a digest? */
export function checkWeights({ weightsDigest }: VariantIdentity): Finding {
  return weightsDigest === undefined
    ? warn(
        "weights",
        "the server tells no digest of its weights, so its answers are not kept between runs and equal weights can't be noticed",
      )
    : ok("weights", weightsDigest);
}

/** FP16 and BF16 are both "16 bits" to most people who label them. */
function sameQuantization(a: Quantization, b: Quantization): boolean {
  const sixteen: readonly Quantization[] = ["FP16", "BF16"];
  return a === b || (sixteen.includes(a) && sixteen.includes(b));
}
