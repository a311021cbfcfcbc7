import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UsageError } from "../../../src/domain/errors.ts";
import { parseBaseline, readBaseline, rescale } from "../../../src/score/bert-score/baseline.ts";
import { BERTSCORE } from "./bert-score-golden.ts";

// First rows of bert_score's rescale_baseline/en/roberta-large.tsv
const FILE = "LAYER,P,R,F\n0,0.3712891,0.37132213,0.36826715\n1,0.67176163,0.6717439,0.6703483\n";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "quantgate-baseline-"));
  writeFileSync(join(folder, "en.tsv"), FILE);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("rescaling", () => {
  it("gives the reference implementation's numbers", () => {
    // test/golden/bertscore.json
    const [precision, recall, f1] = BERTSCORE.rescale.baseline;
    const baseline = { values: { precision, recall, f1 }, custom: false };
    const [, , raw] = BERTSCORE.results.no_idf_one_batch;
    const scaled = raw.map((value) => rescale({ precision: value, recall: value, f1: value }, baseline).f1);
    expect(scaled[0]).toBeCloseTo(BERTSCORE.rescale.F0, 6);
    expect(scaled[1]).toBeCloseTo(BERTSCORE.rescale.F1, 6);
  });

  it("maps the baseline to 0 and 1 to 1, each component with its own", () => {
    const values = { precision: 0.8, recall: 0.6, f1: 0.7 };
    const zeros = rescale(values, { values, custom: true });
    expect([zeros.precision, zeros.recall, zeros.f1]).toEqual([0, 0, 0]);
    expect(rescale({ precision: 1, recall: 1, f1: 1 }, { values, custom: true })).toEqual({
      precision: 1,
      recall: 1,
      f1: 1,
    });
    expect(rescale({ precision: 0.5, recall: 0.5, f1: 0.5 }, { values, custom: true }).recall).toBeCloseTo(-0.25, 12);
  });
});

describe("a baseline file", () => {
  it("has one row a layer", async () => {
    expect(await readBaseline(join(folder, "en.tsv"), 1, false)).toEqual({
      values: { precision: 0.67176163, recall: 0.6717439, f1: 0.6703483 },
      custom: false,
    });
    expect(parseBaseline(FILE.replaceAll("\n", "\r\n"), 0, "file").f1).toBe(0.36826715);
  });

  it.each([
    ["of a layer it doesn't have", FILE, 7, "has no row for layer 7"],
    ["of another form", "layer\tP\tR\tF\n1\t0.5\t0.5\t0.5", 1, "first line isn't LAYER,P,R,F"],
    ["with a number missing", "LAYER,P,R,F\n1,0.5,0.5", 1, "isn't three numbers below 1"],
    ["with a word for a number", "LAYER,P,R,F\n1,0.5,0.5,high", 1, "isn't three numbers below 1"],
    ["with a baseline of 1", "LAYER,P,R,F\n1,1,0.5,0.5", 1, "isn't three numbers below 1"],
    ["that is empty", "", 1, "first line"],
  ])("is refused when it is one %s", (_, text, layer, words) => {
    expect(() => parseBaseline(text, layer, "en.tsv")).toThrow(words);
    expect(() => parseBaseline(text, layer, "en.tsv")).toThrow(UsageError);
  });

  it("that doesn't exist is named", async () => {
    await expect(readBaseline(join(folder, "fr.tsv"), 1, false)).rejects.toThrow("fr.tsv");
  });
});
