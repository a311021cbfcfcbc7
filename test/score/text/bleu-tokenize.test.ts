import { describe, expect, it } from "vitest";
import { bleuTokenIds } from "../../../src/score/text/bleu-tokenize.ts";
import { Vocabulary } from "../../../src/score/text/vocabulary.ts";
import { golden } from "./golden.ts";

function tokens13a(text: string): string[] {
  const vocabulary = new Vocabulary();
  return bleuTokenIds(text, "13a", vocabulary).map((id) => vocabulary.token(id));
}

/** The published definition, pass by pass, as an oracle for the single-pass tokenizer. */
function tokens13aByPasses(text: string): string[] {
  const pythonSpace = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
  let line = text.replace(new RegExp(`[${pythonSpace}]+$`), "");
  line = line.replaceAll("<skipped>", "").replaceAll("-\n", "").replaceAll("\n", " ");
  line = line.replaceAll("&quot;", '"').replaceAll("&amp;", "&").replaceAll("&lt;", "<").replaceAll("&gt;", ">");
  line = ` ${line} `
    .replace(/([{-~[-` -&(-+:-@/])/g, " $1 ")
    .replace(/([^0-9])([.,])/gu, "$1 $2 ")
    .replace(/([.,])([^0-9])/gu, " $1 $2")
    .replace(/([0-9])(-)/g, "$1 $2 ");
  return line.split(new RegExp(`[${pythonSpace}]+`)).filter((token) => token !== "");
}

describe("13a tokenizer", () => {
  it.each(golden.cases)("equals sacreBLEU on $name", ({ hyp, refs, tok13a_hyp, tok13a_ref }) => {
    expect(tokens13a(hyp).join(" ")).toBe(tok13a_hyp);
    expect(tokens13a(refs[0] ?? "").join(" ")).toBe(tok13a_ref);
  });

  it("equals the definition's four passes on every string of up to six characters from its classes", () => {
    const alphabet = ["a", "5", ".", ",", "-", "$", " "];
    let strings = [""];
    let checked = 0;
    for (let length = 1; length <= 6; length += 1) {
      strings = strings.flatMap((prefix) => alphabet.map((character) => prefix + character));
      for (const text of strings) {
        const actual = tokens13a(text).join("|");
        const expected = tokens13aByPasses(text).join("|");
        if (actual !== expected) expect({ text, actual }).toEqual({ text, actual: expected });
        checked += 1;
      }
    }
    expect(checked).toBe(137_256);
  });

  it("equals the definition's passes on every code unit between words and digits", () => {
    for (let unit = 0; unit < 0xd800; unit += 1) {
      const text = `a${String.fromCharCode(unit)}.5${String.fromCharCode(unit)}-`;
      const actual = tokens13a(text).join("|");
      const expected = tokens13aByPasses(text).join("|");
      if (actual !== expected) expect({ unit, actual }).toEqual({ unit, actual: expected });
    }
  });

  it("joins hyphenated line ends and decodes entities in sacreBLEU's order", () => {
    expect(tokens13a("multi-\nline &amp;lt; <skipped>x -\n")).toEqual(["multiline", "<", "x", "-"]);
  });
});
