import { UsageError } from "../domain/errors.ts";
import { makePlan } from "../plan/plan.ts";
import { IdempotencyConflict } from "./in-process-service.ts";
import type { ServiceParts } from "./parts.ts";
import { HttpProblem } from "./problem.ts";
import type { SubmitOptions } from "./run-service.ts";
import type { ParsedSubmission } from "./submitted-spec.ts";

/** Resolves a submission against what the operator registered and hands it to the service. Throws `HttpProblem` for everything wrong with it. */
export async function submitSpec(submission: ParsedSubmission, options: SubmitOptions, parts: ServiceParts) {
  try {
    const spec = await parts.backends.resolve(submission, parts.findDatasets);
    const { answers } = makePlan(spec, { unitItems: 100 });
    if (answers > parts.maxAnswers)
      throw new UsageError(`the spec asks for ${answers} answers; this server takes ${parts.maxAnswers} a run`, {
        hint: "ask for fewer items with `limit` or `sample`",
      });
    return await parts.service.submit(spec, options);
  } catch (error) {
    if (error instanceof IdempotencyConflict) throw new HttpProblem("key-reused", error.message, { hint: error.hint });
    if (error instanceof UsageError) throw new HttpProblem("invalid-spec", error.message, { hint: error.hint });
    throw error;
  }
}
