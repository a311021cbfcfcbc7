import type { ItemSource } from "../dataset/item-source.ts";
import { InterruptedError, QuantGateError, UsageError } from "../domain/errors.ts";
import type { InferenceSettings } from "../domain/scoring.ts";
import type { ResolvedSpec, ResolvedTask } from "../spec/resolved.ts";
import { isMetric, metricsOf } from "./metrics-by-kind.ts";
import { type EncoderSource, NeuralScorers } from "./open-neural-scorers.ts";
import { openOwnScorer } from "./own-scorer.ts";
import type { TaskScorers } from "./score-answers.ts";
import type { Scorer } from "./scorer.ts";
import { TEXT_SCORERS } from "./text-scorers.ts";

export interface OpenScorersOptions {
  readonly spec: ResolvedSpec;
  readonly sources: ReadonlyMap<string, ItemSource>;
  readonly itemsWithReferences: ReadonlyMap<string, number>;
  readonly encoders: EncoderSource;
  readonly cacheFolder: string;
  readonly signal: AbortSignal;
}

/** Scorers of every generation task of a run, by task name; `close` releases models and workers. */
export interface OpenScorers {
  readonly byTask: ReadonlyMap<string, TaskScorers>;
  /** What inference runs with; absent where no neural scorer was opened. */
  readonly inference?: InferenceSettings;
  close(): Promise<void>;
}

/**
 * Opens the scorers that the tasks' metrics need. A neural model that isn't on this machine is an error that names the command which fetches it,
 * or, where the spec says `neural: skip`, a metric that is unscored with the reason.
 */
export async function openScorers(options: OpenScorersOptions): Promise<OpenScorers> {
  const { spec, itemsWithReferences } = options;
  const neural = new NeuralScorers(spec.scorers, options.encoders, options.cacheFolder);
  const byTask = new Map<string, TaskScorers>();
  try {
    for (const task of spec.tasks) {
      if (task.type !== "generation") continue;
      const scorers: Scorer[] = [];
      const unavailable: Record<string, string> = {};
      const metrics = metricsOf(task.kind, {
        references: (itemsWithReferences.get(task.name) ?? 0) > 0,
        own: task.ownMetrics,
      });
      // Together: one model is opened in its thread while another is, and while the sentence splitter is loaded.
      const opened = await Promise.all(metrics.map((metric) => openScorer(metric, task, neural, options)));
      for (const [index, made] of opened.entries()) {
        if (made.kind === "opened") scorers.push(made.scorer);
        else unavailable[metrics[index] ?? ""] = made.reason;
      }
      byTask.set(task.name, { scorers, unavailable });
    }
  } catch (error) {
    await neural.close();
    throw error;
  }
  const { settings } = neural;
  return {
    byTask,
    ...(settings === undefined ? {} : { inference: settings }),
    close: async () => {
      for (const { scorers } of byTask.values()) for (const scorer of scorers) await scorer.close();
      await neural.close();
    },
  };
}

type Opened =
  | { readonly kind: "opened"; readonly scorer: Scorer }
  | { readonly kind: "unavailable"; readonly reason: string };

async function openScorer(
  metric: string,
  task: ResolvedTask,
  neural: NeuralScorers,
  options: OpenScorersOptions,
): Promise<Opened> {
  const module = options.spec.scorers.own?.[metric];
  if (module !== undefined) return { kind: "opened", scorer: await openOwnScorer(metric, module) };
  const text = isMetric(metric) ? TEXT_SCORERS[metric] : undefined;
  if (text !== undefined) return { kind: "opened", scorer: await text() };
  const { spec, sources, signal } = options;
  if (spec.scorers.neural === "skip") {
    return { kind: "unavailable", reason: "neural scorers were skipped, as the spec asks" };
  }
  const source = sources.get(task.name);
  if (source === undefined) throw new Error(`no items were opened for task ${task.name}`);
  try {
    const scorer = await (metric === "coherence" ? neural.coherence(signal) : neural.bertscore(task, source, signal));
    return { kind: "opened", scorer };
  } catch (error) {
    if (!(error instanceof QuantGateError) || error instanceof InterruptedError) throw error;
    const otherwise = "or go on without bertscore and coherence by `scorers: { neural: skip }` in the spec";
    throw new UsageError(`${metric} of ${task.name}: ${error.message}`, {
      cause: error,
      hint: error.hint === undefined ? otherwise : `${error.hint}; ${otherwise}`,
    });
  }
}
