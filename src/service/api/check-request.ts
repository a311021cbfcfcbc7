import type { Request } from "express";
import type { z } from "zod";
import { assertPlainJson } from "./json-guard.ts";
import type { Operation } from "./operations/operation.ts";
import { HttpProblem, type ProblemKind } from "./problem.ts";

const MAX_PROBLEMS = 8;

/** Everything an operation takes from a request, checked. Throws `HttpProblem` that lists what is wrong and where. */
export function checkRequest(request: Request, operation: Operation) {
  const { params, query, headers, body } = operation;
  if (body !== undefined) assertPlainJson(request.body);
  return {
    params: check(params, request.params, "path", "invalid-request"),
    query: check(query, { ...request.query }, "query", "invalid-request"),
    headers: check(headers, request.headers, "header", "invalid-request"),
    body:
      body === undefined
        ? undefined
        : check(body, request.body, "body", operation.problems.includes(422) ? "invalid-spec" : "invalid-request"),
  };
}

/** Checks a value by a schema. */
export function check<S extends z.ZodType>(schema: S, value: unknown, where: string, kind: ProblemKind): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const told = issues.slice(0, MAX_PROBLEMS).map((issue) => `${placeOf(where, issue.path)}: ${issue.message}`);
  const more = issues.length > told.length ? [`and ${issues.length - told.length} more`] : [];
  const urls = issues.some((issue) => issue.code === "unrecognized_keys" && issue.keys.includes("backends"));
  throw new HttpProblem(kind, [...told, ...more].join("; "), {
    hint: urls
      ? "name a registered backend in each variant (GET /api/v1/backends lists them); callers can't bring their own"
      : "GET /openapi.json describes what is expected",
  });
}

function placeOf(where: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : `${text}.${String(key).slice(0, 60)}`),
    where,
  );
}
