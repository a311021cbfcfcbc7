import { z } from "zod";
import { RUN_STATUSES } from "../domain/run-status.ts";

/** What of a manifest is on its run's card. Damaged manifests have cards, too: a list must not fail for one run. */
const ManifestSchema = z.object({
  status: z.enum(RUN_STATUSES),
  startedAt: z.string(),
  endedAt: z.string().optional(),
  specHash: z.string(),
  spec: z.object({
    name: z.string(),
    models: z.array(z.object({ name: z.string(), variants: z.array(z.object({ id: z.string() })) })),
  }),
  submission: z
    .object({ by: z.string(), executor: z.enum(["in-process", "bullmq"]), schedule: z.string().optional() })
    .optional(),
  failure: z.object({ message: z.string() }).optional(),
});

const VerdictsSchema = z.object({
  overall: z.enum(["pass", "fail", "inconclusive"]),
  exitCode: z.int(),
  damaged: z.array(z.string()).optional(),
  models: z.array(
    z.object({
      model: z.string(),
      variants: z.array(z.object({ variant: z.string(), quantization: z.string(), verdict: z.string() })),
    }),
  ),
});

/** A run in a list: what can be told of it without reading its answers. */
export interface RunCard {
  readonly id: string;
  /** `unknown`: the manifest is damaged, or of a version that this one doesn't know. */
  readonly status: (typeof RUN_STATUSES)[number] | "unknown";
  readonly name: string;
  readonly models: readonly string[];
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly specHash?: string;
  readonly submittedBy?: string;
  readonly executor?: "in-process" | "bullmq";
  readonly schedule?: string;
  /** Why it failed. */
  readonly failure?: string;
  readonly overall?: "pass" | "fail" | "inconclusive";
  readonly exitCode?: number;
  /** What is said of lines of scores that couldn't be read when it was decided; absent: none. */
  readonly damaged?: readonly string[];
  /** Absent until it was decided. */
  readonly verdicts?: readonly { readonly variant: string; readonly quantization: string; readonly verdict: string }[];
}

/** The card of a run, from the texts of `manifest.json` and `verdicts.json`. */
export function cardOf(id: string, manifestText: string | undefined, verdictsText: string | undefined): RunCard {
  const manifest = parse(ManifestSchema, manifestText);
  if (manifest === undefined) return { id, status: "unknown", name: "", models: [] };
  const { status, spec, startedAt, endedAt, specHash, submission, failure } = manifest;
  const verdicts = parse(VerdictsSchema, verdictsText);
  return {
    id,
    status,
    name: spec.name,
    models: spec.models.map((model) => model.name),
    startedAt,
    ...(endedAt === undefined ? {} : { endedAt }),
    specHash,
    ...(submission === undefined ? {} : { submittedBy: submission.by, executor: submission.executor }),
    ...(submission?.schedule === undefined ? {} : { schedule: submission.schedule }),
    ...(failure === undefined ? {} : { failure: failure.message }),
    ...(verdicts === undefined
      ? {}
      : {
          overall: verdicts.overall,
          exitCode: verdicts.exitCode,
          ...(verdicts.damaged === undefined ? {} : { damaged: verdicts.damaged }),
          verdicts: verdicts.models.flatMap((model) => model.variants),
        }),
  };
}

function parse<S extends z.ZodType>(schema: S, text: string | undefined): z.output<S> | undefined {
  if (text === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
