import { describe, expect, it } from "vitest";
import { renderAnnotations, renderStepSummary } from "../../src/report/github.ts";
import { renderHtml } from "../../src/report/html.ts";
import { renderJUnit } from "../../src/report/junit.ts";
import { renderMarkdown } from "../../src/report/markdown.ts";
import { renderTable } from "../../src/report/terminal-table.ts";
import { HOSTILE, poison } from "./hostile.ts";
import { sampleData } from "./sample-data.ts";
import { outlineOf } from "./well-formed.ts";

const data = poison(sampleData());
/** Controls other than newline, and bidi overrides. */
const ACTING = /[\0-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

describe("hostile text in every string of a run", () => {
  it("is in the data that these tests render", () => {
    expect(data.examples[0]?.candidateAnswer).toContain(HOSTILE);
    expect(data.summary.models[0]?.variants[0]?.variant).toContain(HOSTILE);
    expect(Object.keys(data.speeds)[0]).toContain(HOSTILE);
  });

  it("shows as text in HTML", () => {
    const html = renderHtml(data);
    const { elements, attributes } = outlineOf(html);
    for (const element of ["script", "img", "iframe", "link", "object", "embed", "form", "input", "textarea", "base"]) {
      expect(elements).not.toContain(element);
    }
    expect(attributes.filter(({ name }) => name.startsWith("on") || name === "src")).toEqual([]);
    const links = attributes.filter(({ name }) => name === "href").map(({ value }) => value);
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((link) => !/^#[a-z0-9-]+$/.test(link))).toEqual([]);
    expect(html.match(ACTING)).toBeNull();
    expect(html).toContain("&lt;script&gt;globalThis.ran = true&lt;/script&gt;");
    expect(html).toContain("␛[2J␛]0;title␇");
    expect(html).toContain("⟨U+202E⟩abc⟨U+202C⟩");
    expect(html).toContain("nul␀");
  });

  it("has ids in HTML that are unique and that all links find", () => {
    const { attributes } = outlineOf(renderHtml(data));
    const ids = attributes.filter(({ name }) => name === "id").map(({ value }) => value);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { value } of attributes.filter(({ name }) => name === "href")) expect(ids).toContain(value.slice(1));
  });

  it.each([
    ["Markdown", renderMarkdown(data)],
    ["the step summary", renderStepSummary(data)],
  ])("shows as text in %s", (_, markdown) => {
    expect(markdown.match(ACTING)).toBeNull();
    expect(markdown).toContain("␛[2J");
    const text = withoutFences(markdown);
    const tags = new Set([...text.matchAll(/<[^>]*>/g)].map(([tag]) => tag));
    expect([...tags].sort()).toEqual(["<!-- -->", "</details>", "</summary>", "<br>", "<details>", "<summary>"]);
    expect(text.match(/(?<!\\)`/)).toBeNull();
    expect(text.match(/(?<!\\)\]\(/)).toBeNull();
    expect(text.match(/:\/\//)).toBeNull();
    expect(text.match(/@someone|#1(?!\d)/)).toBeNull();
    expect(text.match(/^::|^- item/m)).toBeNull();
    expect(text.match(/^# /gm)).toHaveLength(1);
  });

  it("breaks no table of the Markdown", () => {
    const lines = withoutFences(renderMarkdown(data)).split("\n");
    const cells = (line: string): number => line.split(/(?<!\\)\|/).length;
    let tables = 0;
    for (const [index, line] of lines.entries()) {
      if (!/^\| -/.test(line)) continue;
      tables += 1;
      for (let row = index - 1; lines[row]?.startsWith("|"); row += 1) {
        expect(cells(lines[row] ?? ""), lines[row]).toBe(cells(line));
      }
    }
    expect(tables).toBeGreaterThan(10);
  });

  it("shows as text in JUnit XML", () => {
    const xml = renderJUnit(data.verdicts, data.summary);
    const { elements } = outlineOf(xml);
    expect([...elements].sort()).toEqual(
      ["error", "failure", "properties", "property", "skipped", "testcase", "testsuite", "testsuites"].sort(),
    );
    expect(xml.match(ACTING)).toBeNull();
    expect(xml).toContain("&lt;script&gt;");
    expect(xml).toContain("␛[2J");
  });

  it("can't begin a workflow command of its own", () => {
    const lines = renderAnnotations(data.verdicts);
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) {
      expect(line).toMatch(/^::(error|warning) title=[^:,\n]*::[^\n]*$/);
      expect(line.match(ACTING)).toBeNull();
    }
  });

  it("moves nothing on the terminal", () => {
    const plain = renderTable(data.summary, data.verdicts, { columns: 80, color: false });
    expect(plain.match(ACTING)).toBeNull();
    expect(plain).toContain("␛[2J");
    const colored = renderTable(data.summary, data.verdicts, { columns: 80, color: true });
    expect(colored.replace(/\x1b\[\d+m/g, "")).toBe(plain);
  });
});

/** Without code blocks, in which nothing acts but the fence itself. */
function withoutFences(markdown: string): string {
  const kept: string[] = [];
  let fence: string | undefined;
  for (const line of markdown.split("\n")) {
    const [run] = /^`{3,}/.exec(line) ?? [];
    if (fence !== undefined) {
      if (line === fence) fence = undefined;
    } else if (run !== undefined) fence = run;
    else kept.push(line);
  }
  if (fence !== undefined) throw new Error("a code block is never closed");
  return kept.join("\n");
}
