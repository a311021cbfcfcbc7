import { baselineRank, type Quantization } from "../domain/quantization.ts";

interface Candidate {
  readonly id: string;
  readonly quantization: Quantization;
  readonly declared: boolean;
}

export type BaselineChoice =
  | { readonly kind: "chosen"; readonly variant: string; readonly reason: string }
  | { readonly kind: "unclear"; readonly problem: string };

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
  if (second !== undefined) return { kind: "unclear", problem: `${first.id} and ${second.id} are equally precise` };
  if (best === Number.POSITIVE_INFINITY && candidates.length > 1) {
    return { kind: "unclear", problem: `${first.quantization} has no rank among quantizations` };
  }
  return { kind: "chosen", variant: first.id, reason: `${first.quantization} is the highest precision in the run` };
}
