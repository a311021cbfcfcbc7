import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { AnswerCache, cacheStatistics, clearCache, uncacheable } from "../../src/backend/answer-cache.ts";
import { BackendError } from "../../src/backend/backend.ts";
import { withCache } from "../../src/backend/cached.ts";
import { IDENTITY, stubServer, textRequest } from "../support/stub-server.ts";

const never = new AbortController().signal;

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "quantgate-cache-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function files(path: string): Promise<string[]> {
  return (await readdir(path, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe("a cached backend", () => {
  it("asks once, across openings, and answers the same", async () => {
    const path = await folder();
    const server = stubServer();
    const first = await withCache(server, new AnswerCache(path)).generate(textRequest("abc"), never);
    const second = await withCache(server, new AnswerCache(path)).generate(textRequest("abc"), never);
    expect(second).toEqual({ ...first, timings: { ...first.timings, kept: true } });
    expect(server.calls()).toBe(1);
  });

  it("keeps letters and continuations as they were", async () => {
    const path = await folder();
    const server = stubServer();
    for (const request of [
      { kind: "letters", prompt: "a", letters: [" A", " B"] },
      { kind: "continuations", prompt: "a", continuations: [" A", " B"] },
    ] as const) {
      const backend = withCache(server, new AnswerCache(path));
      const first = await backend.generate(request, never);
      const again = await backend.generate(request, never);
      expect(again).toEqual({ ...first, timings: { ...first.timings, kept: true } });
    }
    expect(server.calls()).toBe(2);
  });

  it.each([
    ["other weights", { ...IDENTITY, weightsDigest: "sha256:def" }],
    ["another build", { ...IDENTITY, build: "stub 2" }],
    ["another setting", { ...IDENTITY, settings: { server: "stub", dialect: "x" } }],
  ])("never answers with what %s said", async (_, identity) => {
    const path = await folder();
    const other = stubServer({ identity, answer: () => "other" });
    await withCache(stubServer(), new AnswerCache(path)).generate(textRequest("abc"), never);
    expect(await withCache(other, new AnswerCache(path)).generate(textRequest("abc"), never)).toMatchObject({
      text: "other",
    });
  });

  it.each(["prompt", "maxTokens", "stop", "temperature", "seed"] as const)(
    "takes every parameter into account: %s",
    (key) => {
      const cache = new AnswerCache("/nowhere");
      const changed = { ...textRequest("abc"), [key]: key === "stop" ? ["x"] : key === "prompt" ? "abd" : 1 };
      expect(cache.key(IDENTITY, changed)).not.toBe(cache.key(IDENTITY, textRequest("abc")));
      expect(cache.key(IDENTITY, { ...textRequest("abc") })).toBe(cache.key(IDENTITY, textRequest("abc")));
    },
  );

  it("keeps no error and no empty answer", async () => {
    const path = await folder();
    const server = stubServer({
      answer: (_, call) => {
        if (call === 1) throw new BackendError({ kind: "server-error", message: "no" });
        return call === 2 ? " \n" : "well";
      },
    });
    const backend = withCache(server, new AnswerCache(path));
    await expect(backend.generate(textRequest("a"), never)).rejects.toThrow("no");
    expect(await backend.generate(textRequest("a"), never)).toMatchObject({ text: " \n" });
    expect(await files(path)).toEqual([]);
    expect(await backend.generate(textRequest("a"), never)).toMatchObject({ text: "well" });
    expect(await files(path)).toHaveLength(1);
  });

  it("is passed by when a fresh answer is asked for", async () => {
    const path = await folder();
    const server = stubServer();
    const backend = withCache(server, new AnswerCache(path));
    await backend.generate(textRequest("a"), never);
    await backend.generate(textRequest("a"), never, { task: "t", item: "1", fresh: true });
    expect(server.calls()).toBe(2);
    expect(server.contexts[1]).toMatchObject({ fresh: true });
  });

  it("keeps nothing for weights without a digest, and says why", async () => {
    const path = await folder();
    const { weightsDigest: _, ...identity } = IDENTITY;
    const server = stubServer({ identity });
    expect(withCache(server, new AnswerCache(path))).toBe(server);
    expect(uncacheable(identity)).toMatch(/no digest/);
    expect(uncacheable(IDENTITY)).toBeUndefined();
  });

  it("takes a damaged entry for none", async () => {
    const path = await folder();
    const server = stubServer();
    const backend = withCache(server, new AnswerCache(path));
    const right = await backend.generate(textRequest("a"), never);
    const [file = ""] = await files(path);
    for (const damage of ["", "{", '{"kind":"text"}', (await readFile(file, "utf8")).slice(0, 20)]) {
      await writeFile(file, damage);
      expect(await backend.generate(textRequest("a"), never)).toEqual(right);
    }
    expect(server.calls()).toBe(5);
  });

  it("goes on when the cache can't be written", async () => {
    const path = join(await folder(), "file");
    await writeFile(path, "not a folder");
    const backend = withCache(stubServer(), new AnswerCache(path));
    expect(await backend.generate(textRequest("abc"), never)).toMatchObject({ text: "3" });
  });
});

describe("the cache folder", () => {
  it("is counted and cleared", async () => {
    const path = await folder();
    expect(await cacheStatistics(path)).toMatchObject({ answers: 0, bytes: 0 });
    const backend = withCache(stubServer(), new AnswerCache(path));
    for (const prompt of ["a", "b", "c"]) await backend.generate(textRequest(prompt), never);
    const before = await clearCache(path);
    expect(before.answers).toBe(3);
    expect(before.bytes).toBeGreaterThan(200);
    expect(await cacheStatistics(path)).toMatchObject({ answers: 0 });
    expect(await files(path)).toEqual([]);
  });
});
