import { attachGenerate, openServiceStore } from "../src/compose-service.ts";
import { runWorker } from "../src/service/worker-process.ts";

await runWorker("generate", openServiceStore, attachGenerate);
