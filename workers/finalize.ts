import { attachFinalize, openServiceStore } from "../src/compose-service.ts";
import { runWorker } from "../src/service/worker-process.ts";

await runWorker("finalize", openServiceStore, attachFinalize);
