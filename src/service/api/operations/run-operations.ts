import { z } from "zod";
import { OUTCOMES } from "../../../domain/outcome.ts";
import { RUN_STATUSES } from "../../../domain/run-status.ts";
import { RunListSchema, RunStateSchema, SubmittedRunSchema } from "../api-schemas.ts";
import { SubmittedSpecSchema } from "../submitted-spec.ts";
import { LimitSchema, ModelFilterSchema, none, type Operation, ofRun, RunIdSchema } from "./operation.ts";

/** Runs: submitting, watching and ending them. */
export const RUN_OPERATIONS = {
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
      overall: z.enum(OUTCOMES).optional(),
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
} as const satisfies Readonly<Record<string, Operation>>;
