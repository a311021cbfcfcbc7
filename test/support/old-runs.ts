import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "./cli.ts";

const PACKAGE = join(import.meta.dirname, "..", "..");
const FIXTURE = join(PACKAGE, "test", "fixtures", "v0.1");

/** Runs of version 0.1 by what they are; see the fixture's README. */
export const OLD_RUNS = {
  letters: "20261129-163902-letters-2bc5",
  demo: "20261129-163907-demo-default-wmk6",
  qaPipeline: "20261129-163923-demo-qa-pipeline-tbfn",
  interrupted: "20261129-163953-demo-interrupted-2hhk",
  failed: "20261129-164015-demo-failed-lrq7",
  passed: "20261129-164049-letters-1ucd",
  newer: "20261129-164052-letters-dqnq",
} as const;

/** A copy of version 0.1's runs, specs, datasets and answers in a folder of its own, with this machine's paths; `runs` is the store's folder. */
export async function copyOldRuns(): Promise<{ readonly folder: string; readonly runs: string }> {
  const folder = await temporaryFolder();
  await cp(FIXTURE, folder, { recursive: true });
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const text = await readFile(path, "utf8");
    if (!text.includes("@PACKAGE@") && !text.includes("@FIXTURE@")) continue;
    await writeFile(path, text.replaceAll("@PACKAGE@", PACKAGE).replaceAll("@FIXTURE@", folder));
  }
  return { folder, runs: join(folder, "runs") };
}
