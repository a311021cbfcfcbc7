import { z } from "zod";
import { RUN_STATUSES } from "../../domain/run-status.ts";
import {
  BackendListSchema,
  BaselineListSchema,
  BaselineSchema,
  ComparisonSchema,
  DatasetListSchema,
  HealthSchema,
  MatrixSchema,
  NewScheduleSchema,
  PolicyListSchema,
  ReadinessSchema,
  RecordsSchema,
  RunListSchema,
  RunStateSchema,
  ScheduleListSchema,
  ScheduleSchema,
  SubmittedRunSchema,
  SummarySchema,
  VerdictsSchema,
  WebhookListSchema,
} from "./api-schemas.ts";
import { SubmittedSpecSchema } from "./submitted-spec.ts";
import type { Scope } from "./tokens.ts";

/** What is answered with a status: a JSON document, or text of a type. */
export type Answer =
  | { readonly description: string; readonly schema: z.ZodType }
  | { readonly description: string; readonly type: string }
  | { readonly description: string };

export interface Operation {
  readonly method: "get" | "post" | "put" | "delete";
  /** With `{parameters}`. */
  readonly path: string;
  readonly summary: string;
  /** Absent: open to everybody. */
  readonly scope?: Scope;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly headers: z.ZodObject;
  readonly body?: z.ZodType;
  readonly answers: Readonly<Record<number, Answer>>;
  /** Kinds of problem besides those that every operation has. */
  readonly problems: readonly number[];
}

const RunIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, "not a run's id")
  .describe("A run's id.");
const NameSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, "not a name");
const none = z.strictObject({});
const ofRun = z.strictObject({ id: RunIdSchema });
const byName = z.strictObject({ name: NameSchema });
const ModelFilterSchema = z.string().min(1).max(200);
const LimitSchema = (standard: number, most: number) => z.coerce.number().int().min(1).max(most).default(standard);

