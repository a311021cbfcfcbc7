import { describe, expect, it } from "vitest";
import { renderHtml } from "../../src/report/html.ts";
import { MODEL, sampleData } from "./sample-data.ts";
import { NOT_SCORED } from "./sample-summary.ts";
import { outlineOf } from "./well-formed.ts";

const html = renderHtml(sampleData());
const text = textOf(html);

describe("the HTML report", () => {
  it("is one well-formed file with a strict content security policy and nothing to fetch or run", () => {
    const { elements, attributes } = outlineOf(html);
    expect(elements).not.toContain("script");
    expect(elements).not.toContain("link");
    expect(attributes.filter(({ name }) => ["src", "srcset", "action", "xlink:href"].includes(name))).toEqual([]);
    expect(html).toContain("default-src &#39;none&#39;".replaceAll("&#39;", "'"));
    expect(html.match(/url\(|@import|https?:/g)).toBeNull();
  });

  it("tells the decision before anything else", () => {
    const order = ["Decision", "Differences to FP16", "The ladder of quantizations", "How this run was made"];
    const places = order.map((title) => html.indexOf(`>${title}</h`));
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(text).toContain("Smallest quantization that passes: Q5_K_M");
    expect(text).toContain("5.87 bits per weight, 911.50 MB, 37 % of FP16");
  });

  it("gives each variant its verdict with the reason, its method and n", () => {
    const row = rowOf(html, "Q4_K_M");
    expect(row).toContain("? inconclusive");
    expect(row).toContain(
      "accuracy not worse than FP16 by more than 3 pp: −1.3 pp, Tango score 90 % interval [−3.9, +1.1] pp",
    );
    expect(row).toContain("n = 300; about 1,840 items would decide; 1 more rule is inconclusive");
    expect(rowOf(html, "Q8_0")).toContain("✓ pass all 5 checked rules pass");
    expect(rowOf(html, "FP16")).toContain("◆ reference");
    expect(rowOf(html, "Q3_K_S")).toContain("✗ fail informs only");
    expect(text).toContain("Q2_K: near-random on arc-challenge");
    expect(text).toContain("exit code 1");
  });

  it("draws accessible plots whose numbers stand in the tables too", () => {
    const plots = [...html.matchAll(/<svg class="plot"[\s\S]*?<\/figure>/g)].map(([plot]) => plot);
    expect(plots).toHaveLength(5);
    for (const plot of plots) {
      const [, ids] = /aria-labelledby="([^"]+)"/.exec(plot) ?? [];
      for (const id of (ids ?? "").split(" ")) expect(plot).toContain(`id="${id}"`);
      expect(plot).toMatch(/<title id=/);
      expect(plot).toMatch(/<desc id=/);
    }
    const [forest = ""] = plots;
    expect(forest).toContain("margin −3.0 pp");
    expect(forest).toContain("−1.3 pp [−3.9, +1.1]");
    expect(text).toMatch(/\? Q4_K_M −1\.3 pp \[−3\.9, \+1\.1\] Tango score 90 % 300 11 7/);
  });

  it("shows all figures of a variant in one row", () => {
    const rows = rowsOf(html, "Q4_K_M");
    const results = rows.find((row) => row.includes("807.69 MB") && row.includes("384/500"));
    for (const figure of [
      "5.18",
      "76.8 %",
      "[72.9, 80.3]",
      "−1.0 pp",
      "n = 500",
      "−15 +10",
      "0.698",
      "0.731",
      "75",
      "367 ms",
    ]) {
      expect(results).toContain(figure);
    }
  });

  it("says why a score is missing, once per reason", () => {
    expect(text).toContain(`bertscore unscored: ${NOT_SCORED} (Q3_K_S)`);
    expect(text).toContain(`composite unscored: bertscore is unscored: ${NOT_SCORED} (Q3_K_S)`);
    expect(text.match(/\b(NaN|null|undefined|Infinity)\b|\[object/g)).toBeNull();
  });

  it("counts what went wrong and what is missing, by cause", () => {
    const row = rowsOf(html, "Q2_K").find((each) => each.includes("39,300 in"));
    expect(row).toMatch(/35\.9 % .* 298 107 177 14 0 0 2 0 0/);
    expect(text).toContain("Accuracy by subject on mmlu-285");
    expect(rowOf(html, "moral_scenarios")).toContain("78 % 39/50");
  });

  it("lists each rule with estimate, bounds, threshold, p, method and n", () => {
    const rule = rowsOf(html, "mmlu-285: accuracy not worse than FP16 by more than 3 pp").find((row) =>
      row.includes("−41.3"),
    );
    expect(rule).toContain("✗ fail −41.3 pp [−46.9, −35.5] −3.0 pp p > 0.999 interval: Tango score 90 % 300");
    expect(text).toContain("about 1,840 items would decide");
  });

  it("sets both answers of a flipped item side by side", () => {
    const example = /<article class="example">[\s\S]*?anatomy-0017[\s\S]*?<\/article>/.exec(html)?.[0] ?? "";
    expect(textOf(example)).toMatch(/Expected B\. Sternum .*✓ FP16 B\. Sternum .*✗ Q2_K C\. Scapula/);
    expect(text).toContain("scores less: functions / code-031");
  });

  it("compares with the published study where there is one", () => {
    const row = rowsOf(html, "Q4_K_M").find((each) => each.includes("n = 485"));
    expect(row).toMatch(/76\.8 % .*−1\.0 pp −1\.4 % 57\.7 % \[53\.1, 62\.0\] n = 485 −1\.8 pp −0\.9 % negligible FP16/);
    expect(text).toContain("Q2_K: 1 of 235 lost, 0 of 27 gained, 1 generated answer scoring less");
  });

  it("tells how the run was made", () => {
    for (const fact of [
      "5d41402abc4b2a76b9719d911017c592a3f1e0c94d8be2f7a6b5c4d3e2f1a0b9",
      "1f".repeat(32),
      "b7".repeat(32),
      "llama.cpp b7406 via node-llama-cpp 3.22.1",
      "threads: 8; batchSize: 512; contextSize: 4096; flashAttention: false; kvType: f16",
      "bertscore|refs:1|v:1",
      "default, hash 9b1f6c2e7a4d8053",
      "Example CPU @ 2.40GHz, 8 cores, 33.29 GB memory",
      "35 min 18 s",
      "protocol: continuation-logprob",
    ]) {
      expect(text).toContain(fact);
    }
  });

  it("says nothing about passing when no policy was applied", () => {
    const { verdicts: _, published: __, ...rest } = sampleData();
    const plain = renderHtml(rest);
    expect(plain).not.toContain(">Decision</h2>");
    expect(plain).not.toContain("Rules checked");
    expect(plain).not.toContain("published study");
    expect(plain).toContain(">Differences to FP16</h3>");
    expect(textOf(plain).match(/\bpass\b/)).toBeNull();
  });

  it("has a section of its own for each model", () => {
    const two = renderHtml(sampleData([MODEL, "qwen2.5-1.5b"]));
    outlineOf(two);
    expect(two).toContain(`>${MODEL}</h2>`);
    expect(two).toContain(">qwen2.5-1.5b</h2>");
    expect(two).toContain('id="model-2-differences"');
  });

  it("warns when the run is not complete", () => {
    const data = sampleData();
    const interrupted = renderHtml({ ...data, manifest: { ...data.manifest, status: "interrupted" } });
    expect(textOf(interrupted)).toContain("is not complete (interrupted)");
    expect(text).not.toContain("is not complete");
  });

  it("cuts very long answers with a note", () => {
    const data = sampleData();
    const examples = data.examples.map((example) => ({ ...example, candidateAnswer: "word ".repeat(20_000) }));
    const long = renderHtml({ ...data, examples });
    expect(long).toContain("… (98,000 more characters)");
    expect(long.length).toBeLessThan(html.length + 20_000);
  });
});

/** The text of markup, blanks folded. */
function textOf(markup: string): string {
  return markup
    .replace(/<style>[\s\S]*?<\/style>/, "")
    .replace(/<[^>]*>/g, " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&")
    .replace(/\s+/g, " ");
}

/** The texts of all table rows whose head is this. */
function rowsOf(markup: string, head: string): readonly string[] {
  return [...markup.matchAll(/<tr role="row"><th[\s\S]*?<\/tr>/g)]
    .map(([row]) => textOf(row).trim())
    .filter((row) => row.startsWith(`${head} `));
}

function rowOf(markup: string, head: string): string {
  return rowsOf(markup, head)[0] ?? "";
}
