import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseJsonLines, type Row, stringAt, stringsAt } from "./json-lines.ts";

const DATASETS = new URL("../../datasets/", import.meta.url);

const ITEMS: Readonly<Record<string, number>> = {
  summarization: 100,
  qa: 100,
  code: 100,
  chat: 100,
  classification: 100,
};
const LARGEST_SHARED_FIVE_GRAMS = 0.6;
const LARGEST_COPIED_FROM_SOURCE = 0.3;

const words = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

const fiveGrams = (text: string): Set<string> => {
  const tokens = words(text);
  return new Set(tokens.slice(4).map((_, index) => tokens.slice(index, index + 5).join(" ")));
};

/** Share of the smaller set's 5-grams that the other set has too, in [0, 1]; 0 when one of them is empty. */
const sharedFiveGrams = (a: ReadonlySet<string>, b: ReadonlySet<string>): number => {
  const [smaller, larger] = a.size <= b.size ? [a, b] : [b, a];
  if (smaller.size === 0) return 0;
  return [...smaller].filter((gram) => larger.has(gram)).length / smaller.size;
};

/** The text behind the first empty line: what the instruction is about. */
const materialOf = (prompt: string): string => prompt.slice(prompt.indexOf("\n\n") + 2);

const promptOf = (row: Row): string => stringAt(row, "prompt");
const referencesOf = (row: Row): string[] => stringsAt(row, "reference");
const subjectOf = (row: Row): string => stringAt(row, "subject");
const onlyReferenceOf = (row: Row): string => stringAt(row, "reference");

const read = (name: string) => {
  const rows = parseJsonLines(readFileSync(new URL(`${name}/items.jsonl`, DATASETS), "utf8"));
  return { name, rows };
};

const summarization = read("summarization");
const qa = read("qa");
const code = read("code");
const chat = read("chat");
const classification = read("classification");
const sets = [summarization, qa, code, chat, classification];

describe.each(sets)("the dataset $name", ({ name, rows }) => {
  it("has its items, with known fields only and ids that say where they belong", () => {
    expect(rows).toHaveLength(ITEMS[name] ?? 0);
    for (const row of rows) {
      const known = ["id", "subject", "prompt", "reference"];
      expect(Object.keys(row).filter((key) => !known.includes(key))).toEqual([]);
      expect(stringAt(row, "id")).toMatch(new RegExp(`^${name}-\\d{3}$`));
      expect(subjectOf(row)).toMatch(/^[a-z]+(-[a-z]+)*$/);
    }
  });

  it("mixes its subjects, so that the first items of a limited run are no single kind", () => {
    const subjects = new Set(rows.map(subjectOf));
    expect(subjects.size).toBeGreaterThanOrEqual(5);
    expect(new Set(rows.slice(0, 2 * subjects.size).map(subjectOf)).size).toBeGreaterThanOrEqual(subjects.size - 1);
  });

  it("has no stray space around prompts and references, and no empty reference", () => {
    for (const text of rows.flatMap((row) => [promptOf(row), ...referencesOf(row)])) {
      expect(text).not.toBe("");
      expect(text).toBe(text.trim());
    }
  });
});

describe("the datasets written for this project", () => {
  it("hold no two prompts that are nearly the same", () => {
    const prompts = sets.flatMap(({ rows }) =>
      rows.map((row) => ({ id: stringAt(row, "id"), grams: fiveGrams(promptOf(row)) })),
    );
    let compared = 0;
    for (const [index, left] of prompts.entries()) {
      expect(left.grams.size, left.id).toBeGreaterThan(0);
      for (const right of prompts.slice(index + 1)) {
        const shared = sharedFiveGrams(left.grams, right.grams);
        if (shared > LARGEST_SHARED_FIVE_GRAMS) expect.fail(`${left.id} and ${right.id} share ${shared}`);
        compared += 1;
      }
    }
    expect(compared).toBe((prompts.length * (prompts.length - 1)) / 2);
  });

  it("notices two prompts that are nearly the same", () => {
    const sentence = "the ferry leaves the mainland at seven and comes back before noon on every day";
    expect(sharedFiveGrams(fiveGrams(sentence), fiveGrams(`${sentence} but Monday`))).toBe(1);
    expect(sharedFiveGrams(fiveGrams(sentence), fiveGrams("a wholly different sentence about something else"))).toBe(0);
  });
});

