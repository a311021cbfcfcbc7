import { attachScore, openServiceStore } from "../src/compose-service.ts";
import { runWorker } from "../src/service/worker-process.ts";

await runWorker("score", openServiceStore, attachScore);
