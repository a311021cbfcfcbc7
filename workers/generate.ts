import { attachGenerate } from "../src/compose-service/attach-generate.ts";
import { openServiceStore } from "../src/compose-service/service-store.ts";
import { runWorker } from "../src/service/worker-process.ts";

await runWorker("generate", openServiceStore, attachGenerate);
