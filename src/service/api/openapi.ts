import { z } from "zod";
import type { Answer, Operation } from "./operations/operation.ts";
import { OPERATIONS } from "./operations/operations.ts";
import { ProblemSchema } from "./problem.ts";

/** Statuses of problems that any operation may answer with. */
const COMMON_PROBLEMS = [400, 500];
/** And those behind a token. */
const TOKEN_PROBLEMS = [401, 403, 429];

/** Statuses with a problem that an operation may answer with, in order. */
export function problemsOf({ scope, problems }: Operation): readonly number[] {
  return [...COMMON_PROBLEMS, ...(scope === undefined ? [] : TOKEN_PROBLEMS), ...problems].sort((a, b) => a - b);
}

/** The API's description, OpenAPI 3.1, made of the same schemas that check requests. */
export function openApiDocument(version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [name, operation] of Object.entries(OPERATIONS) as [string, Operation][]) {
    paths[operation.path] ??= {};
    const entry = paths[operation.path];
    if (entry !== undefined) entry[operation.method] = describe(name, operation);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "QuantGate",
      version,
      description: "Submit evaluations of quantized models, watch them, and read their verdicts.",
      license: { name: "MIT", identifier: "MIT" },
    },
    paths,
    components: {
      schemas: { Problem: jsonSchema(ProblemSchema, "output") },
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
    },
  };
}

function describe(name: string, operation: Operation): Record<string, unknown> {
  const { summary, scope, params, query, headers, body, answers } = operation;
  return {
    operationId: name,
    summary,
    ...(scope === undefined ? { security: [] } : { security: [{ token: [] }], "x-scope": scope }),
    parameters: [...parameters("path", params), ...parameters("query", query), ...parameters("header", headers)],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { "application/json": { schema: jsonSchema(body, "input") } } } }),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, describeAnswer(answer)])),
      ...Object.fromEntries(
        problemsOf(operation).map((status) => [
          status,
          {
            description: "A problem, and what to do about it.",
            content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
          },
        ]),
      ),
    },
  };
}

function describeAnswer(answer: Answer): Record<string, unknown> {
  const { description } = answer;
  if ("schema" in answer)
    return { description, content: { "application/json": { schema: jsonSchema(answer.schema, "output") } } };
  return "type" in answer
    ? { description, content: { [answer.type]: { schema: { type: "string" } } } }
    : { description };
}

function parameters(place: "path" | "query" | "header", object: z.ZodObject): readonly Record<string, unknown>[] {
  return Object.entries(object.shape).map(([name, schema]) => {
    const described = jsonSchema(schema as z.ZodType, "input");
    const required = place === "path" || !(schema as z.ZodType).safeParse(undefined).success;
    return { name, in: place, required, schema: described };
  });
}

function jsonSchema(schema: z.ZodType, io: "input" | "output"): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as Record<string, unknown>;
  return rest;
}
