import { access, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { BUILT_IN_MAPPINGS } from "../../src/dataset/built-in-mappings.ts";
import { openDataset } from "../../src/dataset/dataset.ts";
import { importFiles } from "../../src/dataset/import-files.ts";
import { openItems } from "../../src/dataset/item-source.ts";
import { type Mapping, MappingSchema } from "../../src/dataset/mapping.ts";
import { openTaskItems } from "../../src/dataset/task-items.ts";
import { InterruptedError, UsageError } from "../../src/domain/errors.ts";
import type { Item } from "../../src/domain/item.ts";
import { linesOf, temporaryFolder } from "../support/cli.ts";
import { parquetBytes } from "./parquet-file.ts";

const running = new AbortController().signal;

const QUIZ: z.input<typeof MappingSchema> = {
  name: "my-quiz",
  type: "multiple-choice",
  licence: "internal",
  fields: { question: "q", choices: ["a", "b", "c", "d"], answer: "right" },
};
const HEADER = "q,a,b,c,d,right\n";

interface Imported {
  readonly target: string;
  run(extra?: {
    readonly replace?: boolean;
    readonly shots?: readonly string[];
    readonly signal?: AbortSignal;
  }): Promise<void>;
}

/** Files beside each other, to be imported into a folder beside them. */
async function given(
  files: Readonly<Record<string, string | Buffer>>,
  mapping: Mapping | z.input<typeof MappingSchema>,
  items: readonly string[] = Object.keys(files),
): Promise<Imported & { readonly folder: string }> {
  const folder = await temporaryFolder();
  for (const [name, contents] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), contents);
  }
  const target = join(folder, "datasets");
  return {
    folder,
    target,
    run: async ({ replace = false, shots = [], signal = running } = {}) => {
      const paths = (names: readonly string[]) => names.map((name) => join(folder, name));
      await importFiles(
        { items: paths(items), shots: paths(shots) },
        MappingSchema.parse(mapping),
        { folder: target, replace },
        signal,
      );
    },
  };
}

async function itemsOf(folder: string): Promise<readonly Item[]> {
  const source = await openItems(await openDataset(folder), running);
  try {
    return await Promise.all(Array.from({ length: source.count }, (_, index) => source.item(index)));
  } finally {
    await source.close();
  }
}

async function complaint(run: Promise<void>): Promise<UsageError> {
  const error: unknown = await run.then(
    () => "it was imported",
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UsageError)) throw new Error(`expected a UsageError, got ${String(error)}`, { cause: error });
  return error;
}

