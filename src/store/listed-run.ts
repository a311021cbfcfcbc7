import { z } from "zod";
import { OUTCOMES } from "../domain/outcome.ts";
import { RUN_STATUSES } from "../domain/run-status.ts";
import { EXECUTORS } from "./manifest.ts";

/** What of a manifest is listed. Runs with damaged manifests are listed, too: a list must not fail for one run. */
const ManifestSchema = z.object({
  status: z.enum(RUN_STATUSES),
  startedAt: z.string(),
  endedAt: z.string().optional(),
  specHash: z.string(),
  spec: z.object({
    name: z.string(),
    policy: z.union([z.string(), z.array(z.string())]).optional(),
    models: z.array(z.object({ name: z.string(), variants: z.array(z.object({ id: z.string() })) })),
  }),
  submission: z.object({ by: z.string(), executor: z.enum(EXECUTORS), schedule: z.string().optional() }).optional(),
  failure: z.object({ message: z.string() }).optional(),
});

const VerdictsSchema = z.object({
  overall: z.enum(OUTCOMES),
  exitCode: z.int(),
  policy: z.object({ name: z.string(), own: z.boolean().optional() }).optional(),
  damaged: z.array(z.string()).optional(),
  models: z.array(
    z.object({
      model: z.string(),
      variants: z.array(z.object({ variant: z.string(), quantization: z.string(), verdict: z.string() })),
    }),
  ),
});

/** A run in a list: what can be told of it without reading its answers. */
export const ListedRunSchema = z.strictObject({
  id: z.string(),
  /** `unknown`: the manifest is damaged, or of a version that this one doesn't know. */
  status: z.enum([...RUN_STATUSES, "unknown"]),
  name: z.string(),
  models: z.array(z.string()),
  startedAt: z.string().exactOptional(),
  endedAt: z.string().exactOptional(),
  specHash: z.string().exactOptional(),
  submittedBy: z.string().exactOptional(),
  executor: z.enum(EXECUTORS).exactOptional(),
  schedule: z.string().exactOptional(),
  /** Why it failed. */
  failure: z.string().exactOptional(),
  overall: z.enum(OUTCOMES).exactOptional(),
  exitCode: z.int().exactOptional(),
  policy: z.string().exactOptional().describe("Name of the policy that decided it."),
  ownPolicy: z
    .boolean()
    .exactOptional()
    .describe("False: somebody saved the verdict by another policy than the run's own."),
  damaged: z
    .array(z.string())
    .exactOptional()
    .describe("Lines of records or scores that can't be read, and what becomes of their items."),
  /** Absent until it was decided. */
  verdicts: z
    .array(z.strictObject({ variant: z.string(), quantization: z.string(), verdict: z.string() }))
    .exactOptional(),
});
export type ListedRun = Readonly<z.output<typeof ListedRunSchema>>;

/** What is told of a run in a list, from the texts of `manifest.json` and `verdicts.json`. */
export function listRun(id: string, manifestText: string | undefined, verdictsText: string | undefined): ListedRun {
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
          ...(verdicts.policy === undefined
            ? {}
            : { policy: verdicts.policy.name, ownPolicy: isOwn(verdicts.policy, spec.policy) }),
          ...(verdicts.damaged === undefined ? {} : { damaged: verdicts.damaged }),
          verdicts: verdicts.models.flatMap((model) => model.variants),
        }),
  };
}

/** Version 0.1 kept the policy's name alone: it is the run's own where its spec names it, or a file, whose policy has a name of its own. */
function isOwn(
  { name, own }: { readonly name: string; readonly own?: boolean | undefined },
  asked: string | readonly string[] | undefined,
): boolean {
  if (own !== undefined) return own;
  return asked !== undefined && [asked].flat().some((policy) => policy === name || /[./\\]/.test(policy));
}

function parse<S extends z.ZodType>(schema: S, text: string | undefined): z.output<S> | undefined {
  if (text === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
