import { attachScore } from "../src/service/workers/attach-score.ts";
import { openServiceStore } from "../src/service/workers/service-store.ts";
import { runWorker } from "../src/service/workers/worker-process.ts";

await runWorker("score", openServiceStore, attachScore);
