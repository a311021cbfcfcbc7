import { attachAll } from "../src/service/workers/attach-all.ts";
import { openServiceStore } from "../src/service/workers/service-store.ts";
import { runWorker } from "../src/service/workers/worker-process.ts";

await runWorker("all", openServiceStore, attachAll);
