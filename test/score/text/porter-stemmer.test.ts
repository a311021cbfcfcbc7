import { describe, expect, it } from "vitest";
import { porterStem } from "../../../src/score/text/porter-stemmer.ts";
import { golden } from "./golden.ts";

describe("Porter stemmer", () => {
  const words = Object.entries(golden.porter);

  it("equals NLTK's", () => {
    expect(words).toHaveLength(120);
    expect(Object.fromEntries(words.map(([word]) => [word, porterStem(word)]))).toEqual(golden.porter);
  });

  it("is linear in a run of y", () => {
    expect(porterStem(`${"y".repeat(100_000)}ing`)).toHaveLength(100_000);
    expect(porterStem(`${"a".repeat(100_000)}izing`)).toHaveLength(100_002);
  });
});
