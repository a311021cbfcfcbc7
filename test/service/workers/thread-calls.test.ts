import { expect, it } from "vitest";
import { ThreadCalls } from "../../../src/service/workers/thread-calls.ts";

/** A thread that sets a variable of its environment and says so. */
const SETS_VARIABLE = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from "node:worker_threads";
    parentPort.on("message", ({ call, request }) => {
      process.env[request] = "set";
      parentPort.postMessage({ call, response: "done" });
    });
  `)}`,
);

it("gives its thread the process's own environment, where native libraries look for their settings", async () => {
  const name = "QUANTGATE_TEST_OF_THREADS";
  const thread = new ThreadCalls<string, string>(SETS_VARIABLE);
  try {
    expect(await thread.call(name, new AbortController().signal)).toBe("done");
    expect(process.env[name]).toBe("set");
  } finally {
    delete process.env[name];
    await thread.close();
  }
});
