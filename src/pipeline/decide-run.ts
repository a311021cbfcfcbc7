import type { AnalyzedRun } from "../analyze/analyzed-run.ts";
import { pairTasks } from "../analyze/compare.ts";
import { findDegradation } from "../analyze/degraded.ts";
import { publishedResult, publishedTable } from "../analyze/published.ts";
import { evaluatePolicy } from "../gate/evaluate.ts";
import { marginsOf } from "../gate/margins.ts";
import type { Policy } from "../gate/policies.ts";
import type { Verdicts } from "../gate/verdict.ts";
import type { PublishedStudy, ReportData } from "../report/report-data.ts";
import type { RunManifest } from "../store/manifest.ts";
import type { Run } from "../store/run-store.ts";
import { type Analysis, analyzeRun } from "./analyze-run.ts";
import { collectExamples } from "./collect-examples.ts";
import { collectUnread } from "./collect-unread.ts";
import type { StoredBaseline } from "./find-baseline.ts";
import { ownPolicy } from "./own-policy.ts";
import { type Author, recordVerdicts } from "./record-verdicts.ts";

/** Flipped items shown per task and variant. */
const EXAMPLES_PER_TASK = 5;

/** A run that was decided: everything that is told of it. */
export interface DecidedRun extends AnalyzedRun, ReportData {
  readonly verdicts: Verdicts;
}

export interface DecideOptions {
  readonly candidates?: readonly string[];
  /** An exploratory result may exit 0. */
  readonly acceptExploratory?: boolean;
  /** Of models whose baseline is a stored run's. */
  readonly baselines?: readonly StoredBaseline[];
  /** Computes everything again. */
  readonly fresh?: boolean;
  /** Who makes this the run's record; absent: a what-if, of which nothing is kept. */
  readonly record?: Author;
  readonly signal: AbortSignal;
}

/**
 * Everything after the answers: analyzes a run's scores and decides by a policy; where somebody puts it on record, writes verdicts and reports.
 * Asks no backend.
 */
export async function decideRun(
  run: Run,
  ownManifest: RunManifest,
  policy: Policy,
  { candidates, acceptExploratory, baselines = [], fresh = false, record, signal }: DecideOptions,
): Promise<DecidedRun> {
  const analysis = await analyzeRun(run, ownManifest, signal, { baselines, margins: marginsOf(policy), fresh });
  const { summary, scores, manifest } = analysis;
  const evidence = { summary, scores, manifest, degraded: findDegradation(summary, scores.incidents) };
  const found = evaluatePolicy(policy, evidence, {
    ...(candidates === undefined ? {} : { candidates }),
    ...(acceptExploratory === undefined ? {} : { acceptExploratory }),
  });
  const verdicts = record === undefined ? found : await recordVerdicts(run, found, record);
  const examples = await collectExamples(flipSources(run, analysis), { perTask: EXAMPLES_PER_TASK, signal });
  const published = publishedFor(manifest);
  const unread = await collectUnread(run, analysis, signal);
  const decided = {
    ...analysis,
    verdicts,
    examples,
    ...(published === undefined ? {} : { published }),
    ...(unread.length === 0 ? {} : { unread }),
  };
  if (record === undefined) return decided;
  const [{ renderHtml }, { renderMarkdown }, { renderJUnit }] = await Promise.all([
    import("../report/html.ts"),
    import("../report/markdown.ts"),
    import("../report/junit.ts"),
  ]);
  await run.write("report.html", renderHtml(decided));
  await run.write("report.md", renderMarkdown(decided));
  await run.write("junit.xml", renderJUnit(verdicts, summary, { onInconclusive: policy.onInconclusive }));
  return decided;
}

/** Decides a run by the policy and the candidates that its own spec names. */
export async function decideByOwnPolicy(run: Run, manifest: RunManifest, signal: AbortSignal): Promise<Verdicts> {
  const { candidates } = manifest.spec;
  const own = await ownPolicy(run, manifest);
  const record = { by: manifest.submission?.by ?? "the service", how: "service", at: new Date(), own };
  const options = { signal, record, ...(candidates === undefined ? {} : { candidates }) };
  return (await decideRun(run, manifest, own, options)).verdicts;
}

function flipSources(run: Run, { scores, manifest, origins }: Analysis) {
  return manifest.spec.models.flatMap((model) => {
    const baseline = scores.tasks.get(model.baseline.variant);
    if (baseline === undefined) return [];
    return model.variants.flatMap(({ id }) => {
      const candidate = scores.tasks.get(id);
      if (candidate === undefined || id === model.baseline.variant) return [];
      return [
        {
          model: model.name,
          baseline: origins.get(model.baseline.variant) ?? { run, variant: model.baseline.variant },
          candidate: { run, variant: id },
          pairs: pairTasks(baseline, candidate),
        },
      ];
    });
  });
}

function publishedFor(manifest: RunManifest): PublishedStudy | undefined {
  const findings = manifest.spec.models.flatMap((model) =>
    model.variants.flatMap((variant) => {
      const found = publishedResult(model.name, variant.quantization);
      return found === undefined ? [] : [{ variant: variant.id, result: found }];
    }),
  );
  return findings.length === 0 ? undefined : { source: publishedTable().title, findings };
}
