import { describe, expect, it } from "vitest";
import { knownKeysAt, nearest } from "../../src/spec/known-keys.ts";
import { specJsonSchema } from "../../src/spec/schema.ts";

describe("the nearest known word", () => {
  it.each([
    ["Q4_KM", ["FP16", "Q4_K_M", "Q4_K_S"], "Q4_K_M"],
    ["datset", ["dataset", "limit"], "dataset"],
    ["DATASET", ["dataset", "limit"], "dataset"],
    ["maxtokens", ["maxTokens", "stop"], "maxTokens"],
  ])("to %s of %j is %s", (word, candidates, expected) => {
    expect(nearest(word, candidates)).toBe(expected);
  });

  it("is none when nothing is near, or nothing is known", () => {
    expect(nearest("temperature", ["seed", "stop"])).toBeUndefined();
    expect(nearest("x", [])).toBeUndefined();
  });
});

describe("the keys known at a path", () => {
  const schema = specJsonSchema();

  it("of the top", () => {
    expect(knownKeysAt(schema, [], {})).toEqual(
      expect.arrayContaining(["$schema", "name", "backends", "models", "tasks", "seed"]),
    );
  });

  it("inside lists", () => {
    expect(knownKeysAt(schema, ["models", 3, "variants", 0], {})).toEqual([
      "quantization",
      "label",
      "model",
      "backend",
      "baseline",
    ]);
  });

  it("of a union: those of the branch that the document chose", () => {
    const content = { backends: { mine: { type: "recorded" } } };
    expect(knownKeysAt(schema, ["backends", "mine"], content)).toEqual(["type", "concurrency"]);
  });

  it("of nowhere: none", () => {
    expect(knownKeysAt(schema, ["seed", "x"], {})).toEqual([]);
  });
});
