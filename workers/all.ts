import { attachAll } from "../src/compose-service/attach-all.ts";
import { openServiceStore } from "../src/compose-service/service-store.ts";
import { runWorker } from "../src/service/worker-process.ts";

await runWorker("all", openServiceStore, attachAll);
