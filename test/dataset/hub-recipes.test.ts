import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Dataset } from "../../src/dataset/dataset.ts";
import { HUB_RECIPES } from "../../src/dataset/hub-recipes/recipes.ts";
import { pullDataset } from "../../src/dataset/pull.ts";
import { placeholdersOf } from "../../src/domain/placeholder.ts";
import type { Protocol } from "../../src/domain/protocol.ts";
import { previewRequest } from "../../src/pipeline/preview-request.ts";
import { temporaryFolder } from "../support/cli.ts";
import { arcRepository, mmluRepository } from "./hub-files.ts";
import { type ColumnType, parquetBytes } from "./parquet-file.ts";

const running = new AbortController().signal;
const COMMIT = "c".repeat(40);

/** Converts files that were fetched, by a recipe. */
async function converted(name: string, files: Readonly<Record<string, Buffer>>): Promise<Dataset> {
  const folder = await temporaryFolder();
  for (const [file, contents] of Object.entries(files)) {
    await mkdir(dirname(join(folder, "hub", file)), { recursive: true });
    await writeFile(join(folder, "hub", file), contents);
  }
  const hub = { pull: async () => ({ folder: join(folder, "hub"), commit: COMMIT, digests: {} }) };
  return pullDataset(name, { hub, folder: join(folder, "datasets") }, running);
}

/** One row in the one file of a recipe. */
function oneRow(name: string, columns: Readonly<Record<string, ColumnType>>, row: Readonly<Record<string, unknown>>) {
  const file = HUB_RECIPES.get(name)?.items[0] ?? "";
  const bytes = file.endsWith(".jsonl") ? Buffer.from(`${JSON.stringify(row)}\n`) : parquetBytes(columns, [row]);
  return converted(name, { [file]: bytes });
}

function asked(
  dataset: Dataset,
  { shots = 0, prompt = dataset.manifest.prompt, item = undefined as string | undefined } = {},
) {
  const protocol: Protocol = dataset.manifest.defaults.protocol ?? "letter-logprob";
  return previewRequest(dataset, { prompt, protocol, shots, item }, running);
}

describe("MMLU is asked as by lm-evaluation-harness", () => {
  const repository = mmluRepository(COMMIT);

  it("with five worked examples of the subject, in the order of dev", async () => {
    const { request } = await asked(await converted("mmlu", repository.files), { shots: 5, item: "college_physics-6" });
    const example = (index: number, letter: string) =>
      `dev question ${index} about college_physics?\nA. one ${index}\nB. two ${index}\nC. three ${index}\nD. four ${index}\nAnswer: ${letter}\n\n`;
    expect(request).toEqual({
      kind: "letters",
      prompt: [
        "The following are multiple choice questions (with answers) about college physics.\n\n",
        example(0, "A"),
        example(1, "B"),
        example(2, "C"),
        example(3, "D"),
        example(4, "A"),
        "test question 6 about college_physics?\nA. one 6\nB. two 6\nC. three 6\nD. four 6\nAnswer:",
      ].join(""),
      letters: [" A", " B", " C", " D"],
    });
  });

  it("without worked examples, and with an instruction", async () => {
    const dataset = await converted("mmlu", repository.files);
    expect((await asked(dataset)).request).toMatchObject({
      prompt:
        "The following are multiple choice questions (with answers) about abstract algebra.\n\ntest question 0 about abstract_algebra?\nA. one 0\nB. two 0\nC. three 0\nD. four 0\nAnswer:",
    });
    const { request } = await asked(dataset, { prompt: dataset.manifest.prompts?.["letter-only"] ?? "" });
    expect(request.prompt).toContain("only the letter of the right choice (A, B, C or D)");
  });
});

describe("ARC is asked as by lm-evaluation-harness", () => {
  it("question, then the choices' texts as continuations", async () => {
    const dataset = await converted("arc-challenge", arcRepository(COMMIT).files);
    expect((await asked(dataset, { item: "M_2" })).request).toEqual({
      kind: "continuations",
      prompt: "Question: What is M_2?\nAnswer:",
      continuations: [" M_2 1", " M_2 2", " M_2 3", " M_2 4"],
    });
    expect(dataset.manifest.defaults.primary).toBe("acc_norm");
    const shown = await asked(dataset, { item: "M_2", prompt: dataset.manifest.prompts?.["with-choices"] ?? "" });
    expect(shown.request.prompt).toBe("Question: What is M_2?\n1. M_2 1\n2. M_2 2\n3. M_2 3\n4. M_2 4\nAnswer:");
  });
});

