import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { stripWhiteSpace, TokenEncoder, type TokenizerJson } from "../../src/onnx/token-encoder.ts";

const demo = (file: string) =>
  JSON.parse(readFileSync(new URL(`../../models/demo-encoder/${file}`, import.meta.url), "utf8"));
const golden: { texts: { text: string; ids: number[] }[] } = JSON.parse(
  readFileSync(new URL("../golden/demo-encoder.json", import.meta.url), "utf8"),
);
const CLS = 2;
const SEP = 3;

const demoEncoder = (maxTokens = 512) =>
  new TokenEncoder({
    tokenizer: demo("tokenizer.json"),
    config: demo("tokenizer_config.json"),
    maxTokens,
    prefixSpace: false,
  });

/** A byte-level tokenizer like RoBERTa's, with a handful of tokens; Ġ stands for a space. */
const byteLevel: TokenizerJson = {
  pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true },
  ...{
    version: "1.0",
    added_tokens: [
      { id: 0, content: "<s>", special: true },
      { id: 1, content: "</s>", special: true },
    ],
    normalizer: null,
    post_processor: {
      type: "RobertaProcessing",
      cls: ["<s>", 0],
      sep: ["</s>", 1],
      trim_offsets: true,
      add_prefix_space: false,
    },
    decoder: { type: "ByteLevel" },
    model: { type: "BPE", vocab: { "<s>": 0, "</s>": 1, a: 2, Ġ: 3, Ġa: 4 }, merges: ["Ġ a"] },
  },
} as TokenizerJson;

describe("encoding texts", () => {
  it.each(golden.texts)("gives the reference's token ids for $text", ({ text, ids }) => {
    // test/golden/demo-encoder.json
    expect(demoEncoder().encode(text)).toEqual({ ids: Int32Array.from(ids), truncated: false });
  });

  it("drops white space at the ends", () => {
    const { ids } = demoEncoder().encode("\u00a0\n the capital\u2003\t");
    expect(ids).toEqual(demoEncoder().encode("the capital").ids);
  });

  it("encodes an empty text as the special tokens alone", () => {
    for (const text of ["", " \n\t"]) expect(Array.from(demoEncoder().encode(text).ids)).toEqual([CLS, SEP]);
    expect(demoEncoder().specialIds).toEqual([CLS, SEP]);
  });

  it("cuts a long text's end off, keeps the closing special token, and says so", () => {
    const whole = Array.from(demoEncoder().encode("the capital of france is paris").ids);
    expect(demoEncoder(5).encode("the capital of france is paris")).toEqual({
      ids: Int32Array.from([...whole.slice(0, 4), SEP]),
      truncated: true,
    });
    expect(demoEncoder(whole.length).encode("the capital of france is paris").truncated).toBe(false);
    expect(demoEncoder(whole.length - 1).encode("the capital of france is paris").truncated).toBe(true);
  });

  it("takes a text of millions of characters", () => {
    const { ids, truncated } = demoEncoder().encode("word ".repeat(500_000));
    expect([ids.length, truncated]).toEqual([512, true]);
  });

  it("puts a space before the first word only where that is asked for", () => {
    const ids = (prefixSpace: boolean) =>
      Array.from(new TokenEncoder({ tokenizer: byteLevel, config: {}, maxTokens: 16, prefixSpace }).encode(" a a").ids);
    expect(ids(false)).toEqual([0, 2, 4, 1]);
    expect(ids(true)).toEqual([0, 4, 4, 1]);
  });

  it("needs room for text", () => {
    expect(() => demoEncoder(2)).toThrow("no text fits into 2 tokens");
  });
});

describe("stripWhiteSpace", () => {
  // Python: text.strip()
  it.each([
    [" a ", "a"],
    ["\u001c\u001d\u001e\u001fa\u0085", "a"],
    ["\ufeffa\ufeff", "\ufeffa\ufeff"],
    ["\u3000a b\u2028", "a b"],
    ["\u200ba\u180e", "\u200ba\u180e"],
    ["", ""],
  ])("of %j gives %j", (text, stripped) => expect(stripWhiteSpace(text)).toBe(stripped));

  it("takes no longer for many spaces inside", () => {
    const text = `a${" ".repeat(2_000_000)}b`;
    expect(stripWhiteSpace(text)).toBe(text);
  });
});
