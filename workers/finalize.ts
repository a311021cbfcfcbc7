import { attachFinalize } from "../src/compose-service/attach-finalize.ts";
import { openServiceStore } from "../src/compose-service/service-store.ts";
import { runWorker } from "../src/service/worker-process.ts";

await runWorker("finalize", openServiceStore, attachFinalize);
