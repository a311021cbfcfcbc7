import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sampleLog } from "../../../src/dataset/from-log/sample-log.ts";
import { InterruptedError, UsageError } from "../../../src/domain/errors.ts";
import { seededRandom } from "../../../src/stats/random.ts";
import { temporaryFolder } from "../../support/cli.ts";

const running = new AbortController().signal;
const WORDS = "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar papa".split(
  " ",
);

interface Options {
  readonly items?: number;
  readonly seed?: number;
  readonly names?: readonly string[];
  readonly signal?: AbortSignal;
}

async function sampled(
  lines: readonly (object | string)[],
  { items = 10, seed = 0, names = [], signal = running }: Options = {},
) {
  const path = join(await temporaryFolder(), "requests.jsonl");
  await writeFile(path, lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"));
  return sampleLog([path], { fields: { answer: "answer" }, items, seed, names }, signal);
}

/** Requests that have nothing in common. */
function requests(count: number, entries: object = {}, seed = 1): readonly object[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => ({
    prompt: Array.from(
      { length: 12 },
      () => `${WORDS[Math.floor(random() * 16)]}${Math.floor(random() * 1e6).toString(36)}`,
    ).join(" "),
    ...entries,
  }));
}

describe("a sample of a log", () => {
  it("takes each kind of request in proportion to its traffic, a rare one too", async () => {
    const lines = [
      ...requests(900, { route: "/chat", time: "2026-01-01T13:00:00Z" }, 1),
      ...requests(90, { route: "/summarize", time: "2026-01-01T13:00:00Z" }, 2),
      ...requests(3, { route: "/chat", time: "2026-01-01T03:00:00Z" }, 3),
    ];
    const { items, strata, requests: read } = await sampled(lines, { items: 50 });
    expect(read).toBe(993);
    expect(items).toHaveLength(50);
    expect(strata.map(({ stratum, requests, taken }) => [stratum.route, stratum.time, requests, taken])).toEqual([
      ["/chat", "afternoon (12–18 h UTC)", 900, 45],
      ["/summarize", "afternoon (12–18 h UTC)", 90, 4],
      ["/chat", "night (0–6 h UTC)", 3, 1],
    ]);
  });

  it("tells short from long prompts", async () => {
    const long = requests(5, {}, 9).map((request) => ({ prompt: Object.values(request).join("").repeat(50) }));
    const { strata } = await sampled([...requests(5), ...long], { items: 4 });
    expect(strata.map(({ stratum, taken }) => [stratum.length, taken])).toEqual([
      ["up to 200 characters", 2],
      ["over 4,000", 2],
    ]);
  });

  it("is the same for the same log and seed, another one for another seed", async () => {
    const lines = requests(300);
    const ids = async (seed: number) => (await sampled(lines, { items: 20, seed })).items.map((item) => item.id);
    expect(await ids(1)).toEqual(await ids(1));
    expect(await ids(1)).not.toEqual(await ids(2));
  });

  it("takes the same text once and says how often it was asked", async () => {
    const lines = Array.from({ length: 40 }, (_, index) => ({
      prompt: `  What is   the STATUS of order ${10_000 + index}?`,
    }));
    const { items } = await sampled([...lines, ...requests(3)], { items: 10 });
    expect(items).toHaveLength(4);
    expect(items.map((item) => item.seen).sort((a, b) => a - b)).toEqual([1, 1, 1, 40]);
  });

  it("collapses near-duplicates, also across kinds, and fills their places from other kinds", async () => {
    const text = "Please write a friendly reply to a customer who asks where the parcel is, in two short paragraphs";
    const near = Array.from({ length: 30 }, (_, index) => ({
      prompt: `${text}${".".repeat(index)} ${WORDS[index % 16]?.slice(0, 2)}`,
      route: index % 2 === 0 ? "/a" : "/b",
    }));
    const { items, nearDuplicates } = await sampled([...near, ...requests(40, { route: "/c" })], { items: 12 });
    expect(items).toHaveLength(12);
    expect(items.filter((item) => item.prompt.startsWith("Please write"))).toHaveLength(1);
    expect(nearDuplicates).toBeGreaterThan(3);
  });

  it("has no personal data, in prompt, answer or route", async () => {
    const lines = requests(20).map((request, index) => ({
      ...request,
      prompt: `Ann Lee, ann${index}@x.example, +49 30 123456${index} asks: ${Object.values(request)[0]}`,
      route: "/users/ann@x.example",
      answer: "Dear Ann Lee, 4111 1111 1111 1111 is charged.",
    }));
    const sample = await sampled(lines, { items: 20, names: ["Ann Lee"] });
    const text = JSON.stringify(sample);
    for (const secret of ["Ann", "x.example", "123456", "4111"]) expect(text, secret).not.toContain(secret);
    expect(sample.items[0]?.prompt).toMatch(/^\[NAME_1\], \[EMAIL_1\], \[PHONE_1\] asks: /);
    expect(sample.items[0]?.answer).toBe("Dear [NAME_1], [CARD_1] is charged.");
    expect(sample.items[0]?.stratum.route).toBe("/users/[EMAIL_1]");
    expect(sample.replaced.map(({ kind, count }) => [kind, count])).toEqual([
      ["key", 0],
      ["card", 20],
      ["email", 20],
      ["phone", 20],
      ["name", 40],
    ]);
  });

  it("takes two requests that differ in personal data only for one", async () => {
    const { items } = await sampled([
      { prompt: "Write an apology to ann@x.example about the late parcel", route: "/a" },
      { prompt: "Write an apology to benjamin.button@yy.example about the late parcel", route: "/b" },
    ]);
    expect(items).toHaveLength(1);
  });

  it("passes over lines that are no requests, counts them by reason and tells the first place", async () => {
    const { items, passedOver } = await sampled(["{", { prompt: "" }, ...requests(2), "not json", { nothing: 1 }]);
    expect(items).toHaveLength(2);
    expect(
      Object.entries(passedOver).map(([reason, { count, first }]) => [reason, count, first.split(":").at(-1)]),
    ).toEqual([
      ["not valid JSON", 2, "1"],
      ["the prompt is empty", 1, "2"],
      [expect.stringContaining("no prompt"), 1, "6"],
    ]);
  });

  it("of a log without any usable request says what was looked for and how to say where it is", async () => {
    const error: unknown = await sampled([{ text: "Why?" }, "{"]).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).message).toMatch(
      /1 × no prompt \(looked at: prompt, messages, .*first .*requests\.jsonl:1/,
    );
    expect((error as UsageError).hint).toContain("--prompt <field>");
    await expect(sampled([])).rejects.toThrow("the file is empty");
  });

  it("stops when it is interrupted", async () => {
    await expect(sampled(requests(3), { signal: AbortSignal.abort() })).rejects.toThrow(InterruptedError);
  });
});
