import { attachAll, openServiceStore } from "../src/compose-service.ts";
import { runWorker } from "../src/service/worker-process.ts";

await runWorker("all", openServiceStore, attachAll);
