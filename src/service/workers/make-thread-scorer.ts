import { evaluationServices, openStore } from "../../compose.ts";
import { readEnv } from "../../env.ts";
import { openSources } from "../../pipeline/open-sources.ts";
import { makePlan } from "../../plan/plan.ts";
import type { RunManifest } from "../../store/manifest.ts";
import { type ScoringContext, ThreadScorer } from "./thread-scorer.ts";

/** What a scoring thread is asked. */
export interface ScoreRequest {
  readonly run: string;
  readonly manifest: string;
  readonly unit: number;
  readonly answers: string;
}

/** In a scoring thread: scores units of runs, whose scorers it opens. */
export function makeThreadScorer(): ThreadScorer {
  const env = readEnv(process.env);
  const services = evaluationServices(openStore(env.runsFolder), env);
  return new ThreadScorer(async (_, text, signal): Promise<ScoringContext> => {
    const { spec, tasks: facts } = JSON.parse(text) as RunManifest;
    const sources = await openSources(spec.tasks, signal);
    try {
      const scorers = await services.openScorers({ spec, facts, sources: sources.byTask }, signal);
      const close = async (): Promise<void> => {
        await scorers.close();
        await sources.close();
      };
      return {
        plan: makePlan(spec),
        sources: sources.byTask,
        scorers: scorers.byTask,
        ...(scorers.inference === undefined ? {} : { inference: scorers.inference }),
        close,
      };
    } catch (error) {
      await sources.close();
      throw error;
    }
  });
}
