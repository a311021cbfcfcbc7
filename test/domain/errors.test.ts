import { describe, expect, it } from "vitest";
import {
  InterruptedError,
  messageOf,
  QuantGateError,
  RunError,
  throwIfAborted,
  UsageError,
} from "../../src/domain/errors.ts";

describe("errors for the user", () => {
  it("each have their exit code, name, hint and cause", () => {
    const cause = new Error("underneath");
    const errors = [
      new UsageError("u", { hint: "do this", cause }),
      new RunError("r", { hint: "do this", cause }),
      new InterruptedError("i", { hint: "do this", cause }),
    ];
    expect(errors.map(({ exitCode }) => exitCode)).toEqual([2, 4, 130]);
    expect(errors.map(({ name }) => name)).toEqual(["UsageError", "RunError", "InterruptedError"]);
    for (const error of errors) {
      expect(error).toBeInstanceOf(QuantGateError);
      expect(error).toMatchObject({ hint: "do this", cause });
    }
  });

  it("have neither hint nor cause when none is given", () => {
    const error = new UsageError("u");
    expect(error.hint).toBeUndefined();
    expect("cause" in error).toBe(false);
  });
});

describe("throwIfAborted", () => {
  it("throws once the signal is aborted, and says why", () => {
    const controller = new AbortController();
    expect(() => throwIfAborted(controller.signal)).not.toThrow();
    controller.abort("enough");
    expect(() => throwIfAborted(controller.signal)).toThrow(InterruptedError);
    expect(() => throwIfAborted(controller.signal)).toThrow(expect.objectContaining({ cause: "enough" }));
  });
});

describe("messageOf", () => {
  it.each([
    [new Error("plain"), "plain"],
    [new Error("two\n   lines\r\nand more\n"), "two lines and more"],
    ["a text", "a text"],
    [42, "42"],
    [undefined, "undefined"],
    [null, "null"],
  ])("of %j is one line", (thrown, message) => {
    expect(messageOf(thrown)).toBe(message);
  });
});
