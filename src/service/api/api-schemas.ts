import { z } from "zod";
import { OUTCOMES, RULE_OUTCOMES } from "../../domain/outcome.ts";
import { RUN_STATUSES } from "../../domain/run-status.ts";
import { ListedRunSchema } from "../../store/listed-run.ts";
import { EXECUTORS } from "../../store/manifest.ts";
import { SubmittedSpecSchema } from "./submitted-spec.ts";

/** What the service answers. Tests hold the real answers against these, and `/openapi.json` is made of them. */

const OutcomeSchema = z.enum(OUTCOMES);

export const SubmittedRunSchema = z.strictObject({
  id: z.string(),
  created: z.boolean().describe("False: the idempotency key had been used for this run before."),
});

const DamagedSchema = z
  .array(z.string())
  .optional()
  .describe("Lines of records or scores that can't be read, and what becomes of their items.");

export const RunStateSchema = z.strictObject({
  id: z.string(),
  status: z.enum(RUN_STATUSES),
  phase: z.enum(["queued", "running", "analyzing", "ended"]),
  answers: z.int().nonnegative(),
  done: z.int().nonnegative(),
  variants: z.array(
    z.strictObject({ variant: z.string(), answers: z.int().nonnegative(), done: z.int().nonnegative() }),
  ),
  ahead: z.int().nonnegative().optional().describe("Runs that are to be done before this one."),
  failure: z.string().optional(),
  damaged: DamagedSchema,
  overall: OutcomeSchema.optional(),
  exitCode: z.int().optional().describe("What a local run would have exited with."),
});

export const RunListSchema = z.strictObject({
  runs: z.array(ListedRunSchema).describe("Newest first."),
  next: z.string().optional().describe("Value of `after` for the next page; absent on the last."),
});

export const SummarySchema = z.looseObject({
  schema: z.literal(1),
  name: z.string(),
  specHash: z.string(),
  models: z.array(
    z.looseObject({
      model: z.string(),
      baseline: z.looseObject({ variant: z.string(), reason: z.string() }),
      variants: z.array(z.looseObject({ variant: z.string(), quantization: z.string(), role: z.string() })),
    }),
  ),
});

export const VerdictsSchema = z.looseObject({
  schema: z.literal(1),
  policy: z.looseObject({ name: z.string(), hash: z.string() }),
  overall: OutcomeSchema,
  exitCode: z.union([z.literal(0), z.literal(1), z.literal(3)]),
  models: z.array(
    z.looseObject({
      model: z.string(),
      variants: z.array(
        z.looseObject({
          variant: z.string(),
          quantization: z.string(),
          verdict: z.enum([...OUTCOMES, "reference"]),
          decides: z.boolean(),
          rules: z.array(z.looseObject({ rule: z.string(), outcome: z.enum(RULE_OUTCOMES), explanation: z.string() })),
        }),
      ),
      smallestPassing: z.string().optional(),
    }),
  ),
});

export const RecordsSchema = z.strictObject({
  records: z.array(
    z.looseObject({
      type: z.literal("answer"),
      variant: z.string(),
      task: z.string(),
      item: z.string(),
      index: z.int().nonnegative(),
      outcome: z.looseObject({ kind: z.enum(["answered", "errored"]) }),
    }),
  ),
  next: z.int().nonnegative().optional().describe("Value of `after` for the next page; absent at the journal's end."),
  damaged: z
    .int()
    .positive()
    .optional()
    .describe("Lines on the way to this page's end that can't be read; absent: none."),
});

export const ComparisonSchema = z.looseObject({
  schema: z.literal(1),
  reference: z.looseObject({ id: z.string() }),
  newer: z.looseObject({ id: z.string() }),
  comparison: z.looseObject({ conclusion: z.string(), variants: z.array(z.looseObject({})) }),
  recommendation: z.looseObject({}),
});