describe("the dataset summarization", () => {
  it.each(summarization.rows)("$id asks for a text of 120 to 250 words in one to three sentences", (row) => {
    const length = materialOf(promptOf(row)).split(/\s+/).length;
    expect(length).toBeGreaterThanOrEqual(120);
    expect(length).toBeLessThanOrEqual(250);
    const summary = onlyReferenceOf(row);
    const sentences = summary.match(/[.!?](\s|$)/g) ?? [];
    expect(sentences.length).toBeGreaterThanOrEqual(1);
    expect(sentences.length).toBeLessThanOrEqual(3);
    expect(summary.split(/\s+/).length).toBeLessThan(length / 2);
  });

  it.each(summarization.rows)("$id has a summary in words of its own", (row) => {
    const copied = sharedFiveGrams(fiveGrams(onlyReferenceOf(row)), fiveGrams(materialOf(promptOf(row))));
    expect(copied).toBeLessThanOrEqual(LARGEST_COPIED_FROM_SOURCE);
  });
});

describe("the dataset qa", () => {
  const refusal = "The passage does not say.";

  it("has answers of at most ten words, each to a passage of its own", () => {
    for (const row of qa.rows) expect(onlyReferenceOf(row).split(/\s+/).length).toBeLessThanOrEqual(10);
    expect(new Set(qa.rows.map((row) => materialOf(promptOf(row)))).size).toBe(qa.rows.length);
  });

  it("answers the unanswerable questions, and no others, with the sentence that the prompt names", () => {
    const refused = qa.rows.filter((row) => onlyReferenceOf(row) === refusal);
    expect(refused).toHaveLength(20);
    expect(qa.rows.filter((row) => subjectOf(row) === "unanswerable")).toEqual(refused);
    expect(qa.rows.filter((row) => !promptOf(row).includes(refusal))).toEqual([]);
  });

  it("has the answers of extractive questions in their passages", () => {
    const extractive = qa.rows.filter((row) => subjectOf(row) === "extractive");
    expect(extractive.length).toBeGreaterThan(0);
    for (const row of extractive) {
      const passage = new Set(words(materialOf(promptOf(row))));
      const answer = words(onlyReferenceOf(row));
      const found = answer.filter((word) => passage.has(word));
      expect(found.length / answer.length, stringAt(row, "id")).toBeGreaterThanOrEqual(0.6);
    }
  });
});

describe("the dataset code", () => {
  it("has a solution without Markdown fences for every task", () => {
    for (const row of code.rows) expect(onlyReferenceOf(row)).not.toContain("```");
  });

  it("has valid regular expressions", () => {
    const patterns = code.rows.filter((row) => subjectOf(row) === "regex").map(onlyReferenceOf);
    expect(patterns.length).toBeGreaterThan(0);
    for (const pattern of patterns) {
      const literal = /^\/(.*)\/([a-z]*)$/s.exec(pattern);
      expect(() => new RegExp(literal?.[1] ?? pattern, literal?.[2] ?? "")).not.toThrow();
    }
  });
});

describe("the dataset chat", () => {
  it("has references for half of its items: all rewriting, none of creative writing", () => {
    const withReference = chat.rows.filter((row) => referencesOf(row).length > 0);
    expect(withReference).toHaveLength((ITEMS.chat ?? 0) / 2);
    expect(chat.rows.filter((row) => subjectOf(row) === "rewriting" && !withReference.includes(row))).toEqual([]);
    expect(withReference.filter((row) => subjectOf(row) === "creative")).toEqual([]);
  });
});

describe("the dataset classification", () => {
  it.each(classification.rows)("$id names its label in the instruction", (row) => {
    const instruction = promptOf(row).split("\n\n")[0] ?? "";
    expect(words(instruction).join(" ")).toContain(words(onlyReferenceOf(row)).join(" "));
  });

  it("uses no label for more than half of a subject's items", () => {
    for (const subject of new Set(classification.rows.map(subjectOf))) {
      const labels = classification.rows.filter((row) => subjectOf(row) === subject).map(onlyReferenceOf);
      const most = Math.max(...labels.map((label) => labels.filter((other) => other === label).length));
      expect(most, subject).toBeLessThanOrEqual(labels.length / 2);
    }
  });
});
