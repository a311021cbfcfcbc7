import { describe, expect, it } from "vitest";
import { SpeedMeter } from "../../src/analyze/speed.ts";

const tokens = (prompt: number, completion: number) => ({ prompt, completion });

describe("the speed of a variant", () => {
  it("leaves the first written answer out: warm-up", () => {
    const meter = new SpeedMeter();
    meter.addLoad(250);
    meter.addAnswer(
      "generated",
      tokens(10, 5),
      { wallMs: 900, promptMs: 500, decodeMs: 400, firstTokenMs: 500 },
      Number.NaN,
    );
    expect(meter.speed()).toEqual({ loadMs: 250, answerMs: 900, answers: 1 });
  });

  it("counts the tokens after the first against the time of decoding, by hand", () => {
    const meter = new SpeedMeter();
    meter.addAnswer("generated", tokens(1, 1), { wallMs: 1 }, Number.NaN);
    meter.addAnswer(
      "generated",
      tokens(100, 11),
      { wallMs: 300, promptMs: 100, decodeMs: 200, firstTokenMs: 100 },
      Number.NaN,
    );
    meter.addAnswer(
      "generated",
      tokens(50, 31),
      { wallMs: 500, promptMs: 200, decodeMs: 300, firstTokenMs: 200 },
      Number.NaN,
    );
    expect(meter.speed()).toEqual({
      loadMs: 0,
      decodeTokensPerSecond: (40 * 1000) / 500,
      promptTokensPerSecond: (150 * 1000) / 300,
      medianFirstTokenMs: 200,
      answerMs: 801,
      answers: 3,
    });
  });

  it("takes log-probabilities for answers, not for written tokens", () => {
    const meter = new SpeedMeter();
    for (let count = 0; count < 3; count += 1)
      meter.addAnswer("graded", tokens(100, 8), { wallMs: 10, promptMs: 5, decodeMs: 5 }, Number.NaN);
    expect(meter.speed()).toEqual({ loadMs: 0, answerMs: 30, answers: 3 });
  });

  it("says nothing of what a backend doesn't tell", () => {
    const meter = new SpeedMeter();
    for (let count = 0; count < 3; count += 1) meter.addAnswer("generated", tokens(100, 8), { wallMs: 10 }, Number.NaN);
    expect(meter.speed()).toEqual({ loadMs: 0, answerMs: 30, answers: 3 });
  });

  it("of answers of one token has no rate, not one of 0", () => {
    const meter = new SpeedMeter();
    for (let count = 0; count < 3; count += 1)
      meter.addAnswer("generated", tokens(100, 1), { wallMs: 10, decodeMs: 0 }, Number.NaN);
    expect(meter.speed()).not.toHaveProperty("decodeTokensPerSecond");
  });

  it("adds the loads of a run that was resumed", () => {
    const meter = new SpeedMeter();
    meter.addLoad(100);
    meter.addLoad(150);
    expect(meter.speed().loadMs).toBe(250);
  });

  it("measures tokens by the wall clock, from the first answer's start to the last one's end, pauses left out", () => {
    const meter = new SpeedMeter();
    meter.addAnswer("generated", tokens(10, 20), { wallMs: 500 }, 10_500);
    // Two at once: the second ends 100 ms after the first.
    meter.addAnswer("generated", tokens(10, 20), { wallMs: 500 }, 10_600);
    meter.addLoad(50);
    meter.addAnswer("generated", tokens(10, 20), { wallMs: 400 }, 99_400);
    expect(meter.speed().wallTokensPerSecond).toBeCloseTo(60, 9);
    // 60 tokens a second are 216,000 an hour: at $2.16 an hour, $10 a million.
    expect(meter.speed({ dollarsPerHour: 2.16 }).dollarsPerMillionTokens).toBeCloseTo(10, 9);
  });
  it("leaves out answers that were kept from earlier runs, and counts them", () => {
    const asked = { wallMs: 1000, promptMs: 100, decodeMs: 800, firstTokenMs: 150 };
    const tokens = { prompt: 10, completion: 9 };
    const [meter, mixed] = [new SpeedMeter(), new SpeedMeter()];
    for (const at of [1000, 2000, 3000]) {
      meter.addAnswer("generated", tokens, asked, at);
      mixed.addAnswer("generated", tokens, asked, at);
    }
    mixed.addAnswer("generated", tokens, { ...asked, kept: true }, 3001);
    expect(mixed.speed({ dollarsPerHour: 1 })).toEqual({ ...meter.speed({ dollarsPerHour: 1 }), keptAnswers: 1 });
    const kept = new SpeedMeter();
    kept.addAnswer("generated", tokens, { ...asked, kept: true }, 1);
    expect(kept.speed({ dollarsPerHour: 1 })).toEqual({ loadMs: 0, answerMs: 0, answers: 0, keptAnswers: 1 });
  });
});
