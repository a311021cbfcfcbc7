import { UsageError } from "../../domain/errors.ts";
import { makePlan } from "../../plan/plan.ts";
import type { ResolvedSpec } from "../../spec/resolved.ts";
import { IdempotencyConflict } from "./keep-run.ts";
import type { ServiceParts } from "./parts.ts";
import { HttpProblem } from "./problem.ts";
import type { SubmitOptions } from "./run-service.ts";
import type { ParsedSubmission } from "./submitted-spec.ts";

/** Resolves a submission against what the operator registered and hands it to the service. Throws `HttpProblem` for everything wrong with it. */
export async function submitSpec(submission: ParsedSubmission, options: SubmitOptions, parts: ServiceParts) {
  try {
    return await parts.service.submit(await resolveSubmission(submission, parts), options);
  } catch (error) {
    if (error instanceof IdempotencyConflict) throw new HttpProblem("key-reused", error.message, { hint: error.hint });
    throw asProblem(error);
  }
}

/** Throws `HttpProblem` for a submission that would be refused now. */
export async function checkSubmission(submission: ParsedSubmission, parts: ServiceParts): Promise<void> {
  await resolveSubmission(submission, parts).catch((error: unknown) => {
    throw asProblem(error);
  });
}

async function resolveSubmission(submission: ParsedSubmission, parts: ServiceParts): Promise<ResolvedSpec> {
  const spec = await parts.backends.resolve(submission, parts.findDatasets);
  const { answers } = makePlan(spec);
  if (answers > parts.maxAnswers)
    throw new UsageError(`the spec asks for ${answers} answers; this server takes ${parts.maxAnswers} a run`, {
      hint: "ask for fewer items with `limit` or `sample`",
    });
  return spec;
}

function asProblem(error: unknown): unknown {
  return error instanceof UsageError ? new HttpProblem("invalid-spec", error.message, { hint: error.hint }) : error;
}
