import { mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hubSettings } from "../../src/hub/hub-settings.ts";
import { LockFile } from "../../src/hub/lock-file.ts";
import { REAL_NETWORK } from "../../src/hub/real-network.ts";
import { EmbeddingEngine } from "../../src/onnx/engine/engine.ts";
import { ModelStore } from "../../src/onnx/model-store.ts";
import { readBaseline } from "../../src/score/bert-score/baseline.ts";
import { createBertScorer } from "../../src/score/bert-score/bert-scorer.ts";
import { createCoherenceScorer } from "../../src/score/coherence/coherence-scorer.ts";

/*
 * Published numbers of real models, which are downloaded (1.5 GB) into the shared cache: QUANTGATE_ONLINE=1 npx vitest run test/onnx/online
 */
const wanted = process.env.QUANTGATE_ONLINE === "1";
const online = wanted && (await isReachable(hubSettings(process.env, homedir()).endpoint));
const skipped = wanted ? "skipped: offline" : "skipped: offline unless QUANTGATE_ONLINE=1";
const DOWNLOAD_MS = 3_600_000;
const { signal } = new AbortController();

if (wanted && !online) console.warn(`published numbers: ${skipped}`);

describe.skipIf(!online)(`published numbers${online ? "" : ` (${skipped})`}`, () => {
  let folder: string;
  let store: ModelStore;
  const engine = new EmbeddingEngine();

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "quantgate-online-"));
    store = new ModelStore({
      settings: hubSettings(process.env, homedir()),
      lock: new LockFile(join(folder, "models.lock.json")),
      network: REAL_NETWORK,
    });
  });
  afterAll(async () => {
    await engine.close();
    rmSync(folder, { recursive: true });
  });

  // Source: tests/test_score_function.py of bert_score, with roberta-large at layer 17
  const PAIRS = [
    ["28-year-old chef found dead in San Francisco mall", "28-Year-Old Chef Found Dead at San Francisco Mall"],
    [
      "A 28-year-old chef who recently moved to San Francisco was found dead in the staircase of a local shopping center.",
      "A 28-year-old chef who had recently moved to San Francisco was found dead in the stairwell of a local mall this week.",
    ],
    [
      'The victim\'s brother said he cannot imagine anyone who would want to harm him,"Finally, it went uphill again at him."',
      "But the victim's brother says he can't think of anyone who would want to hurt him, saying, \"Things were finally going well for him.\"",
    ],
  ] as const;
  const inputs = PAIRS.map(([candidate, reference]) => ({ candidate, references: [reference], instruction: "" }));
  const f1 = async (scorer: Awaited<ReturnType<typeof createBertScorer>>) =>
    (await scorer.score(inputs, signal)).map((score) => (score.kind === "scored" ? score.statistics?.[2] : undefined));

  it(
    "of roberta-large: BERTScore, plain and rescaled",
    async () => {
      await store.pull("roberta-large", {}, signal);
      const model = await store.open("roberta-large", {}, signal);
      const plain = await f1(await createBertScorer({ engine, model }, signal));
      const close = (values: readonly number[], digits: number) => values.map((value) => expect.closeTo(value, digits));
      expect(plain).toEqual(close([0.983356, 0.97823, 0.916215], 4));
      const baseline = await readBaseline(await store.baselinePath("roberta-large"), 17, false);
      const rescaled = await f1(await createBertScorer({ engine, model, baseline }, signal));
      const expected = plain.map((value) => ((value ?? Number.NaN) - baseline.values.f1) / (1 - baseline.values.f1));
      expect(rescaled).toEqual(close(expected, 6));
    },
    DOWNLOAD_MS,
  );

  it(
    "of all-MiniLM-L6-v2: coherence",
    async () => {
      // Source: the model card
      const sentences = ["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."] as const;
      const [weather, sunny, stadium] = sentences;
      await store.pull("all-MiniLM-L6-v2", {}, signal);
      const scorer = await createCoherenceScorer(
        { engine, model: await store.open("all-MiniLM-L6-v2", {}, signal) },
        signal,
      );
      const scores = await scorer.score(
        [
          { candidate: weather, references: [sunny], instruction: "" },
          { candidate: weather, references: [stadium], instruction: "" },
          { candidate: sunny, references: [stadium], instruction: "" },
        ],
        signal,
      );
      const values = scores.map((score) => (score.kind === "scored" ? score.value : undefined));
      expect(values).toEqual([expect.closeTo(0.666, 3), expect.closeTo(0.1046, 3), expect.closeTo(0.1411, 3)]);
      expect(scorer.signature).toContain("|max-tokens:256|");
    },
    DOWNLOAD_MS,
  );
});

async function isReachable(endpoint: string): Promise<boolean> {
  return fetch(endpoint, { method: "HEAD", signal: AbortSignal.timeout(10_000) }).then(
    () => true,
    () => false,
  );
}
