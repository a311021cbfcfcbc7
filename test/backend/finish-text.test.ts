import { describe, expect, it } from "vitest";
import { endAtStop, finishText } from "../../src/backend/finish-text.ts";

describe("endAtStop", () => {
  it("ends before the first stop string, which then is why it ended", () => {
    expect(endAtStop("a\nQ: b", "length", ["Q:", "\n"])).toEqual({ text: "a", finish: "stop" });
    expect(endAtStop("a", "length", ["\n"])).toEqual({ text: "a", finish: "length" });
    expect(endAtStop("a", "end", [])).toEqual({ text: "a", finish: "end" });
  });
});

describe("finishText", () => {
  it.each([
    ["no thinking", "B", false, { text: "B" }],
    ["thinking, then an answer", "\n<think>\nhm\n</think>\n\nB", false, { text: "B", reasoning: "hm" }],
    ["nothing but thinking", "<think>hm, so", false, { text: "", reasoning: "hm, so" }],
    ["a tag that the template opened", "hm</think>B", true, { text: "B", reasoning: "hm" }],
    ["a closing tag in a raw answer", "use </think> here", false, { text: "use </think> here" }],
    ["a tag in the middle", "I <think> so", false, { text: "I <think> so" }],
    ["other marks", "[THINK]hm[/THINK]B", true, { text: "B", reasoning: "hm" }],
  ])("%s", (_, text, template, expected) => {
    expect(finishText({ text, finish: "end", template }, { prompt: "Q", stop: [] })).toEqual({
      ...expected,
      finish: "end",
    });
  });

  it("of a prompt that opens the thinking", () => {
    const written = { text: "hm</think>B", finish: "end", template: false } as const;
    expect(finishText(written, { prompt: "Q <think>", stop: [] })).toMatchObject({ text: "B", reasoning: "hm" });
  });

  it("that its server has separated", () => {
    const written = { text: "B\nQ:", finish: "end", reasoning: "hm ", template: true } as const;
    expect(finishText(written, { prompt: "Q", stop: ["\n"] })).toEqual({ text: "B", reasoning: "hm", finish: "stop" });
  });
});
