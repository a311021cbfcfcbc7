import { expect, it } from "vitest";
import { InterruptedError } from "../src/domain/errors.ts";
import { pause } from "../src/pause.ts";

it("ends after its time, also without a signal", async () => {
  await pause(1);
  await pause(1, new AbortController().signal);
});

it("is interrupted at once, with the reason, before and while it lasts", async () => {
  const reason = new Error("enough");
  const stop = new AbortController();
  const waiting = pause(2 ** 30, stop.signal).catch((error: unknown) => error);
  stop.abort(reason);
  for (const error of [await waiting, await pause(2 ** 30, stop.signal).catch((thrown: unknown) => thrown)]) {
    expect(error).toBeInstanceOf(InterruptedError);
    expect(error).toMatchObject({ cause: reason });
  }
});
