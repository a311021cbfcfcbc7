import { UsageError } from "../../domain/errors.ts";
import { gatherEvidence } from "../../pipeline/gather-evidence.ts";
import type { QuestionInput } from "../../recommend/question.ts";
import { type Recommendation, recommend } from "../../recommend/recommend.ts";
import type { RunStore } from "../../store/run-store.ts";
import { HttpProblem } from "./problem.ts";

/**
 * What to deploy, by the runs that are named or the newest completed ones. Throws `HttpProblem` 400 for a run, GPU or application that
 * isn't known.
 */
export async function storedRecommendation(
  store: RunStore,
  { runs = [], ...question }: QuestionInput & { readonly runs?: readonly string[] | undefined },
): Promise<Recommendation> {
  try {
    return recommend(question, await gatherEvidence(store, runs));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new HttpProblem("invalid-request", error.message, error.hint === undefined ? {} : { hint: error.hint });
  }
}
