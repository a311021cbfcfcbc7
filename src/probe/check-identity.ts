import { embedded } from "../domain/backend-kind.ts";
import { checkLabel, ownType } from "../domain/label-check.ts";
import type { VariantIdentity } from "../domain/record.ts";
import type { ResolvedVariant } from "../spec/resolved.ts";
import type { Examinee } from "./ask.ts";
import { type Finding, ok, stop, warn } from "./finding.ts";

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

/** Does what is told of the weights agree with the spec's label? A `label` of the spec's own is held against nothing. */
export function checkQuantization({ metadata }: VariantIdentity, variant: ResolvedVariant): Finding {
  const { quantization, labelledOver } = variant;
  if (labelledOver !== undefined)
    return ok("quantization", `called ${quantization} by the spec; the weights are ${ownType(labelledOver, metadata)}`);
  const { kind, words } = checkLabel(quantization, metadata);
  switch (kind) {
    case "as-labelled":
      return ok("quantization", words);
    case "remark":
      return warn("quantization", words);
    case "not-told":
      return warn("quantization", words);
    case "mismatch": {
      const hint = "correct the label in the spec, or give the variant a `label` of its own";
      // A file is what the user put there, and the verdict fails by it; what a server serves under a name nobody else can check.
      return (embedded(variant.backend) ? warn : stop)("quantization", words, hint);
    }
  }
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
