import { defineConfig } from "vitest/config";

/** The long run of random faults, apart from the tests: `.ci/soak`. */
export default defineConfig({
  test: {
    include: ["test/faults/*.soak.ts"],
    globalSetup: ["test/support/build.ts"],
    testTimeout: 24 * 3_600_000,
    pool: "forks",
    disableConsoleIntercept: true,
  },
});
