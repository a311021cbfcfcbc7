import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { SUITES, testFiles } from "./test/support/suites.ts";

// Nothing comes from the user's cache, and nothing stays in it.
const cache = mkdtempSync(join(tmpdir(), "quantgate-tests-"));
process.on("exit", () => rmSync(cache, { recursive: true, force: true }));

/** Catches what hangs; a machine that is busy with something else is no reason to fail. */
const HANGS_AFTER_MS = 15 * 60_000;

const files = testFiles();

export default defineConfig({
  test: {
    maxWorkers: "100%",
    projects: SUITES.map((suite) => ({
      test: {
        name: suite,
        include: [...files[suite]],
        globalSetup: ["test/support/build.ts"],
        env: { QUANTGATE_CACHE: cache },
        testTimeout: HANGS_AFTER_MS,
        hookTimeout: HANGS_AFTER_MS,
        expect: { poll: { timeout: HANGS_AFTER_MS } },
        // Native backends keep threads of their own: one file per process, as many processes as cores.
        pool: "forks",
      },
    })),
  },
});
