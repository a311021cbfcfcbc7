import { describe, expect, it } from "vitest";
import { datasetStats } from "../../src/dataset/dataset-stats.ts";
import { writeDataset } from "./example-manifest.ts";
import { quizRow, writeQuizSet } from "./quiz-set.ts";

const running = new AbortController().signal;

describe("statistics of a dataset", () => {
  it("count subjects, choices and right answers", async () => {
    const rows = [
      quizRow("law", "law-0", "A"),
      quizRow("art", "art-0", "C"),
      { ...quizRow("art", "art-1", "A"), question: "🙂🙂", choices: ["x", "y"] },
    ];
    expect(await datasetStats(await writeQuizSet(rows), running)).toEqual({
      items: 3,
      subjects: { law: 1, art: 2 },
      groups: 0,
      questionLength: { min: 2, median: 6, p95: 6, max: 6 },
      choices: { counts: { "2": 1, "4": 2 }, answers: { A: 2, C: 1 } },
      chance: (0.25 + 0.25 + 0.5) / 3,
    });
  });

  it("count references, groups and lengths", async () => {
    const rows = Array.from({ length: 20 }, (_, index) => ({
      prompt: "x".repeat(index + 1),
      ...(index === 0 ? {} : { reference: ["yes", "no"] }),
      passage: index % 4,
    }));
    const dataset = await writeDataset(rows.map((row) => JSON.stringify(row)).join("\n"), {
      items: 20,
      fields: { group: "passage" },
    });
    expect(await datasetStats(dataset, running)).toEqual({
      items: 20,
      subjects: {},
      groups: 4,
      questionLength: { min: 1, median: 10, p95: 19, max: 20 },
      references: { items: 19, length: { min: 3, median: 3, p95: 3, max: 3 } },
    });
  });

  it("of no items are zeros", async () => {
    expect(await datasetStats(await writeQuizSet([]), running)).toMatchObject({ items: 0, chance: 0 });
  });
});