export const MatrixSchema = z.strictObject({
  models: z.array(z.string()),
  quantizations: z.array(z.string()).describe("From the most bits per weight to the least."),
  cells: z.array(
    z.strictObject({
      model: z.string(),
      quantization: z.string(),
      outcome: z.enum(["PASS", "FAIL", "unknown"]),
      reason: z.string(),
      composite: z.number().optional(),
      pooledLossPp: z.number().optional().describe("Lost to Q8_0 over MMLU and ARC, in percentage points."),
      mmluLossPp: z.number().optional().describe("Lost to Q8_0 on MMLU, in percentage points."),
    }),
  ),
});

export const RecommendationSchema = z.discriminatedUnion("kind", [
  z.looseObject({
    kind: z.literal("recommended"),
    choice: z.looseObject({ quantization: z.string(), backend: z.string() }),
    basis: z.enum(["proven", "published"]),
    basisText: z.string(),
  }),
  z.looseObject({ kind: z.literal("none-fits"), alternatives: z.array(z.looseObject({})) }),
  z.looseObject({ kind: z.literal("no-basis"), reason: z.string(), next: z.string() }),
]);

export const BaselineSchema = z.strictObject({ name: z.string(), run: z.string() });
export const BaselineListSchema = z.strictObject({ baselines: z.array(BaselineSchema) });

export const PolicyListSchema = z.strictObject({
  policies: z.array(
    z.strictObject({
      name: z.string(),
      description: z.string().optional(),
      rules: z.array(z.looseObject({ type: z.string() })),
      onInconclusive: z.enum(["block", "allow"]),
      recommended: z.array(z.string()),
      hash: z.string(),
    }),
  ),
});

export const BackendListSchema = z.strictObject({
  backends: z.array(
    z.strictObject({
      name: z.string(),
      type: z.string(),
      models: z
        .array(z.string())
        .optional()
        .describe("What a variant's `model` may be; absent: what the server serves."),
    }),
  ),
});

const WebhookNameSchema = z.string().min(1).max(100).describe("Name of a registered webhook.");

/** What a caller says of a schedule. */
export const NewScheduleSchema = z.strictObject({
  cron: z
    .string()
    .max(100)
    .describe('Five fields, minute to weekday, such as "0 3 * * 1" for Mondays at three; or six, seconds first.'),
  timezone: z.string().min(1).max(100).optional().describe("IANA name, such as Europe/Berlin; default: UTC."),
  webhook: WebhookNameSchema.optional().describe("Told when a verdict is another one than in the run before."),
  spec: SubmittedSpecSchema,
});

export const ScheduleSchema = z.strictObject({
  name: z.string(),
  cron: z.string(),
  timezone: z.string().optional(),
  webhook: WebhookNameSchema.optional(),
  spec: z.looseObject({}).describe("As it was given; names in it are looked up anew each time."),
  submittedBy: z.string().describe("The token that made it; its runs count as that token's."),
  createdAt: z.string(),
  next: z.string().optional().describe("When it is due next; absent while the queue is away."),
});
export const ScheduleListSchema = z.strictObject({ schedules: z.array(ScheduleSchema) });
export const WebhookListSchema = z.strictObject({ webhooks: z.array(WebhookNameSchema) });

export const DatasetListSchema = z.strictObject({ datasets: z.array(z.string()) });

export const HealthSchema = z.strictObject({ status: z.literal("ok"), version: z.string() });
export const ReadinessSchema = z.strictObject({
  status: z.literal("ready"),
  executor: z.enum(EXECUTORS),
  queued: z.int().nonnegative(),
  running: z.int().nonnegative(),
});

export type SubmittedRun = z.output<typeof SubmittedRunSchema>;
export type RunList = z.output<typeof RunListSchema>;
export type RecordPage = z.output<typeof RecordsSchema>;
export type NewSchedule = z.input<typeof NewScheduleSchema>;
export type Schedule = z.output<typeof ScheduleSchema>;
export type Baseline = z.output<typeof BaselineSchema>;
export type RegisteredBackend = z.output<typeof BackendListSchema>["backends"][number];
