import { z } from "zod";
import { QuestionSchema } from "../../../recommend/question.ts";
import {
  ComparisonSchema,
  MatrixSchema,
  RecommendationSchema,
  RecordsSchema,
  SummarySchema,
  VerdictsSchema,
} from "../api-schemas.ts";
import { LimitSchema, none, type Operation, ofRun, RunIdSchema } from "./operation.ts";

/** What a run found, and what changed from one to another. */
export const RESULT_OPERATIONS = {
  getSummary: {
    method: "get",
    path: "/api/v1/runs/{id}/summary",
    summary: "What a run found.",
    scope: "read",
    params: ofRun,
    query: none,
    headers: none.loose(),
    answers: { 200: { description: "summary.json", schema: SummarySchema } },
    problems: [404, 409],
  },
  getVerdicts: {
    method: "get",
    path: "/api/v1/runs/{id}/verdicts",
    summary: "What was decided about a run, with every rule.",
    scope: "read",
    params: ofRun,
    query: none,
    headers: none.loose(),
    answers: { 200: { description: "verdicts.json", schema: VerdictsSchema } },
    problems: [404, 409],
  },
  getReport: {
    method: "get",
    path: "/api/v1/runs/{id}/report.html",
    summary: "The report as a page that needs nothing else.",
    scope: "read",
    params: ofRun,
    query: none,
    headers: none.loose(),
    answers: { 200: { description: "The report.", type: "text/html" } },
    problems: [404, 409],
  },
  getMarkdown: {
    method: "get",
    path: "/api/v1/runs/{id}/report.md",
    summary: "The report as Markdown.",
    scope: "read",
    params: ofRun,
    query: none,
    headers: none.loose(),
    answers: { 200: { description: "The report.", type: "text/markdown" } },
    problems: [404, 409],
  },
  getJunit: {
    method: "get",
    path: "/api/v1/runs/{id}/junit.xml",
    summary: "The verdicts as JUnit XML, for CI systems.",
    scope: "read",
    params: ofRun,
    query: none,
    headers: none.loose(),
    answers: { 200: { description: "One test case a rule.", type: "application/xml" } },
    problems: [404, 409],
  },
  listRecords: {
    method: "get",
    path: "/api/v1/runs/{id}/records",
    summary: "What each item was answered, in the order of the journal.",
    scope: "read",
    params: ofRun,
    query: z.strictObject({
      variant: z.string().min(1).max(500).optional(),
      task: z.string().min(1).max(200).optional(),
      item: z.string().min(1).max(500).optional(),
      limit: LimitSchema(100, 500),
      after: z.coerce.number().int().nonnegative().default(0).describe("`next` of the page before."),
    }),
    headers: none.loose(),
    answers: { 200: { description: "One page.", schema: RecordsSchema } },
    problems: [404],
  },
  compareRuns: {
    method: "get",
    path: "/api/v1/comparisons",
    summary: "What changed from one run to another, item by item.",
    scope: "read",
    params: none,
    query: z.strictObject({
      reference: RunIdSchema.describe(
        "A run's id, a baseline's name, or `last-passing`: the newest run before that passed.",
      ),
      newer: RunIdSchema,
    }),
    headers: none.loose(),
    answers: { 200: { description: "What changed, and what it means.", schema: ComparisonSchema } },
    problems: [404, 409],
  },
  getMatrix: {
    method: "get",
    path: "/api/v1/matrix",
    summary: "Which quantizations of which models work, by point estimates.",
    scope: "read",
    params: none,
    query: z.strictObject({
      runs: z
        .string()
        .max(4000)
        .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*(?:,[A-Za-z0-9][A-Za-z0-9._-]*)*$/, "not ids of runs, separated by commas")
        .optional()
        .describe("Ids of runs, separated by commas; by default the newest 100 completed ones."),
      published: z.enum(["true"]).optional().describe("The published study's table instead of runs."),
    }),
    headers: none.loose(),
    answers: { 200: { description: "A cell for each model and quantization.", schema: MatrixSchema } },
    problems: [404, 409],
  },
  recommend: {
    method: "post",
    path: "/api/v1/recommend",
    summary: "What to deploy, from stored verdicts, published figures and formulas.",
    scope: "read",
    params: none,
    query: none,
    headers: none.loose(),
    body: QuestionSchema.safeExtend({
      runs: z
        .array(RunIdSchema)
        .max(100)
        .optional()
        .describe("Runs that count as evidence; by default the newest 100 completed ones."),
    }),
    answers: { 200: { description: "A choice, none that fits, or no basis.", schema: RecommendationSchema } },
    problems: [404, 413, 415],
  },
} as const satisfies Readonly<Record<string, Operation>>;
