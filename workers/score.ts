import { attachScore } from "../src/compose-service/attach-score.ts";
import { openServiceStore } from "../src/compose-service/service-store.ts";
import { runWorker } from "../src/service/worker-process.ts";

await runWorker("score", openServiceStore, attachScore);
