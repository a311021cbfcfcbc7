import { describe, expect, it } from "vitest";
import { endAtStop, separateReasoning } from "../../src/backend/finish-text.ts";

describe("endAtStop", () => {
  it("ends before the first stop string, which then is why it ended", () => {
    expect(endAtStop("a\nQ: b", "length", ["Q:", "\n"])).toEqual({ text: "a", finish: "stop" });
    expect(endAtStop("a", "length", ["\n"])).toEqual({ text: "a", finish: "length" });
    expect(endAtStop("a", "end", [])).toEqual({ text: "a", finish: "end" });
  });
});

describe("separateReasoning", () => {
  it.each([
    ["no thinking", "B", false, { text: "B" }],
    ["thinking, then an answer", "\n<think>\nhm\n</think>\n\nB", false, { text: "B", reasoning: "hm" }],
    ["nothing but thinking", "<think>hm, so", false, { text: "", reasoning: "hm, so" }],
    ["a tag that the template opened", "hm</think>B", true, { text: "B", reasoning: "hm" }],
    ["a closing tag in a raw answer", "use </think> here", false, { text: "use </think> here" }],
    ["a tag in the middle", "I <think> so", false, { text: "I <think> so" }],
  ])("%s", (_, text, openedByTemplate, expected) => {
    expect(separateReasoning(text, openedByTemplate)).toEqual(expected);
  });
});