describe("importing", () => {
  it("a CSV file makes a dataset that opens", async () => {
    const { run, target } = await given(
      { "quiz.csv": `${HEADER}Which?,red,green,blue,grey,B\nWho?,me,you,,,A\n` },
      QUIZ,
    );
    await run();
    expect(await itemsOf(join(target, "my-quiz"))).toMatchObject([
      { id: "0", question: "Which?", answer: 1, choices: [{ text: "red" }, { text: "green" }, {}, {}] },
      { id: "1", question: "Who?", answer: 0, choices: [{ text: "me" }, { text: "you" }] },
    ]);
    const { manifest } = await openDataset(join(target, "my-quiz"));
    expect(manifest).toMatchObject({
      name: "my-quiz",
      licence: "internal",
      source: "quiz.csv",
      prompt: "{shots}{question}\n{choices}\nAnswer:",
      items: 2,
    });
    expect(await readdir(target)).toEqual(["my-quiz"]);
  });

  it("JSON Lines with fields inside fields, references, and what the prompt asks for", async () => {
    const rows = [
      { nr: 7, in: { text: "Why?" }, passage: "Because.", out: ["so", "thus"], kind: "short", noise: 1 },
      { nr: 8, in: { text: "Who?" }, passage: "Me.", out: "me", kind: "long" },
    ];
    const { run, target } = await given(
      { "rows.jsonl": rows.map((row) => JSON.stringify(row)).join("\n") },
      {
        name: "answers",
        type: "generation",
        kind: "qa",
        prompt: "{passage}\n{prompt}",
        fields: { id: "nr", prompt: "in.text", references: "out", subject: "kind" },
      },
    );
    await run();
    expect((await linesOf(join(target, "answers", "items.jsonl"))).map((line) => JSON.parse(line))).toEqual([
      { id: "7", subject: "short", passage: "Because.", prompt: "Why?", reference: ["so", "thus"] },
      { id: "8", subject: "long", passage: "Me.", prompt: "Who?", reference: "me" },
    ]);
  });

  it("Parquet with labels of their own, three, four and five choices", async () => {
    const rows = [
      { id: "x", question: "?", choices: { text: ["a", "b", "c"], label: ["A", "B", "C"] }, answerKey: "C" },
      { id: "y", question: "?", choices: { text: ["a", "b", "c", "d"], label: ["1", "2", "3", "4"] }, answerKey: "2" },
      { id: "z", question: "?", choices: { text: [..."abcde"], label: [..."ABCDE"] }, answerKey: "E" },
    ];
    const columns = {
      id: "text",
      question: "text",
      choices: { text: "texts", label: "texts" },
      answerKey: "text",
    } as const;
    const { run, target } = await given(
      { "arc.parquet": parquetBytes(columns, rows) },
      {
        name: "science",
        type: "multiple-choice",
        fields: { id: "id", choices: "choices.text", labels: "choices.label", answer: "answerKey" },
      },
    );
    await run();
    const items = await itemsOf(join(target, "science"));
    expect(items.map((item) => (item.type === "multiple-choice" ? [item.answer, item.choices.length] : []))).toEqual([
      [2, 3],
      [1, 4],
      [4, 5],
    ]);
    expect(items[1]).toMatchObject({ choices: [{ label: "1" }, { label: "2" }, { label: "3" }, { label: "4" }] });
  });

  it("MMLU's original CSV files, subjects from their names and worked examples from dev", async () => {
    const files = {
      "test/college_physics_test.csv": '"A ball, at rest, ...",0,1,2,3,D\nWhat is c?,a,b,c,d,C\n',
      "test/abstract_algebra_test.csv": "Is 2 even?,no,yes,maybe,never,B\n",
      "dev/college_physics_dev.csv": "What is g?,9.8,1,2,3,A\n",
      "dev/abstract_algebra_dev.csv": "Is 3 even?,no,yes,maybe,never,A\n",
    };
    const mapping = BUILT_IN_MAPPINGS.mmlu;
    if (mapping === undefined) throw new Error("there is no mapping of MMLU's CSV files");
    const { run, target } = await given(files, mapping, ["test"]);
    await run({ shots: ["dev"] });
    const dataset = await openDataset(join(target, "mmlu-csv"));
    const source = await openTaskItems({ dataset, items: 3, shots: 1 }, running);
    const items = [await source.item(0), await source.item(1), await source.item(2)];
    await source.close();
    expect(items).toMatchObject([
      { id: "abstract_algebra-0", subject: "abstract_algebra", answer: 1, shots: [{ question: "Is 3 even?" }] },
      { id: "college_physics-0", question: "A ball, at rest, ...", answer: 3, shots: [{ question: "What is g?" }] },
      { id: "college_physics-1", subject: "college_physics", answer: 2 },
    ]);
    expect(dataset.manifest).toMatchObject({ benchmark: "mmlu", items: 3, shots: { items: 2 } });
  });
});

