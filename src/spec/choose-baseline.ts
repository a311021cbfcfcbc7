import { baselineRank, nominalBitsPerWeight, type Quantization } from "../domain/quantization.ts";

interface Candidate {
  readonly id: string;
  readonly quantization: Quantization;
  readonly declared: boolean;
}

export type BaselineChoice =
  | { readonly kind: "chosen"; readonly variant: string; readonly reason: string }
  | { readonly kind: "unclear"; readonly problem: string };

/** AWQ, GPTQ and the like come with up to 8 bits per weight, which their name doesn't tell. */
const SURELY_HIGHEST_BITS = 16;

/** The variant a model's others are compared with: the declared one, else the most precise; ties and unranked types must be declared. */
export function chooseBaseline(candidates: readonly Candidate[]): BaselineChoice {
  const declared = candidates.filter((candidate) => candidate.declared);
  if (declared.length > 1) {
    return { kind: "unclear", problem: `two baselines: ${declared.map((candidate) => candidate.id).join(" and ")}` };
  }
  const [named] = declared;
  if (named !== undefined) return { kind: "chosen", variant: named.id, reason: "named in the spec" };

  const best = Math.min(...candidates.map((candidate) => baselineRank(candidate.quantization)));
  const [first, second] = candidates.filter((candidate) => baselineRank(candidate.quantization) === best);
  if (first === undefined) return { kind: "unclear", problem: "no variants" };
  const unranked = candidates.find((candidate) => baselineRank(candidate.quantization) === Number.POSITIVE_INFINITY);
  if (
    unranked !== undefined &&
    candidates.length > 1 &&
    (nominalBitsPerWeight(first.quantization) ?? 0) < SURELY_HIGHEST_BITS
  ) {
    return { kind: "unclear", problem: `${unranked.quantization} has no rank among quantizations` };
  }
  if (second !== undefined) return { kind: "unclear", problem: `${first.id} and ${second.id} are equally precise` };
  return { kind: "chosen", variant: first.id, reason: `${first.quantization} is the highest precision in the run` };
}
