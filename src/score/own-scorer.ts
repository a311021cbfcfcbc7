import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { messageOf, UsageError } from "../domain/errors.ts";
import type { Score } from "../domain/score.ts";
import { isMetric } from "./metrics-by-kind.ts";
import type { ScoreInput, Scorer } from "./scorer.ts";

const DIGEST_DIGITS = 16;
/** Names of figures that are no scorer's. */
const TAKEN = ["accuracy", "composite", "key_metric_average"];

/** What the module's scorer must be. */
const OwnScorerSchema = z.object({
  signature: z.string().min(1).max(500).optional(),
  score: z.custom<(inputs: readonly ScoreInput[], signal: AbortSignal) => unknown>(
    (value) => typeof value === "function",
    "must be a function",
  ),
  close: z.custom<() => unknown>((value) => typeof value === "function", "must be a function").optional(),
});

const ScoresSchema = z.array(
  z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("scored"),
      value: z.number().min(0).max(1),
      statistics: z.array(z.number()).readonly().optional(),
    }),
    z.strictObject({ kind: z.literal("unscored"), reason: z.string().min(1) }),
  ]),
);

/**
 * A scorer of the user's own: the module's default export is a function that makes one, with the port that ours have (`Scorer`). Its signature
 * begins with the metric's name and the digest of the module's file, so that scores of another file are never taken for its own. Throws
 * `UsageError` when the module can't be used, and when a score is not one.
 */
export async function openOwnScorer(metric: string, path: string): Promise<Scorer> {
  const complain = (problem: string, cause?: unknown): UsageError =>
    new UsageError(`scorers.${metric}: ${path}: ${problem}`, { cause, hint: "docs/own-scorers.md shows a whole one" });
  if (isMetric(metric) || TAKEN.includes(metric)) throw complain("QuantGate has a metric of this name; take another");
  let digest: string;
  try {
    digest = createHash("sha256")
      .update(await readFile(path))
      .digest("hex");
  } catch (cause) {
    throw complain(`can't be read: ${messageOf(cause)}`, cause);
  }
  let made: unknown;
  try {
    // The digest also keeps a module that was changed from being taken from memory.
    const module = (await import(`${pathToFileURL(path).href}?sha256=${digest}`)) as { readonly default?: unknown };
    if (typeof module.default !== "function") throw new Error("its default export is not a function");
    made = await module.default({ metric });
  } catch (cause) {
    throw complain(`can't be loaded: ${messageOf(cause)}`, cause);
  }
  const parsed = OwnScorerSchema.safeParse(made);
  if (!parsed.success) throw complain(`made no scorer: ${describe(parsed.error)}`);
  const own = parsed.data;
  return {
    metric,
    signature: [metric, "own", `sha256:${digest.slice(0, DIGEST_DIGITS)}`, ...(own.signature ?? "").split("\n", 1)]
      .filter((part) => part !== "")
      .join("|"),
    score: async (inputs, signal) => {
      let scores: unknown;
      try {
        scores = await own.score(inputs, signal);
      } catch (cause) {
        if (signal.aborted) throw cause;
        throw complain(`failed to score: ${messageOf(cause)}`, cause);
      }
      const checked = ScoresSchema.safeParse(scores);
      if (!checked.success) throw complain(`gave something that is no score: ${describe(checked.error)}`);
      if (checked.data.length !== inputs.length)
        throw complain(`gave ${checked.data.length} scores for ${inputs.length} answers`);
      return checked.data as readonly Score[];
    },
    close: async () => {
      await own.close?.();
    },
  };
}

function describe({ issues }: z.ZodError): string {
  const [first] = issues;
  return first === undefined ? "not what it must be" : `${first.path.join(".") || "it"}: ${first.message}`;
}
