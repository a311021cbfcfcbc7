import { evaluationServices, openStore } from "../../compose.ts";
import { readEnv } from "../../env.ts";
import { openSources } from "../../pipeline/open-sources.ts";
import { makePlan, UNIT_ITEMS } from "../../plan/plan.ts";
import type { RunManifest } from "../../store/manifest.ts";
import { type ScoringContext, UnitScorer } from "./unit-scorer.ts";

/** What a scoring thread is asked. */
export interface ScoreRequest {
  readonly run: string;
  readonly manifest: string;
  readonly unit: number;
  readonly answers: string;
}

/** In a scoring thread: scores units of runs, whose scorers it opens. */
export function makeUnitScorer(): UnitScorer {
  const env = readEnv(process.env);
  const services = evaluationServices(openStore(env.runsFolder), env);
  return new UnitScorer(async (_, text, signal): Promise<ScoringContext> => {
    const { spec, tasks: facts } = JSON.parse(text) as RunManifest;
    const sources = await openSources(spec.tasks, signal);
    try {
      const scorers = await services.openScorers({ spec, facts, sources: sources.byTask }, signal);
      const close = async (): Promise<void> => {
        await scorers.close();
        await sources.close();
      };
      return {
        plan: makePlan(spec, { unitItems: UNIT_ITEMS }),
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
