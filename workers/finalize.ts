import { attachFinalize } from "../src/service/workers/attach-finalize.ts";
import { openServiceStore } from "../src/service/workers/service-store.ts";
import { runWorker } from "../src/service/workers/worker-process.ts";

await runWorker("finalize", openServiceStore, attachFinalize);