describe("HellaSwag is asked as by lm-evaluation-harness", () => {
  const columns = {
    ind: "int32",
    activity_label: "text",
    ctx_a: "text",
    ctx_b: "text",
    ctx: "text",
    endings: "texts",
    source_id: "text",
    split: "text",
    split_type: "text",
    label: "text",
  } as const;

  // Expected texts: what Python makes of the row with str.strip, str.capitalize, re.sub and str.replace in that order.
  it("with WikiHow's marks taken out and the second part in lower case", async () => {
    const dataset = await oneRow("hellaswag", columns, {
      ind: 24,
      activity_label: "Home and Garden",
      ctx_a: "[header] How to hang a picture [title] Find the stud.  [step] Knock   on the wall",
      ctx_b: "the NAIL goes iN.",
      ctx: "",
      endings: [" [substeps] a  b ", "Then [title] he leaves", "  ÉCOLE [step] x", "d"],
      label: "2",
    });
    const { request, item } = await asked(dataset);
    expect(request).toEqual({
      kind: "continuations",
      prompt: "Home and Garden: How to hang a picture. Find the stud.  Knock  on the wall The nail goes in.",
      continuations: ["  a b", " Then. he leaves", " ÉCOLE x", " d"],
    });
    expect(item).toMatchObject({ id: "0", answer: 2 });
  });
});

describe("a generation set of the hub", () => {
  it("CNN/DailyMail", async () => {
    const columns = { article: "text", highlights: "text", id: "text" } as const;
    const row = { article: "Long news.", highlights: "News .\nShort .", id: "f00" };
    const { request, item } = await asked(await oneRow("cnn-dailymail", columns, row));
    expect(request.prompt).toContain("Article: Long news.\n\nSummary:");
    expect(item).toMatchObject({ id: "f00", references: ["News .\nShort ."] });
  });

  it("SQuAD, questions about one passage in a group, each answer once", async () => {
    const columns = {
      id: "text",
      title: "text",
      context: "text",
      question: "text",
      answers: { text: "texts" },
    } as const;
    const { request, item } = await asked(
      await oneRow("squad", columns, {
        id: "57",
        title: "Normans",
        context: "The Normans were there.",
        question: "Who were there?",
        answers: { text: ["The Normans", "Normans", "The Normans"] },
      }),
    );
    expect(request.prompt).toContain("Passage: The Normans were there.\n\nQuestion: Who were there?\n\nAnswer:");
    expect(item).toMatchObject({ id: "57", subject: "Normans", references: ["The Normans", "Normans"] });
    expect(item.group).toMatch(/^[0-9a-f]{12}$/);
  });

  it("HumanEval", async () => {
    const columns = { task_id: "text", prompt: "text", canonical_solution: "text", test: "text" } as const;
    const row = {
      task_id: "HumanEval/0",
      prompt: 'def f():\n    """one"""\n',
      canonical_solution: "    return 1\n",
      test: "",
    };
    const { request, item } = await asked(await oneRow("humaneval", columns, row));
    expect(request).toMatchObject({ kind: "text", prompt: 'def f():\n    """one"""\n' });
    expect(item).toMatchObject({ id: "HumanEval/0", references: ["    return 1\n"] });
  });

  it("MBPP, with the tests in the prompt", async () => {
    const columns = {
      source_file: "text",
      task_id: "int32",
      prompt: "text",
      code: "text",
      test_list: "texts",
    } as const;
    const row = {
      source_file: "x",
      task_id: 11,
      prompt: "Write f.",
      code: "def f(): return 1",
      test_list: ["assert f() == 1", "assert f() != 2"],
    };
    const { request, item } = await asked(await oneRow("mbpp", columns, row));
    expect(request.prompt).toContain(
      "Write f.\nYour code has to pass these tests:\nassert f() == 1\nassert f() != 2\n",
    );
    expect(item).toMatchObject({ id: "11", references: ["def f(): return 1"] });
  });

  it("Dolly, without the tasks that bring a text", async () => {
    const rows = [
      { instruction: "Sum this up.", context: "A text.", response: "Sum.", category: "summarization" },
      { instruction: "Write a haiku.", context: "", response: "Leaves fall.", category: "creative_writing" },
    ];
    const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
    const dataset = await converted("dolly-chat", { "databricks-dolly-15k.jsonl": Buffer.from(lines) });
    expect(dataset.manifest.items).toBe(1);
    expect((await asked(dataset)).item).toMatchObject({ id: "creative_writing-0", references: ["Leaves fall."] });
  });

  it("IFEval, which has no references", async () => {
    const row = { key: 1000, prompt: "Write 300 words.", instruction_id_list: ["length"], kwargs: [{}] };
    expect((await asked(await oneRow("ifeval", {}, row))).item).toMatchObject({ id: "1000", references: [] });
  });
});

describe("every recipe", () => {
  it.each([...HUB_RECIPES.values()])(
    "of $about.name says its licence, source and paper, and asks for what it has",
    (recipe) => {
      const { about } = recipe;
      expect(about.licence).not.toBe("");
      expect(about.source).toBe(`https://huggingface.co/datasets/${recipe.repository}`);
      expect(about.description).toMatch(/\(20\d\d\)/);
      expect(recipe.items.length).toBeGreaterThan(0);
      for (const prompt of [about.prompt, ...Object.values(about.prompts ?? {})]) {
        expect(placeholdersOf(prompt).size).toBeGreaterThan(0);
        if (recipe.shots !== undefined) expect(placeholdersOf(prompt)).toContain("shots");
      }
      expect(about.defaults.stop?.length ?? 0).toBeLessThanOrEqual(4);
    },
  );
});
