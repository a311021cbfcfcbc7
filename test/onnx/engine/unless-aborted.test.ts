import { expect, it } from "vitest";
import { unlessAborted } from "../../../src/onnx/engine/unless-aborted.ts";

const never = new Promise<never>(() => undefined);

it("gives the work's outcome", async () => {
  const { signal } = new AbortController();
  expect(await unlessAborted(Promise.resolve(7), signal)).toBe(7);
  await expect(unlessAborted(Promise.reject(new Error("broken")), signal)).rejects.toThrow("broken");
});

it("waits no longer than until the signal", async () => {
  const stop = new AbortController();
  const waiting = unlessAborted(never, stop.signal);
  stop.abort("because");
  await expect(waiting).rejects.toMatchObject({ name: "InterruptedError", cause: "because" });
  await expect(unlessAborted(never, stop.signal)).rejects.toThrow("interrupted");
});

it("ignores a failure that comes after the signal", async () => {
  const stop = new AbortController();
  let fail: (error: Error) => void = () => undefined;
  const work = new Promise<number>((_, reject) => {
    fail = reject;
  });
  const waiting = unlessAborted(work, stop.signal);
  stop.abort();
  fail(new Error("too late"));
  await expect(waiting).rejects.toThrow("interrupted");
});
