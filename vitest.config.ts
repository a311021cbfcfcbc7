import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

// Nothing comes from the user's cache, and nothing stays in it.
const cache = mkdtempSync(join(tmpdir(), "quantgate-tests-"));
process.on("exit", () => rmSync(cache, { recursive: true, force: true }));

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/build.ts"],
    env: { QUANTGATE_CACHE: cache },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Native backends keep threads of their own: one file per process, as many processes as cores.
    pool: "forks",
    maxWorkers: "100%",
  },
});
