import { describe, expect, it } from "vitest";
import { TEXT_SCORERS } from "../../src/score/text-scorers.ts";

const signal = new AbortController().signal;

async function rougeL(candidate: string, ...references: string[]) {
  const scorer = await TEXT_SCORERS.rouge_l?.();
  const [score] = (await scorer?.score([{ candidate, references, instruction: "" }], signal)) ?? [];
  return score;
}

describe("ROUGE on a reference mostly in another script", () => {
  it.each([
    ["火星的旗帜是H2O么？", "水的化学式是H2O。"],
    ["水的化学式是H2O。", "水的化学式是H2O。"],
    ["Москва, 1147", "Париж, 1147"],
    ["В 2024 году дождь", "В 2024 году выборы прошли спокойно"],
    ["不使用Python", "使用Python编程"],
    ["GPT-4 は速い", "GPT-4は最も速いモデルです"],
    ["GPT", "정답은 GPT입니다"],
    ["2024", "انتخابات 2024 كانت هادئة"],
    ["PHP", "Язык PHP создан в 1995 году"],
  ])("is unscored: %s against %s", async (candidate, reference) => {
    expect(await rougeL(candidate, reference)).toMatchObject({
      kind: "unscored",
      reason: expect.stringContaining("script"),
    });
  });

  it.each([
    ["the Greek letter α", "the Greek letter α"],
    ["Müller fährt über Köln", "Müller fährt über Köln"],
    ["42", "42"],
    ["Pekin, 北京 in Chinese, is the capital", "Pekin, 北京 in Chinese, is the capital"],
    ["π radians", "π radians"],
  ])("is no matter for Latin text: %s", async (candidate, reference) => {
    expect(await rougeL(candidate, reference)).toMatchObject({ kind: "scored", value: 1 });
  });

  it("leaves another reference to compare with", async () => {
    expect(await rougeL("water", "水的化学式", "water")).toMatchObject({ kind: "scored", value: 1 });
    expect(await rougeL("", "水")).toMatchObject({ kind: "unscored", reason: expect.stringContaining("has none") });
  });
});