describe("bad rows", () => {
  it("are told all at once, each with file, row and field, and nothing is written", async () => {
    const { run, target, folder } = await given(
      { "a.csv": `${HEADER}Which?,x,y,z,w,E\n,x,y,z,w,A\ntoo,few\nfine?,x,y,z,w,A\nWhy?,x,,z,,A\n` },
      QUIZ,
    );
    const { message, hint } = await complaint(run());
    expect(message.replaceAll(`${folder}/`, "")).toBe(
      [
        'a.csv:2: field "right" is "E", which names none of the choices (A, B, C, D)',
        'a.csv:3: field "q" is missing or empty',
        "a.csv:4: has 2 fields, the header names 6 columns",
        'a.csv:6: field "b" is missing or empty, though a later choice is there',
      ].join("\n"),
    );
    expect(hint).toBe("nothing was written; fix the rows, or the mapping");
    expect(await readdir(target)).toEqual([]);
  });

  it("are told up to a limit, since a wrong mapping makes all rows bad", async () => {
    const { run } = await given({ "a.jsonl": '{"q":"Why?"}\n'.repeat(50) }, { name: "x", type: "generation" });
    const { message } = await complaint(run());
    const lines = message.split("\n");
    expect(lines).toHaveLength(21);
    expect(lines[0]).toContain('a.jsonl:1: field "prompt" is missing or empty');
    expect(lines[20]).toBe("… the check stopped after 20 problems");
  });

  it("have ids that others have: both places are told", async () => {
    const { run, folder } = await given(
      { "a.jsonl": '{"id":1,"prompt":"x"}\n', "b.jsonl": '{"id":2,"prompt":"y"}\n{"id":1,"prompt":"z"}\n' },
      { name: "x", type: "generation" },
    );
    expect((await complaint(run())).message.replaceAll(`${folder}/`, "")).toBe(
      'b.jsonl:2: the id "1" is that of a.jsonl:1; ids must be unique',
    );
  });

  it("lack what the prompt asks for", async () => {
    const { run } = await given(
      { "a.jsonl": '{"prompt":"x","tone":"kind"}\n{"prompt":"y"}\n' },
      { name: "x", type: "generation", prompt: "Be {tone}: {prompt}" },
    );
    expect((await complaint(run())).message).toMatch(/a\.jsonl:2: the prompt asks for \{tone\}, which the row doesn't/);
  });

  it.each<[string, Record<string, string>, z.input<typeof MappingSchema>, RegExp]>([
    ["no rows at all", { "a.csv": HEADER }, QUIZ, /^my-quiz: there are no rows$/],
    ["lines that are no JSON", { "a.jsonl": "{\n" }, { name: "x", type: "generation" }, /a\.jsonl:1: not valid JSON/],
    [
      "files whose names tell no subject",
      { "physics.csv": `${HEADER}Which?,x,y,z,w,A\n` },
      { ...QUIZ, subjectFromFile: "^(.+)_test$" },
      /physics\.csv: its name doesn't tell a subject as the mapping says \(\^\(\.\+\)_test\$\)/,
    ],
    ["a pattern that is none", { "a.csv": HEADER }, { ...QUIZ, subjectFromFile: "(" }, /is no regular expression/],
  ])("and files: %s", async (_, files, mapping, message) => {
    const { run, target } = await given(files, mapping);
    expect((await complaint(run())).message).toMatch(message);
    expect(await readdir(target).catch(() => [])).toEqual([]);
  });

  it("and paths: a file that isn't there, a folder without files", async () => {
    const missing = await given({}, QUIZ, ["gone.csv"]);
    expect((await complaint(missing.run())).message).toMatch(/gone\.csv: there is no such file/);
    const empty = await given({ "sub/.hidden": "" }, QUIZ, ["sub"]);
    expect((await complaint(empty.run())).message).toMatch(/sub: the folder has no files/);
  });
});

describe("an imported dataset", () => {
  const GOOD = { "a.csv": `${HEADER}Which?,x,y,z,w,A\n` };

  it("replaces another only when told to", async () => {
    const { run, target, folder } = await given(GOOD, QUIZ);
    await run();
    const { message, hint } = await complaint(run());
    expect(message).toContain(`there is a dataset at ${join(target, "my-quiz")} already`);
    expect(hint).toContain("--replace");
    await writeFile(join(folder, "a.csv"), `${HEADER}Other?,x,y,z,w,A\n`);
    await run({ replace: true });
    expect(await itemsOf(join(target, "my-quiz"))).toMatchObject([{ question: "Other?" }]);
    expect(await readdir(target)).toEqual(["my-quiz"]);
  });

  it("replaces no folder that is something else", async () => {
    const { run, target } = await given(GOOD, QUIZ);
    await mkdir(join(target, "my-quiz"), { recursive: true });
    await writeFile(join(target, "my-quiz", "thesis.txt"), "all my work");
    expect((await complaint(run({ replace: true }))).message).toContain("my-quiz is no dataset, so it is not replaced");
    expect(await readdir(join(target, "my-quiz"))).toEqual(["thesis.txt"]);
  });

  it("stays as it was when the rows of the new one are bad, or the import is interrupted", async () => {
    const { run, target, folder } = await given(GOOD, QUIZ);
    await run();
    await writeFile(join(folder, "a.csv"), `${HEADER}Other?,x,y,z,w,Z\n`);
    await complaint(run({ replace: true }));
    await expect(run({ replace: true, signal: AbortSignal.abort() })).rejects.toThrow(InterruptedError);
    expect(await itemsOf(join(target, "my-quiz"))).toMatchObject([{ question: "Which?" }]);
    expect(await readdir(target)).toEqual(["my-quiz"]);
  });

  it("needs a folder that can be written to", async () => {
    const { run, target } = await given(GOOD, QUIZ);
    await writeFile(target, "a file where the folder should be");
    await expect(run()).rejects.toThrow(/datasets\/\.my-quiz\.\S+ can't be written: /);
    await access(target);
  });

  it("has the same bytes wherever and whenever it is made", async () => {
    const [first, second] = [await given(GOOD, QUIZ), await given(GOOD, QUIZ)];
    await first.run();
    await second.run();
    for (const file of ["items.jsonl", "manifest.json"])
      expect(await readFile(join(first.target, "my-quiz", file), "utf8")).toBe(
        await readFile(join(second.target, "my-quiz", file), "utf8"),
      );
  });
});
