// Runs the TypeScript worker in development and in tests, where there is no compiled one; the package doesn't contain this file.
import { workerData } from "node:worker_threads";
import { tsImport } from "tsx/esm/api";

await tsImport(workerData.entry, import.meta.url);
