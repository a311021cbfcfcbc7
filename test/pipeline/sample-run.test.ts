import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { JournalRecord } from "../../src/domain/record.ts";
import type { RunManifest } from "../../src/store/manifest.ts";
import { quizRow, writeQuizSet } from "../dataset/quiz-set.ts";
import { cli, linesOf, temporaryFolder } from "../support/cli.ts";

const SUBJECTS = ["law", "art", "zoo"];
const ROWS = SUBJECTS.flatMap((subject) =>
  Array.from({ length: 20 }, (_, index) => quizRow(subject, `${subject}-${index}`)),
);
const SHOTS = SUBJECTS.map((subject) => quizRow(subject, `${subject}-shot`, "B"));

/** Runs two variants with recorded answers on a sample; gives the run's manifest and the items that each variant was asked. */
async function runSample(settings: string) {
  const folder = await temporaryFolder();
  const dataset = await writeQuizSet(ROWS, SHOTS);
  const rows = ROWS.map(({ id }) => JSON.stringify({ item: id, letters: { A: -0.5, B: -2, C: -3, D: -4 } }));
  await writeFile(join(folder, "answers.jsonl"), `${rows.join("\n")}\n`);
  await writeFile(
    join(folder, "spec.yaml"),
    `backends: { r: { type: recorded } }
models:
  - name: m
    variants:
      - { quantization: FP16, model: answers.jsonl }
      - { quantization: Q4_K_M, model: answers.jsonl }
tasks:
  - { dataset: ${dataset.folder}, ${settings} }
`,
  );
  const { code, stderr } = await cli(["run", "spec.yaml", "--runs", "runs", "--quiet"], { cwd: folder });
  expect(code, stderr).toBeOneOf([0, 1, 3]);
  const [id = ""] = await readdir(join(folder, "runs"));
  const run = join(folder, "runs", id);
  const manifest = JSON.parse(await readFile(join(run, "manifest.json"), "utf8")) as RunManifest;
  const asked = new Map<string, string[]>();
  for (const line of await linesOf(join(run, "records.jsonl"))) {
    const record = JSON.parse(line) as JournalRecord;
    if (record.type !== "answer") continue;
    expect(record.outcome.kind, JSON.stringify(record.outcome)).toBe("answered");
    asked.set(record.variant, [...(asked.get(record.variant) ?? []), record.item]);
  }
  return { facts: manifest.tasks[0], asked: [...asked.values()] };
}

describe("a run on a sample", () => {
  it("asks every variant the same items, and writes down which", async () => {
    const { facts, asked } = await runSample("sample: { perSubject: 4, seed: 3 }");
    const ids = facts?.sample?.ids ?? [];
    expect(ids).toHaveLength(12);
    for (const subject of SUBJECTS) expect(ids.filter((id) => id.startsWith(subject))).toHaveLength(4);
    expect(asked).toHaveLength(2);
    for (const items of asked) expect([...items].sort()).toEqual([...ids].sort());
    expect(facts?.sample?.idsSha256).toBe(createHash("sha256").update(ids.join("\n")).digest("hex"));
  });

  it("writes down the worked examples, and no sample where there is none", async () => {
    const { facts, asked } = await runSample("shots: 1");
    expect(facts).not.toHaveProperty("sample");
    expect(facts?.shots).toEqual({ count: 1, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(asked.map((items) => items.length)).toEqual([60, 60]);
  });
});
