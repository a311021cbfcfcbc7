import type { Token } from "node-llama-cpp";
import { describe, expect, it } from "vitest";
import { StopScanner } from "../../src/backend/stop-scanner.ts";
import { directModel } from "./llama-cpp/direct.ts";

const direct = directModel();

/** Feeds a text's tokens one by one, as a model would write them; ends as soon as a stop string appears. */
function scan(text: string, stops: readonly string[]) {
  const { model } = direct();
  const tokens = model.tokenize(text, false);
  const scanner = new StopScanner<Token>(stops, (some, before) => model.detokenize([...some], false, [...before]), []);
  const taken = tokens.findIndex((token) => scanner.push(token));
  return {
    tokens: tokens.length,
    taken: taken < 0 ? tokens.length : taken + 1,
    stopped: taken >= 0,
    text: scanner.text(),
  };
}

const TEXT = "Das Café kostet 5 € — 漢字 und 🙂👩‍👩‍👧 sind nöt billig.";

describe("the text of tokens", () => {
  it("with characters of several tokens each comes out whole", () => {
    const { text, tokens } = scan(TEXT, []);
    expect(text).toBe(TEXT);
    // The demo model's vocabulary has no such characters: each is several tokens.
    expect(tokens).toBeGreaterThan([...TEXT].length);
  });

  it("may hold the replacement character itself", () => {
    const text = "a \uFFFD b \uFFFD\uFFFD\uFFFD\uFFFD c";
    expect(scan(text, []).text).toBe(text);
    expect(scan(text, ["b"])).toMatchObject({ text: "a \uFFFD ", stopped: true });
  });
});

describe("a stop string", () => {
  it("is found at every place, also inside and across characters of several tokens", () => {
    const characters = [...TEXT];
    for (const length of [1, 2, 4]) {
      for (let start = 0; start + length <= characters.length; start += 1) {
        const stop = characters.slice(start, start + length).join("");
        expect(scan(TEXT, [stop]), JSON.stringify(stop)).toMatchObject({
          text: TEXT.slice(0, TEXT.indexOf(stop)),
          stopped: true,
        });
      }
    }
  });

  it("ends the reading with its last character", () => {
    const whole = scan("one\n\ntwo three four", []);
    const stopped = scan("one\n\ntwo three four", ["\n\n"]);
    expect(stopped.text).toBe("one");
    expect(stopped.taken).toBeLessThan(whole.tokens / 2);
  });

  it("that only begins at the end is none", () => {
    expect(scan("one tw", ["two"])).toMatchObject({ text: "one tw", stopped: false });
  });

  it("is found when it comes piece by piece with a false start", () => {
    expect(scan("aaaaab", ["aab"])).toMatchObject({ text: "aaa", stopped: true });
    expect(scan("###  ####", ["####"])).toMatchObject({ text: "###  ", stopped: true });
  });
});

describe("an answer cut in the middle of a character", () => {
  it("shows that something is missing", () => {
    const { model } = direct();
    const tokens = model.tokenize("x🙂", false);
    const scanner = new StopScanner<Token>([], (some, before) => model.detokenize([...some], false, [...before]), []);
    for (const token of tokens.slice(0, -1)) scanner.push(token);
    expect(scanner.text()).toMatch(/^x\uFFFD+$/);
  });
});

describe("a long answer", () => {
  it("is read in linear time: every token is detokenized with a bounded context", () => {
    let longest = 0;
    const detokenize = (some: readonly Token[], before: readonly Token[]): string => {
      longest = Math.max(longest, some.length + before.length);
      return "x".repeat(some.length);
    };
    const scanner = new StopScanner(["stop"], detokenize, []);
    for (let index = 0; index < 50_000; index += 1) scanner.push(0 as Token);
    expect(scanner.text()).toHaveLength(50_000);
    expect(longest).toBeLessThanOrEqual(16);
  });
});
