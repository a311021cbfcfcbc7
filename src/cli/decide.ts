import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openStore } from "../compose.ts";
import { UsageError } from "../domain/errors.ts";
import { readEnv } from "../env.ts";
import type { Policy } from "../gate/policies.ts";
import { type DecidedRun, decideRun } from "../pipeline/decide-run.ts";
import { findBaseline, type StoredBaseline } from "../pipeline/find-baseline.ts";
import type { Author } from "../pipeline/record-verdicts.ts";
import { matchVariants } from "../spec/match-variants.ts";
import type { ResolvedModel } from "../spec/resolved.ts";
import { listRun } from "../store/listed-run.ts";
import { readManifest } from "../store/read-manifest.ts";
import type { Run } from "../store/run-store.ts";

export interface OutputOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  /** Variants that decide the exit code; overrides the spec's. */
  readonly variant?: readonly string[];
  readonly junit?: string;
  readonly markdown?: string;
  readonly runs?: string;
  /** Name or run that has the baselines of the models whose baseline is external. */
  readonly baseline?: string;
  /** An exploratory result may exit 0. */
  readonly acceptExploratory?: boolean;
  /** Nothing that was computed before is taken for granted. */
  readonly fresh?: boolean;
  /** Puts the verdict on record; absent: a what-if. */
  readonly record?: Author;
}

/** Analyzes a run whose answers are there, decides, writes its reports and prints what it came to. Sets no exit code. */
export async function decide(
  run: Run,
  policy: Policy,
  options: OutputOptions,
  signal: AbortSignal,
): Promise<DecidedRun> {
  const manifest = await readManifest(run);
  const candidates =
    options.variant?.flatMap((name) => matchVariants(name, manifest.spec.models, "--variant")) ??
    manifest.spec.candidates;
  const decided = await decideRun(run, manifest, policy, {
    signal,
    fresh: options.fresh ?? false,
    acceptExploratory: options.acceptExploratory ?? false,
    baselines: await storedBaselines(manifest.spec.models, options, run.id),
    ...(candidates === undefined ? {} : { candidates }),
    ...(options.record === undefined ? {} : { record: options.record }),
  });
  await publish(decided, policy, options);
  await print(run, decided, options);
  return decided;
}

/**
 * The stored baselines of the models that have none of their own, by `--baseline`. Throws `UsageError` when it is missing or of no use, so that
 * a run isn't begun in vain.
 */
export async function storedBaselines(
  models: readonly ResolvedModel[],
  { baseline, runs }: Pick<OutputOptions, "baseline" | "runs">,
  except?: string,
): Promise<readonly StoredBaseline[]> {
  const external = models.filter((model) => model.baseline.external);
  const [first] = external;
  if (first === undefined) {
    if (baseline === undefined) return [];
    throw new UsageError("--baseline: every model of the run has a baseline of its own", {
      hint: "write `baseline: external` beside a model's name to hold it against a stored run",
    });
  }
  if (baseline === undefined)
    throw new UsageError(`the baseline of ${first.name} is external: which one?`, {
      hint: "--baseline <name>; `quantgate baseline list` shows the names",
    });
  const store = openStore(runs ?? readEnv(process.env).runsFolder);
  const found: StoredBaseline[] = [];
  for (const model of external) found.push(await findBaseline(baseline, model.name, store, { except }));
  return found;
}

/** Writes what CI systems pick up: files that were asked for, and GitHub's step summary and annotations where the step runs there. */
export async function publish(decided: DecidedRun, policy: Policy, options: OutputOptions): Promise<void> {
  if (options.junit !== undefined) {
    const { renderJUnit } = await import("../report/junit.ts");
    await save(
      options.junit,
      renderJUnit(decided.verdicts, decided.summary, { onInconclusive: policy.onInconclusive }),
    );
  }
  if (options.markdown !== undefined) {
    const { renderMarkdown } = await import("../report/markdown.ts");
    await save(options.markdown, renderMarkdown(decided));
  }
  const stepSummary = process.env.GITHUB_STEP_SUMMARY;
  if (process.env.GITHUB_ACTIONS !== "true" || stepSummary === undefined) return;
  const { renderAnnotations, renderStepSummary } = await import("../report/github.ts");
  await appendFile(stepSummary, renderStepSummary(decided));
  for (const line of renderAnnotations(decided.verdicts)) process.stderr.write(`${line}\n`);
}

async function print(
  run: Run,
  { verdicts, summary, manifest, unread = [] }: DecidedRun,
  options: OutputOptions,
): Promise<void> {
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify({ run: run.id, summary, verdicts }, null, 2)}\n`);
    return;
  }
  const { status } = manifest;
  if (status !== "completed")
    process.stdout.write(
      `Run ${run.id} is not complete (${status}): every number is about what was answered so far.\n\n`,
    );
  for (const told of verdicts.damaged ?? []) process.stdout.write(`${told}\n\n`);
  const { renderTable } = await import("../report/terminal-table.ts");
  const color = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
  process.stdout.write(`${renderTable(summary, verdicts, { columns: process.stdout.columns ?? 80, color, unread })}\n`);
  if (options.quiet === true) return;
  const told =
    options.record === undefined ? await standingRecord(run) : `Report: ${join(run.location, "report.html")}`;
  process.stdout.write(`\n${told}\n`);
}

/** What a what-if leaves as it is. */
async function standingRecord(run: Run): Promise<string> {
  const card = listRun(run.id, await run.read("manifest.json"), await run.read("verdicts.json"));
  const stands = card.overall === undefined ? "none yet" : `${card.overall}, by policy ${card.policy ?? "unknown"}`;
  return `This was a what-if. The verdict on record stands: ${stands}. \`--save\` puts this one on record.`;
}

async function save(path: string, text: string): Promise<void> {
  await writeFile(path, text).catch((cause: unknown) => {
    throw new UsageError(`${path}: can't be written`, { cause });
  });
}
