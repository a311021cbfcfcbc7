import { describe, expect, it } from "vitest";
import type { PostFilter } from "../../src/dataset/manifest.ts";
import { postFilter } from "../../src/task/post-filter.ts";

describe("post-filters", () => {
  it.each<[readonly PostFilter[], string, string]>([
    [[], "  as it is\n", "  as it is\n"],
    [["trim"], " \t\n yes \u00a0\n", "yes"],
    [["first-line"], "one\ntwo", "one"],
    [["first-line"], "\n\n  one \r\ntwo", "one "],
    [["first-line"], "one", "one"],
    [["first-line"], "\n \n", ""],
    [[{ cutAt: "###" }], "yes ### Question: ### no", "yes "],
    [[{ cutAt: "###" }], "yes", "yes"],
    [[{ cutAt: "###" }], "### yes", ""],
    [[{ cutAt: "###" }, "trim"], " yes ###", "yes"],
    [["first-line", { cutAt: "#" }, "trim"], "\n return 1  # one\n#", "return 1"],
  ])("%j of %j", (filters, text, expected) => {
    expect(postFilter(text, filters)).toBe(expected);
  });

  it("go in their order", () => {
    expect(postFilter("a\n# b", [{ cutAt: "#" }, "first-line"])).toBe("a");
    expect(postFilter("# a\nb", ["first-line", { cutAt: "#" }])).toBe("");
    expect(postFilter("\n# a", [{ cutAt: "\n" }, "first-line"])).toBe("");
  });
});
