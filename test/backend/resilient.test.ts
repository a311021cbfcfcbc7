import { describe, expect, it } from "vitest";
import { BackendError, type BackendErrorKind } from "../../src/backend/backend.ts";
import { backoffMs, ResilientBackend } from "../../src/backend/resilient.ts";
import { InterruptedError, RunError } from "../../src/domain/errors.ts";
import { FakeTime } from "../support/fake-time.ts";
import { IDENTITY, stubServer, textRequest } from "../support/stub-server.ts";

const never = new AbortController().signal;
const CONFIG = { concurrency: 4, retries: 3, outageMs: 60_000 } as const;

function failing(kind: BackendErrorKind, retryable = true, retryAfterMs?: number): BackendError {
  return new BackendError({ kind, retryable, message: kind, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
}

/** Fails with these, one after the other, then answers. */
function failsWith(...errors: BackendError[]) {
  return (_: unknown, call: number): string => {
    const error = errors[call - 1];
    if (error !== undefined) throw error;
    return "well";
  };
}

describe("what may heal is asked again", () => {
  it.each(["server-error", "timeout", "bad-response"] as const)("%s, with growing pauses", async (kind) => {
    const time = new FakeTime();
    const server = stubServer({ answer: failsWith(failing(kind), failing(kind)) });
    const backend = new ResilientBackend(
      server,
      CONFIG,
      time.deps(() => 1),
    );
    expect(await backend.generate(textRequest("a"), never)).toMatchObject({ text: "well" });
    expect(time.slept).toEqual([500, 1000]);
  });

  it("as often as it is allowed, and then it is the item's failure, told with the number of tries", async () => {
    const server = stubServer({ answer: () => Promise.reject(failing("server-error")) });
    const backend = new ResilientBackend(server, CONFIG, new FakeTime().deps());
    await expect(backend.generate(textRequest("a"), never)).rejects.toMatchObject({
      kind: "server-error",
      message: "server-error (after 4 tries)",
    });
    expect(server.calls()).toBe(4);
  });

  it.each(["rejected", "unauthorized", "context-overflow", "unsupported", "bad-response"] as const)(
    "and what can't heal is not: %s",
    async (kind) => {
      const server = stubServer({ answer: () => Promise.reject(failing(kind, false)) });
      const time = new FakeTime();
      const backend = new ResilientBackend(server, CONFIG, time.deps());
      await expect(backend.generate(textRequest("a"), never)).rejects.toMatchObject({ kind, message: kind });
      expect(server.calls()).toBe(1);
      expect(time.slept).toEqual([]);
    },
  );

  it("with full jitter: uniform up to the bound", () => {
    expect(backoffMs(0, () => 0)).toBe(0);
    expect(backoffMs(2, () => 0.25)).toBe(500);
    expect(backoffMs(50, () => 0.5)).toBe(15_000);
  });

  it("until the run is stopped", async () => {
    const stop = new AbortController();
    const server = stubServer({
      answer: () => {
        stop.abort();
        throw failing("server-error");
      },
    });
    const backend = new ResilientBackend(server, CONFIG, new FakeTime().deps());
    await expect(backend.generate(textRequest("a"), stop.signal)).rejects.toBeInstanceOf(InterruptedError);
  });
});

describe("requests are kept ready beyond those in flight", () => {
  it.each([
    [4, 4],
    [64, 16],
    [{ adaptive: 8 }, 0],
  ])("at a concurrency of %j: %i", (concurrency, ahead) => {
    const most = typeof concurrency === "number" ? concurrency : concurrency.adaptive;
    const server = { ...stubServer({}), concurrency: most };
    expect(new ResilientBackend(server, { ...CONFIG, concurrency }, new FakeTime().deps()).ahead).toBe(ahead);
  });
});

describe("a server that throttles", () => {
  it("is left in peace by everyone for as long as it wishes, and no try is used up", async () => {
    const time = new FakeTime();
    const sentAt: number[] = [];
    const server = stubServer({
      answer: (_, call) => {
        sentAt.push(time.nowMs);
        if (call <= 6) throw failing("overloaded", true, 9000);
        return "well";
      },
    });
    const backend = new ResilientBackend(
      server,
      { ...CONFIG, retries: 0 },
      time.deps(() => 0),
    );
    const answers = await Promise.all(["a", "b", "c"].map((prompt) => backend.generate(textRequest(prompt), never)));
    expect(answers.map(({ text }) => text)).toEqual(["well", "well", "well"]);
    expect(sentAt.slice(0, 3)).toEqual([0, 0, 0]);
    // The first to come back is refused again before the others have set out: they go on waiting.
    expect(sentAt.slice(3, 6)).toEqual([9000, 18_000, 27_000]);
    expect(sentAt.slice(6).every((at) => at >= 36_000)).toBe(true);
    expect(sentAt).toHaveLength(9);
  });

  it("gets a rest even when it wishes for none", async () => {
    const time = new FakeTime();
    const server = stubServer({
      answer: failsWith(...Array.from({ length: 5 }, () => failing("overloaded", true, 0))),
    });
    const backend = new ResilientBackend(
      server,
      CONFIG,
      time.deps(() => 0),
    );
    expect(await backend.generate(textRequest("a"), never)).toMatchObject({ text: "well" });
    expect(time.nowMs).toBe(500);
  });

  it("takes back what was not sent yet; that waits as long as the others, and is no try", async () => {
    const time = new FakeTime();
    const sentAt: string[] = [];
    let recalls = 0;
    const stub = stubServer({
      answer: (request) => {
        const prompt = request.prompt;
        if (sentAt.length === 0) {
          sentAt.push(`${prompt} at ${time.nowMs}`);
          throw failing("overloaded", true, 9000);
        }
        if (prompt === "b" && !sentAt.includes("b taken back")) {
          sentAt.push("b taken back");
          throw failing("not-sent");
        }
        sentAt.push(`${prompt} at ${time.nowMs}`);
        return "well";
      },
    });
    const recall = (): void => {
      recalls += 1;
    };
    const backend = new ResilientBackend(
      { ...stub, recall },
      { ...CONFIG, retries: 0 },
      time.deps(() => 0),
    );
    await Promise.all(["a", "b"].map((prompt) => backend.generate(textRequest(prompt), never)));
    expect(sentAt.slice(0, 2)).toEqual(["a at 0", "b taken back"]);
    expect(sentAt.slice(2).sort()).toEqual(["a at 9000", "b at 9000"]);
    expect(recalls).toBe(1);
  });

  it("for longer than an outage may last costs the item", async () => {
    const server = stubServer({ answer: () => Promise.reject(failing("overloaded", true, 20_000)) });
    const backend = new ResilientBackend(server, CONFIG, new FakeTime().deps());
    await expect(backend.generate(textRequest("a"), never)).rejects.toMatchObject({ kind: "overloaded" });
  });
});

describe("a server that is gone", () => {
  it("is waited for also by who was waiting out a pause when it went", async () => {
    const time = new FakeTime();
    const asked: string[] = [];
    let away = false;
    const server = stubServer({
      answer: (request, call) => {
        asked.push(`${request.prompt} ${away ? "away" : "there"}`);
        if (call === 1) throw failing("overloaded", true, 1000);
        if (call === 2) {
          away = true;
          throw failing("unreachable");
        }
        return "well";
      },
      identify: () => {
        if (time.nowMs < 5000) throw failing("unreachable");
        away = false;
        return IDENTITY;
      },
    });
    const backend = new ResilientBackend(
      server,
      CONFIG,
      time.deps(() => 0.5),
    );
    // The second was on its way when the first one's pause began.
    await Promise.all(["a", "b"].map((prompt) => backend.generate(textRequest(prompt), never)));
    expect(asked.slice(2).every((request) => request.endsWith("there"))).toBe(true);
    expect(asked).toHaveLength(4);
  });

  it("is waited for by one, while all others wait for that one", async () => {
    const time = new FakeTime();
    let identified = 0;
    const server = stubServer({
      answer: () => {
        if (time.nowMs < 20_000) throw failing("unreachable");
        return "well";
      },
      identify: () => {
        identified += 1;
        if (time.nowMs < 20_000) throw failing("unreachable");
        return IDENTITY;
      },
      concurrency: 50,
    });
    const backend = new ResilientBackend(server, { ...CONFIG, concurrency: 50, retries: 0 }, time.deps());
    const prompts = Array.from({ length: 50 }, (_, index) => "x".repeat(index));
    const answers = await Promise.all(prompts.map((prompt) => backend.generate(textRequest(prompt), never)));
    expect(answers.every(({ text }) => text === "well")).toBe(true);
    expect(identified).toBeLessThan(15);
    expect(server.calls()).toBe(100);
  });

  it("for longer than it may be stops the run, and no item is recorded as failed", async () => {
    const gone = () => Promise.reject(failing("unreachable"));
    const server = stubServer({
      answer: gone,
      identify: () => {
        throw failing("unreachable");
      },
    });
    const time = new FakeTime();
    const backend = new ResilientBackend(server, CONFIG, time.deps());
    const error = await backend.generate(textRequest("a"), never).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RunError);
    expect(error).toMatchObject({ hint: expect.stringContaining("--resume"), exitCode: 4 });
    expect(time.nowMs).toBeGreaterThanOrEqual(60_000);
    expect(time.nowMs).toBeLessThan(61_000);
  });

  it.each([
    ["weights", { ...IDENTITY, weightsDigest: "sha256:other" }],
    ["build", { ...IDENTITY, build: "stub 2" }],
    ["contextSize", { ...IDENTITY, settings: { server: "stub", contextSize: 5 } }],
  ])("and comes back with other %s stops the run", async (what, identity) => {
    const server = stubServer({ answer: failsWith(failing("unreachable")), identify: () => identity });
    const backend = new ResilientBackend(server, CONFIG, new FakeTime().deps());
    const error = await backend.generate(textRequest("a"), never).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RunError);
    expect(String(error)).toContain(what);
  });

  it("and comes back without the model stops the run", async () => {
    const server = stubServer({
      answer: failsWith(failing("unreachable")),
      identify: () => {
        throw failing("model-missing", false);
      },
    });
    const backend = new ResilientBackend(server, CONFIG, new FakeTime().deps());
    await expect(backend.generate(textRequest("a"), never)).rejects.toBeInstanceOf(RunError);
  });

  it("that dies of one prompt each time costs that item, not the run", async () => {
    const time = new FakeTime();
    const server = stubServer({
      answer: (request, call) => {
        if (request.prompt === "poison") throw call % 2 === 1 ? failing("bad-response") : failing("unreachable");
        return "well";
      },
    });
    const backend = new ResilientBackend(server, CONFIG, time.deps());
    await expect(backend.generate(textRequest("poison"), never)).rejects.toMatchObject({ kind: "bad-response" });
    expect(await backend.generate(textRequest("a"), never)).toMatchObject({ text: "well" });
  });
});
