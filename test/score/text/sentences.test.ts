import { describe, expect, it } from "vitest";
import { sentencesOf } from "../../../src/score/text/sentences.ts";

describe("the sentences of a text", () => {
  it.each([
    ["Dr. Smith went home. He slept!", ["Dr. Smith went home.", "He slept!"]],
    ["It cost $3.50, e.g. a lot. Really?", ["It cost $3.50, e.g. a lot.", "Really?"]],
    ["A title\nA line. Another one.\r\n\r\n  The last", ["A title", "A line.", "Another one.", "The last"]],
    ["no stop at all", ["no stop at all"]],
    ["今日は晴れです。明日は雨です。", ["今日は晴れです。明日は雨です。"]],
    ["", []],
    [" \n\t\n", []],
  ])("%j", (text, sentences) => expect(sentencesOf(text)).toEqual(sentences));

  it("leaves a line alone that has no white space for long", () => {
    const run = "x".repeat(5_000);
    expect(sentencesOf(`One. Two.\nA ${run}. B.`)).toEqual(["One.", "Two.", `A ${run}. B.`]);
  });

  it("are looked for in the first 20,000 characters", () => {
    expect(sentencesOf("A sentence. ".repeat(10_000)).length).toBeLessThan(1_700);
  });
});
