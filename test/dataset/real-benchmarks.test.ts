import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { checkDataset } from "../../src/dataset/check-dataset.ts";
import type { Dataset } from "../../src/dataset/dataset.ts";
import { importFiles } from "../../src/dataset/import-files.ts";
import { MappingSchema } from "../../src/dataset/mapping.ts";
import { countSample, openTaskItems } from "../../src/dataset/task-items.ts";
import type { MultipleChoiceItem } from "../../src/domain/item.ts";
import { seededRandom } from "../../src/stats/random.ts";
import { buildRequest } from "../../src/task/build-request.ts";
import { grade } from "../../src/task/grade.ts";
import { temporaryFolder } from "../support/cli.ts";
import { quizTask } from "../task/example-task.ts";

const FIXTURES = process.env.QUANTGATE_FIXTURES;
const MMLU = join(FIXTURES ?? "", "datasets", "mmlu-285.yaml");
const ARC = join(FIXTURES ?? "", "datasets", "arc-challenge-200.yaml");
const missing =
  FIXTURES === undefined
    ? "QUANTGATE_FIXTURES is not set"
    : [MMLU, ARC].filter((path) => !existsSync(path)).map((path) => `there is no ${path}`)[0];
const skipped = missing === undefined ? "" : ` (skipped: ${missing})`;

const running = new AbortController().signal;
type Sample = Readonly<Record<string, string>>;

async function samplesOf(path: string): Promise<readonly Sample[]> {
  return (parse(await readFile(path, "utf8")) as { readonly samples: readonly Sample[] }).samples;
}

async function imported(rows: readonly object[], mapping: object): Promise<Dataset> {
  const folder = await temporaryFolder();
  const path = join(folder, "rows.jsonl");
  await writeFile(path, rows.map((row) => JSON.stringify(row)).join("\n"));
  const parsed = MappingSchema.parse({ name: "real", type: "multiple-choice", ...mapping });
  return importFiles({ items: [path], shots: [] }, parsed, { folder, replace: false }, running);
}

const importMmlu = async () =>
  imported(await samplesOf(MMLU), {
    prompt:
      "The following are multiple choice questions (with answers) about {subject}.\n\n{shots}{question}\n{choices}\nAnswer:",
    fields: {
      id: "id",
      subject: "subject",
      question: "question",
      choices: ["option_a", "option_b", "option_c", "option_d"],
      answer: "reference",
    },
  });

async function importArc(): Promise<Dataset> {
  const rows = (await samplesOf(ARC)).map((sample) => {
    const choices = [...(sample.choices_text ?? "").matchAll(/^([A-E])\) (.*)$/gm)];
    return {
      ...sample,
      labels: choices.map(([, label]) => label),
      texts: choices.map(([, , text]) => text),
    };
  });
  return imported(rows, {
    prompt: "Question: {question}\nAnswer:",
    fields: { id: "id", question: "question", choices: "texts", labels: "labels", answer: "reference" },
  });
}

async function itemsOf(dataset: Dataset, sample?: { readonly perSubject: number; readonly seed: number }) {
  const items = sample === undefined ? dataset.manifest.items : await countSample(dataset, sample, running);
  const source = await openTaskItems({ dataset, items, ...(sample === undefined ? {} : { sample }) }, running);
  onTestFinished(() => source.close());
  const found: MultipleChoiceItem[] = [];
  for (let index = 0; index < items; index += 1) {
    const item = await source.item(index);
    if (item.type === "multiple-choice") found.push(item);
  }
  return found;
}

/** Index of the largest, the first of equals: `np.argmax`. */
function argmax(values: readonly number[]): number {
  return values.indexOf(Math.max(...values));
}

describe.skipIf(missing !== undefined)(`285 real MMLU questions${skipped}`, () => {
  it("are imported through a mapping: 57 subjects, five each", async () => {
    const items = await itemsOf(await importMmlu());
    expect(items).toHaveLength(285);
    const subjects = new Map<string, number>();
    for (const { subject = "" } of items) subjects.set(subject, (subjects.get(subject) ?? 0) + 1);
    expect(subjects.size).toBe(57);
    expect(new Set(subjects.values())).toEqual(new Set([5]));
  });

  it("have no bad row, no question twice", async () => {
    const { problems, warnings } = await checkDataset(await importMmlu(), running);
    expect(problems).toEqual([]);
    expect(warnings.filter(({ kind }) => kind === "duplicate" || kind === "contradiction")).toEqual([]);
  });

  it("are sampled so that two per subject are part of four per subject", async () => {
    const dataset = await importMmlu();
    const small = await itemsOf(dataset, { perSubject: 2, seed: 1 });
    const large = (await itemsOf(dataset, { perSubject: 4, seed: 1 })).map((item) => item.id);
    expect(small).toHaveLength(114);
    expect(large).toHaveLength(228);
    expect(large).toEqual(expect.arrayContaining(small.map((item) => item.id)));
  });
});

describe.skipIf(missing !== undefined)(`285 + 200 real questions${skipped}`, () => {
  it("get from recorded log-probabilities what lm-evaluation-harness computes, item by item", async () => {
    const random = seededRandom(285);
    const items = [...(await itemsOf(await importMmlu())), ...(await itemsOf(await importArc()))];
    expect(items).toHaveLength(485);
    let differing = 0;
    for (const item of items) {
      const logprobs = item.choices.map(({ text }) => -random() * (1 + text.length));
      const acc = argmax(logprobs);
      const accNorm = argmax(logprobs.map((logprob, index) => logprob / [...(item.choices[index]?.text ?? "")].length));
      if (acc !== accNorm) differing += 1;
      const measured = { tokens: { prompt: 0, completion: 0 }, timings: { wallMs: 0 } };
      const request = buildRequest(quizTask(), item, { temperature: 0, seed: 0 });
      expect(request).toMatchObject({ continuations: item.choices.map(({ text }) => ` ${text}`) });
      expect(grade(item, { kind: "continuations", logprobs, ...measured }, "acc")).toMatchObject({
        figures: {
          acc: acc === item.answer,
          acc_norm: accNorm === item.answer,
        },
      });
    }
    expect(differing).toBeGreaterThan(50);
  });
});