/** Every operation of the API: what it takes, who may do it, what it answers. */
export const OPERATIONS = {
  submitRun: {
    method: "post",
    path: "/api/v1/runs",
    summary: "Submit a spec. Sent again with the same Idempotency-Key it gives the same run.",
    scope: "submit",
    params: none,
    query: none,
    headers: z.object({
      "idempotency-key": z
        .string()
        .regex(/^[\x21-\x7e]{1,200}$/, "1 to 200 printable ASCII characters")
        .optional()
        .describe("Any text of the caller's choice, new for each new run."),
    }),
    body: SubmittedSpecSchema,
    answers: {
      200: { description: "The key was used before; this is its run.", schema: SubmittedRunSchema },
      201: { description: "The run is kept and queued.", schema: SubmittedRunSchema },
    },
    problems: [409, 413, 415, 422],
  },
  listRuns: {
    method: "get",
    path: "/api/v1/runs",
    summary: "List runs, newest first.",
    scope: "read",
    params: none,
    query: z.strictObject({
      model: ModelFilterSchema.optional(),
      status: z.enum(RUN_STATUSES).optional(),
      overall: z.enum(["pass", "fail", "inconclusive"]).optional(),
      schedule: ModelFilterSchema.optional(),
      submittedBy: ModelFilterSchema.optional(),
      limit: LimitSchema(50, 200),
      after: RunIdSchema.optional().describe("Only runs after this one, in the order of the list."),
    }),
    headers: none.loose(),
    answers: { 200: { description: "One page.", schema: RunListSchema } },
    problems: [],
  },
  getRun: {
    method: "get",
    path: "/api/v1/runs/{id}",
    summary: "Where a run stands.",
    scope: "read",
    params: ofRun,
    query: none,
    headers: none.loose(),
    answers: { 200: { description: "Its state.", schema: RunStateSchema } },
    problems: [404],
  },
  deleteRun: {
    method: "delete",
    path: "/api/v1/runs/{id}",
    summary: "Delete a run that has ended, with everything that is kept of it.",
    scope: "admin",
    params: ofRun,
    query: none,
    headers: none.loose(),
    answers: { 204: { description: "It is gone." } },
    problems: [404, 409],
  },
  cancelRun: {
    method: "post",
    path: "/api/v1/runs/{id}/cancel",
    summary: "End a run for good; what was answered is kept. One that has ended stays as it is.",
    scope: "submit",
    params: ofRun,
    query: none,
    headers: none.loose(),
    answers: { 200: { description: "Its state.", schema: RunStateSchema } },
    problems: [404],
  },
  watchRun: {
    method: "get",
    path: "/api/v1/runs/{id}/events",
    summary: "States of a run as they come, as server-sent events named `state`; ends when the run does.",
    scope: "read",
    params: ofRun,
    query: none,
    headers: z.object({
      "last-event-id": z
        .string()
        .regex(/^\d{1,15}$/, "the id of an event")
        .optional()
        .describe("Only states after this one; sent by browsers when they reconnect."),
    }),
    answers: {
      200: { description: "Each event's data is a RunState.", type: "text/event-stream" },
      204: { description: "The run has ended, and the caller has seen its last state." },
    },
    problems: [404],
  },
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
  listBaselines: {
    method: "get",
    path: "/api/v1/baselines",
    summary: "Runs that have a name.",
    scope: "read",
    params: none,
    query: none,
    headers: none.loose(),
    answers: { 200: { description: "By name.", schema: BaselineListSchema } },
    problems: [],
  },
  nameBaseline: {
    method: "put",
    path: "/api/v1/baselines/{name}",
    summary: "Give a run a name, also one that was another's.",
    scope: "admin",
    params: byName,
    query: none,
    headers: none.loose(),
    body: z.strictObject({ run: RunIdSchema }),
    answers: { 200: { description: "The name and its run.", schema: BaselineSchema } },
    problems: [404, 413, 415],
  },
  removeBaseline: {
    method: "delete",
    path: "/api/v1/baselines/{name}",
    summary: "Forget a name; the run stays.",
    scope: "admin",
    params: byName,
    query: none,
    headers: none.loose(),
    answers: { 204: { description: "It is forgotten." } },
    problems: [404],
  },
  listSchedules: {
    method: "get",
    path: "/api/v1/schedules",
    summary: "Specs that are submitted by the clock.",
    scope: "read",
    params: none,
    query: none,
    headers: none.loose(),
    answers: { 200: { description: "By name.", schema: ScheduleListSchema } },
    problems: [503],
  },
  getSchedule: {
    method: "get",
    path: "/api/v1/schedules/{name}",
    summary: "One schedule.",
    scope: "read",
    params: byName,
    query: none,
    headers: none.loose(),
    answers: { 200: { description: "The schedule.", schema: ScheduleSchema } },
    problems: [404, 503],
  },
  putSchedule: {
    method: "put",
    path: "/api/v1/schedules/{name}",
    summary: "Submit a spec by the clock from now on, in the place of a schedule of the same name.",
    scope: "admin",
    params: byName,
    query: none,
    headers: none.loose(),
    body: NewScheduleSchema,
    answers: { 200: { description: "The schedule.", schema: ScheduleSchema } },
    problems: [413, 415, 422, 503],
  },
  removeSchedule: {
    method: "delete",
    path: "/api/v1/schedules/{name}",
    summary: "Submit the spec no more; the runs stay.",
    scope: "admin",
    params: byName,
    query: none,
    headers: none.loose(),
    answers: { 204: { description: "It is gone." } },
    problems: [404, 503],
  },
  listWebhooks: {
    method: "get",
    path: "/api/v1/webhooks",
    summary: "Names of the webhooks that the operator registered for schedules.",
    scope: "read",
    params: none,
    query: none,
    headers: none.loose(),
    answers: { 200: { description: "All of them.", schema: WebhookListSchema } },
    problems: [],
  },
  listPolicies: {
    method: "get",
    path: "/api/v1/policies",
    summary: "Policies that a spec may name, with their rules.",
    scope: "read",
    params: none,
    query: none,
    headers: none.loose(),
    answers: { 200: { description: "All of them.", schema: PolicyListSchema } },
    problems: [],
  },
  listBackends: {
    method: "get",
    path: "/api/v1/backends",
    summary: "Backends that the operator registered, by name.",
    scope: "read",
    params: none,
    query: none,
    headers: none.loose(),
    answers: { 200: { description: "All of them.", schema: BackendListSchema } },
    problems: [],
  },
  listDatasets: {
    method: "get",
    path: "/api/v1/datasets",
    summary: "Names of the datasets that the server has.",
    scope: "read",
    params: none,
    query: none,
    headers: none.loose(),
    answers: { 200: { description: "All of them.", schema: DatasetListSchema } },
    problems: [],
  },
  getHealth: {
    method: "get",
    path: "/healthz",
    summary: "Whether the process answers.",
    params: none,
    query: none,
    headers: none.loose(),
    answers: { 200: { description: "It does.", schema: HealthSchema } },
    problems: [],
  },
  getReadiness: {
    method: "get",
    path: "/readyz",
    summary: "Whether runs can be kept now.",
    params: none,
    query: none,
    headers: none.loose(),
    answers: { 200: { description: "They can.", schema: ReadinessSchema } },
    problems: [503],
  },
  getMetrics: {
    method: "get",
    path: "/metrics",
    summary: "Metrics for Prometheus.",
    scope: "read",
    params: none,
    query: none,
    headers: none.loose(),
    answers: { 200: { description: "Text format.", type: "text/plain" } },
    problems: [],
  },
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationName = keyof typeof OPERATIONS;
type Shape<K extends OperationName> = (typeof OPERATIONS)[K];

/** What a handler gets: everything checked. */
export interface Input<K extends OperationName> {
  readonly params: z.output<Shape<K>["params"]>;
  readonly query: z.output<Shape<K>["query"]>;
  readonly headers: z.output<Shape<K>["headers"]>;
  readonly body: Shape<K> extends { readonly body: infer B extends z.ZodType } ? z.output<B> : undefined;
}
