import { makePlan } from "../plan/plan.ts";
import { ProgressIndex } from "../plan/progress-index.ts";
import { Damage } from "../store/damage.ts";
import type { RunManifest } from "../store/manifest.ts";
import { readLines } from "../store/read-lines.ts";
import { type Rebuild, type Run, START } from "../store/run-store.ts";
import { writeManifest } from "../store/write-manifest.ts";
import type { EvaluationServices, RunScorers } from "./evaluation.ts";
import { hasSameSignatures, scoringOf } from "./scorer-signatures.ts";
import { withScorers } from "./with-scorers.ts";

/**
 * Scores a run's records anew, from the journal alone, beside the scores that are there: those stand until the new ones are whole. Where a
 * record can't be read its item keeps the row that it had, as long as it was scored by the same signatures. Returns what of the journal is damaged.
 */
export async function rescoreRun(
  run: Run,
  manifest: RunManifest,
  services: EvaluationServices,
  signal: AbortSignal,
): Promise<Damage> {
  const { scoreJournal } = await import("../score/score-journal.ts");
  const { spec, tasks } = manifest;
  const damage = new Damage();
  // Another tool's numbers are taken as told: there is nothing to compute.
  if (spec.tasks.some(({ imported }) => imported !== undefined)) return damage;
  await withScorers(spec, tasks, services, signal, async ({ sources, scorers }) => {
    const rebuild = await run.rebuild("scores");
    const { append } = rebuild;
    const scored = new ProgressIndex(makePlan(spec));
    try {
      const options = { spec, sources, scorers: scorers.byTask, scored, onDamage: damage.add, append, signal };
      await scoreJournal(run, START, options);
      if (damage.count("records") > 0) await keepRows(run, rebuild, { manifest, scorers, scored, signal });
    } catch (error) {
      await rebuild.discard();
      throw error;
    }
    await rebuild.commit();
    const { inference: _, ...rest } = manifest;
    await writeManifest(run, { ...rest, ...scoringOf(scorers) });
  });
  return damage;
}

/** Takes over the old rows of items of which the journal has no record any more. */
async function keepRows(
  run: Run,
  rebuild: Rebuild,
  {
    manifest,
    scorers,
    scored,
    signal,
  }: {
    readonly manifest: RunManifest;
    readonly scorers: RunScorers;
    readonly scored: ProgressIndex;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  if (!hasSameSignatures(manifest, scorers)) return;
  // Of old rows that are damaged, too, nothing can be kept.
  for await (const { line, text } of readLines(run, "scores", START, { onDamage: () => {}, signal })) {
    if (line.type !== "score") continue;
    if (scored.add(line, line.result.kind === "missing" ? "errored" : "answered")) await rebuild.append(text);
  }
}
