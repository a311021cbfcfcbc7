import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Summary } from "../../src/analyze/summary.ts";
import { cli, temporaryFolder } from "../support/cli.ts";

type Row = Readonly<Record<string, unknown>>;

const QUESTION = {
  question: "Which city is the capital of the United Kingdom?",
  choices: ["Paris", "London", "Berlin", "Rome"],
  answer: "B",
};

/** A folder with a quiz whose every right answer is B, recordings of both variants, and the spec that runs them. */
async function quizOf(baseline: readonly Row[], candidate: readonly Row[]): Promise<string> {
  const folder = await temporaryFolder();
  const lines = (rows: readonly Row[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  const items = lines(baseline.map((_, index) => ({ id: `q${index}`, ...QUESTION })));
  const manifest = {
    name: "quiz",
    version: "1.0.0",
    licence: "CC0-1.0",
    source: "own",
    description: "a capital, again and again",
    type: "multiple-choice",
    prompt: "{question}\n{choices}\nAnswer:",
    items: baseline.length,
    file: "items.jsonl",
    sha256: createHash("sha256").update(items).digest("hex"),
    fields: { id: "id", question: "question", choices: "choices", answer: "answer" },
    defaults: { protocol: "generated-letter", primary: "extracted" },
  };
  const spec = {
    name: "recorded",
    backends: { r: { type: "recorded" } },
    models: [
      {
        name: "m",
        variants: [
          { quantization: "FP16", model: "./fp16.jsonl" },
          { quantization: "Q4_K_M", model: "./q4.jsonl" },
        ],
      },
    ],
    tasks: [{ dataset: "." }],
    policy: "accuracy-only",
    scorers: { neural: "skip" },
  };
  for (const [name, text] of Object.entries({
    "items.jsonl": items,
    "manifest.json": JSON.stringify(manifest),
    "fp16.jsonl": lines(baseline),
    "q4.jsonl": lines(candidate),
    "spec.json": JSON.stringify(spec),
  }))
    await writeFile(join(folder, name), text);
  return folder;
}

const texts = (all: readonly string[]): readonly Row[] => all.map((text, index) => ({ item: `q${index}`, text }));

async function summaryOf(folder: string): Promise<Summary> {
  const { stdout, stderr } = await cli(["run", "spec.json", "--runs", "runs", "--json"], { cwd: folder });
  expect(stdout, stderr).not.toBe("");
  return (JSON.parse(stdout) as { readonly summary: Summary }).summary;
}

describe("a run of recorded texts", () => {
  it("reads the answer's own letter: other languages' phrases, after thinking, before a run-on", async () => {
    const right = [
      "答案是B",
      "因此，选B。",
      "B选项正确",
      "正解はBです。",
      "정답은 B입니다.",
      "Die richtige Antwort ist B.",
      "La réponse est B.",
      "La respuesta correcta es B.",
      "A resposta é B.",
      "La risposta è B.",
      "Правильный ответ: B.",
      "<think>Maybe A. no, C</think>B",
      "<think>\nThe answer is A? Hmm.\n</think>\n\nThe answer is B.",
      " B. London\n\nQuestion: Which one is Swiss?\nA. Oslo\nB. Bern\nAnswer: D",
      "B<|im_end|>",
    ];
    // The letter stands in the thinking only, or another one in the answer.
    const wrong = right.map((_, index) => (index % 2 === 0 ? "<think>The answer is B.</think>C" : "答案是C"));
    const [model] = (await summaryOf(await quizOf(texts(right), texts(wrong)))).models;
    const [baseline, candidate] = model?.variants.map(({ tasks }) => tasks[0]) ?? [];
    expect(baseline).toMatchObject({ scored: 15, accuracy: { correct: 15 }, wrong: { incorrect: 0, unparsed: 0 } });
    expect(candidate).toMatchObject({ scored: 15, accuracy: { correct: 0 }, wrong: { incorrect: 15, unparsed: 0 } });
  });

  it("shows two answers of a variant of which none could be read, in the terminal and the report", async () => {
    const unread = ["It is the one on the Thames", "I can't say\u001b[31m", "", "Hard to tell"];
    const folder = await quizOf(texts(["B", "B", "B", "A"]), texts(unread));
    const { stdout, stderr } = await cli(["run", "spec.json", "--runs", "runs"], { cwd: folder });
    const told =
      'quiz: none of the 4 answers of Q4_K_M was read as a choice; 2 of them: "It is the one on the Thames" and';
    expect(stdout.replace(/\s+/g, " "), stderr).toContain(told);
    expect(stdout).not.toContain("\u001b");
    expect(stdout).not.toContain("answers of FP16");
    const [id = ""] = await readdir(join(folder, "runs"));
    for (const name of ["report.md", "report.html"]) {
      const report = await readFile(join(folder, "runs", id, name), "utf8");
      expect(report).toMatch(/none of the 4 answers of Q4(\\?_)K(\\?_)M was read as a choice/);
      expect(report).toContain("Thames");
    }
  });

  it("says nothing of answers where one of them was read, be it wrong", async () => {
    const folder = await quizOf(texts(["B", "B", "B"]), texts(["No idea", "Hm", "C"]));
    const { stdout } = await cli(["run", "spec.json", "--runs", "runs"], { cwd: folder });
    expect(stdout).toContain("Q4_K_M");
    expect(stdout).not.toContain("read as a choice");
  });
});
