import { describe, expect, it } from "vitest";
import { wrap } from "../../src/report/wrap.ts";

describe("wrap", () => {
  it("breaks between words, as late as the width allows", () => {
    expect(wrap("one two three four", 9)).toBe("one two\nthree\nfour");
    expect(wrap("one two", 7)).toBe("one two");
  });

  it("indents the first line and hangs the others", () => {
    expect(wrap("one two three four", 11, { indent: 2, hanging: 2 })).toBe("  one two\n    three\n    four");
  });

  it("keeps blanks that align", () => {
    expect(wrap("expected:  A. tadpole", 30)).toBe("expected:  A. tadpole");
    expect(wrap("expected:  tadpole", 10)).toBe("expected:\ntadpole");
  });

  it("breaks a word that is wider than the line, between characters and not within one", () => {
    expect(wrap("abcdefghij", 4)).toBe("abcd\nefgh\nij");
    expect(wrap("👩👩👩👩👩", 4)).toBe("👩👩👩👩\n👩");
  });

  it("leaves nothing out and nothing wider, at any width", () => {
    const text = "accuracy not worse than FP16 by more than 3 pp: sha256:22c842b399a44414e3a6d9799c11f8903626f6a4";
    for (let columns = 10; columns < 120; columns += 1) {
      const lines = wrap(text, columns, { indent: 1, hanging: 2 }).split("\n");
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
      expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
    }
  });
});
