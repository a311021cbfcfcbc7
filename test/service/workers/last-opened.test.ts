import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LastOpened } from "../../../src/service/workers/last-opened.ts";

describe("keeping one thing open", () => {
  const log: string[] = [];
  beforeEach(() => {
    vi.useFakeTimers();
    log.splice(0);
  });
  afterEach(() => void vi.useRealTimers());

  const open = (name: string) => async () => {
    log.push(`open ${name}`);
    return { close: async () => void log.push(`close ${name}`) };
  };
  const use = (kept: LastOpened<{ close(): Promise<void> }>, name: string) =>
    kept.use(name, open(name), async () => name);

  it("opens once while the same is wanted, and closes it before the next is opened", async () => {
    const kept = new LastOpened<{ close(): Promise<void> }>(1000);
    for (const name of ["a", "a", "b", "a"]) expect(await use(kept, name)).toBe(name);
    expect(log).toEqual(["open a", "close a", "open b", "close b", "open a"]);
    await kept.close();
    await kept.close();
    expect(log.at(-1)).toBe("close a");
    expect(log).toHaveLength(6);
  });

  it("closes what nobody has used for a while, but not what is in use", async () => {
    const kept = new LastOpened<{ close(): Promise<void> }>(1000);
    await use(kept, "a");
    await kept.use("a", open("a"), async () => void (await vi.advanceTimersByTimeAsync(5000)));
    expect(log).toEqual(["open a"]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(log).toEqual(["open a", "close a"]);
    await use(kept, "a");
    expect(log.at(-1)).toBe("open a");
  });

  it("keeps nothing that couldn't be opened", async () => {
    const kept = new LastOpened<{ close(): Promise<void> }>(1000);
    const broken = async (): Promise<never> => {
      throw new Error("no model");
    };
    await expect(kept.use("a", broken, async () => "a")).rejects.toThrow("no model");
    expect(await use(kept, "a")).toBe("a");
  });
});
