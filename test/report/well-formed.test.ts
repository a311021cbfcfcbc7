import { describe, expect, it } from "vitest";
import { outlineOf } from "./well-formed.ts";

describe("the well-formedness check of these tests", () => {
  it("accepts a document and lists what is in it", () => {
    const { elements, attributes } = outlineOf('<a x="1"><b/>t &amp; u</a>');
    expect([...elements]).toEqual(["a", "b"]);
    expect(attributes).toEqual([{ element: "a", name: "x", value: "1" }]);
  });

  it.each([
    ["an open element", "<a><b></a>"],
    ["a wrong close", "<a></b>"],
    ["a bare less-than sign", "<a>1 < 2</a>"],
    ["a bare ampersand", "<a>& </a>"],
    ["an unquoted attribute", "<a x=1></a>"],
    ["a repeated attribute", '<a x="1" x="2"/>'],
    ["two roots", "<a/><b/>"],
    ["a control character", "<a>\x1b</a>"],
    ["a lone surrogate", "<a>\ud800</a>"],
  ])("refuses %s", (_, text) => {
    expect(() => outlineOf(text)).toThrow();
  });
});
