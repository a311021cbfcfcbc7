import { attachGenerate } from "../src/service/workers/attach-generate.ts";
import { openServiceStore } from "../src/service/workers/service-store.ts";
import { runWorker } from "../src/service/workers/worker-process.ts";

await runWorker("generate", openServiceStore, attachGenerate);
