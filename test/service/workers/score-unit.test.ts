import { expect, it } from "vitest";
import type { InferenceSettings, Scoring } from "../../../src/domain/scoring.ts";
import { makePlan } from "../../../src/plan/plan.ts";
import { ProgressIndex } from "../../../src/plan/progress-index.ts";
import { UnitIntake } from "../../../src/service/queue/unit-intake.ts";
import { UnitScorer } from "../../../src/service/workers/score-unit.ts";
import { FileStore } from "../../../src/store/file-store.ts";
import { specOf } from "../../plan/example-spec.ts";
import { temporaryFolder } from "../../support/cli.ts";

const { signal } = new AbortController();
const CONTEXT = { signal } as Parameters<UnitScorer["handle"]>[1];
const SIGNATURES = { writing: { bertscore: "bertscore|demo-encoder_L3" } };
const SMALL: InferenceSettings = {
  provider: "cpu",
  workers: 1,
  threadsPerWorker: 1,
  tokenSlots: 512,
  runtime: "onnxruntime-node=1.30.0",
};

/** A run with answers for two units, and a worker that scores in a given way. */
async function answered() {
  const store = new FileStore(await temporaryFolder());
  const run = await store.create("r");
  await run.write("manifest.json", "{}");
  for (const unit of [0, 1]) await run.putPart(`records-${unit}`, "");
  const scoring = (unit: number, way: Scoring): Promise<void> =>
    new UnitScorer({ store, score: async () => ({ scores: "", scoring: way }), onScored: () => {} }).handle(
      { run: "r", unit },
      CONTEXT,
    );
  return { run, scoring };
}

it("lets machines differ among the workers of a run, and tells the first one's settings", async () => {
  const { run, scoring } = await answered();
  await scoring(0, { signatures: SIGNATURES, inference: SMALL });
  await scoring(1, { signatures: SIGNATURES, inference: { ...SMALL, workers: 8 } });
  expect((await run.partNames()).has("scores-1")).toBe(true);

  const plan = makePlan(specOf({ one: ["FP16"] }, []), { unitItems: 10 });
  const intake = new UnitIntake({
    plan,
    run,
    sources: new Map(),
    scorers: new Map(),
    done: new ProgressIndex(plan),
    scored: new ProgressIndex(plan),
    identities: new Map(),
    openBackend: () => Promise.reject(new Error("nothing is to be asked")),
    now: () => new Date(0),
    onProgress: () => {},
    signal,
  });
  await intake.take({ pieces: false });
  expect(intake.scoring).toEqual({ signatures: SIGNATURES, inference: SMALL });
});

it("refuses a worker that computes scores in another way", async () => {
  const { run, scoring } = await answered();
  await scoring(0, { signatures: SIGNATURES });
  await expect(scoring(1, { signatures: { writing: { bertscore: "another layer" } } })).rejects.toThrow("another way");
  expect((await run.partNames()).has("scores-1")).toBe(false);
});
