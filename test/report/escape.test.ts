import { describe, expect, it } from "vitest";
import {
  clip,
  escapeMarkdown,
  escapeMarkup,
  escapeTerminal,
  escapeWorkflowMessage,
  escapeWorkflowProperty,
  fenceMarkdown,
  revealControls,
} from "../../src/report/escape.ts";

describe("revealControls", () => {
  it("shows ASCII controls as control pictures", () => {
    expect(revealControls("\x1b[31mred\x00\x07\x7f\r\n")).toBe("␛[31mred␀␇␡␍\n");
  });

  it("shows bidi overrides, invisible characters and lone surrogates as code points", () => {
    expect(revealControls("a\u202eb\u2066c\u200bd\ufeffe\u009bf\ud800")).toBe(
      "a⟨U+202E⟩b⟨U+2066⟩c⟨U+200B⟩d⟨U+FEFF⟩e⟨U+009B⟩f⟨U+D800⟩",
    );
    expect(revealControls("\u{e0041}")).toBe("⟨U+E0041⟩");
  });

  it("leaves text in any script and joined pictographs alone", () => {
    const text = "naïve 日本語 العربية 👩‍👧 \t\n";
    expect(revealControls(text)).toBe(text);
  });
});

describe("escapeTerminal", () => {
  it("lets no text begin a line or move the cursor", () => {
    expect(escapeTerminal("a\n\x1b[2Jb\tc")).toBe("a␊␛[2Jb␉c");
  });
});

describe("escapeMarkup", () => {
  it("shows markup as text, in attributes too", () => {
    expect(escapeMarkup(`<td a="b" c='d'>&amp;</td>`)).toBe(
      "&lt;td a=&quot;b&quot; c=&#39;d&#39;&gt;&amp;amp;&lt;/td&gt;",
    );
  });
});

describe("escapeMarkdown", () => {
  it.each([
    ["HTML", "<b>x</b>", "&lt;b>x&lt;/b>"],
    ["an entity", "&lt;", "&amp;lt;"],
    ["a table border", "a|b", "a\\|b"],
    ["code", "`rm`", "\\`rm\\`"],
    ["emphasis", "*a* _b_ ~~c~~", "\\*a\\* \\_b\\_ \\~\\~c\\~\\~"],
    ["an image", "![x](http://e.org/y.png)", "![x\\](http:<!-- -->//e.org/y.png)"],
    ["a reference link", "[a][b]", "[a\\][b]"],
    ["a link definition", "[a]: /x", "[a\\]: /x"],
    ["a footnote", "[^1]", "\\[^1]"],
    ["a bare address", "see www.example.org", "see www<!-- -->.example.org"],
    ["a mention", "@octocat", "@<!-- -->octocat"],
    ["an e-mail address", "a@b.org", "a@<!-- -->b.org"],
    ["an issue", "fixes #12", "fixes #<!-- -->12"],
    ["mathematics", "$x$", "\\$x\\$"],
    ["a backslash", "\\|", "\\\\\\|"],
    ["a heading", "# a", "\\# a"],
    ["a quote", "> a", "\\> a"],
    ["a list", "- a", "\\- a"],
    ["a rule", "---", "\\---"],
    ["a numbered list", "1. a", "1\\. a"],
    ["lines", "a\n b", "a<br>&nbsp;b"],
  ])("shows %s as text", (_, text, expected) => {
    expect(escapeMarkdown(text)).toBe(expected);
  });

  it("leaves plain text, numbers and names readable", () => {
    const text = "Q4_K_M: −1.3 pp [−3.9, +1.1], n = 300, demo/Q4_K_M@local";
    expect(escapeMarkdown(text)).toBe(text);
    expect(escapeMarkdown("0.5 of -3")).toBe("0.5 of -3");
  });
});

describe("fenceMarkdown", () => {
  it("uses a fence that the content can't close", () => {
    expect(fenceMarkdown("a\n````\nb", "text")).toBe("`````text\na\n````\nb\n`````");
  });
});

describe("workflow commands", () => {
  it("escapes messages and properties as GitHub reads them", () => {
    expect(escapeWorkflowMessage("50 %\n::error::x")).toBe("50 %25%0A::error::x");
    expect(escapeWorkflowProperty("a:b,c%")).toBe("a%3Ab%2Cc%25");
  });
});

describe("clip", () => {
  it("cuts by code points and says how much was cut", () => {
    expect(clip("👍👍👍", 2)).toBe("👍👍 … (1 more characters)");
    expect(clip("abc", 3)).toBe("abc");
    expect(clip("x".repeat(2_500), 1_000)).toMatch(/^x{1000} … \(1,500 more characters\)$/);
  });
});
