import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/domain/errors.ts";
import { evaluate, loadSpec, resume } from "../../src/index.ts";
import { openOwnScorer } from "../../src/score/own-scorer.ts";
import { temporaryFolder } from "../support/cli.ts";

const { signal } = new AbortController();
const INPUT = { candidate: "It was 12 in 1969.", references: ["12 in 1968"], instruction: "When?" };

const page = await readFile(join(import.meta.dirname, "..", "..", "docs", "own-scorers.md"), "utf8");
const blockOf = (language: string): string => new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(page)?.[1] ?? "";
const EXAMPLE = blockOf("js");

async function moduleOf(text: string): Promise<string> {
  const path = join(await temporaryFolder(), "mine.mjs");
  await writeFile(path, text);
  return path;
}

async function complaintOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UsageError);
  return String(error);
}

describe("a scorer of the user's own", () => {
  it("is used as the documentation shows it, and signed with the digest of its file", async () => {
    const path = await moduleOf(EXAMPLE);
    const scorer = await openOwnScorer("keeps_numbers", path);
    const digest = createHash("sha256").update(EXAMPLE).digest("hex").slice(0, 16);
    expect(scorer.metric).toBe("keeps_numbers");
    expect(scorer.signature).toBe(`keeps_numbers|own|sha256:${digest}|digits:ascii|v:1`);
    expect(await scorer.score([INPUT, { ...INPUT, references: [] }], signal)).toEqual([
      { kind: "scored", value: 0.5 },
      { kind: "unscored", reason: "the reference has no number" },
    ]);
    await scorer.close();
  });

  it("is read again when its file has changed", async () => {
    const path = await moduleOf(
      "export default () => ({ score: (inputs) => inputs.map(() => ({ kind: 'scored', value: 0 })) });",
    );
    const before = await openOwnScorer("mine", path);
    await writeFile(
      path,
      "export default () => ({ score: (inputs) => inputs.map(() => ({ kind: 'scored', value: 1 })) });",
    );
    const after = await openOwnScorer("mine", path);
    expect(after.signature).not.toBe(before.signature);
    expect(await after.score([INPUT], signal)).toEqual([{ kind: "scored", value: 1 }]);
  });

  it.each([
    ["no default export", "export const score = 1;", /default export is not a function/],
    ["a mistake in it", "export default () => { throw new Error('no table'); };", /can't be loaded: no table/],
    ["no JavaScript", "def score(): pass", /can't be loaded/],
    ["no score function", "export default () => ({ score: 3 });", /made no scorer: score: must be a function/],
  ])("with %s is told", async (_, text, complaint) => {
    expect(await complaintOf(openOwnScorer("mine", await moduleOf(text)))).toMatch(complaint);
  });

  it("that isn't there is told", async () => {
    expect(await complaintOf(openOwnScorer("mine", "/nowhere/mine.mjs"))).toMatch(
      /\/nowhere\/mine\.mjs: can't be read/,
    );
  });

  it.each(["bleu", "composite", "key_metric_average", "accuracy"])("can't be named %s", async (name) => {
    expect(await complaintOf(openOwnScorer(name, await moduleOf(EXAMPLE)))).toMatch(/take another/);
  });

  it.each([
    ["a bare number", "() => [0.5]", /gave something that is no score: 0/],
    ["more than 1", "() => [{ kind: 'scored', value: 1.1 }]", /0\.value/],
    ["NaN", "() => [{ kind: 'scored', value: NaN }]", /0\.value/],
    ["no reason", "() => [{ kind: 'unscored' }]", /0\.reason/],
    ["too few scores", "() => []", /gave 0 scores for 1 answers/],
    ["an error", "() => { throw new Error('oh'); }", /failed to score: oh/],
  ])("that gives %s is told", async (_, score, complaint) => {
    const scorer = await openOwnScorer("mine", await moduleOf(`export default () => ({ score: ${score} });`));
    expect(await complaintOf(scorer.score([INPUT], signal))).toMatch(complaint);
  });
});

it("a run has the metric in summary and comparison, and keeps to the module it began with", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "keeps-numbers.mjs"), EXAMPLE);
  const rows = (answer: string): string =>
    Array.from({ length: 4 }, (_, index) => `${JSON.stringify({ item: `faq-${index}`, text: answer })}\n`).join("");
  await writeFile(join(folder, "good.jsonl"), rows("It takes 3 days."));
  await writeFile(join(folder, "bad.jsonl"), rows("It takes days."));
  const items = Array.from({ length: 4 }, (_, index) =>
    JSON.stringify({ id: `faq-${index}`, prompt: "How long?", reference: "3 days" }),
  ).join("\n");
  await mkdir(join(folder, "faq"));
  await writeFile(join(folder, "faq", "items.jsonl"), `${items}\n`);
  await writeFile(
    join(folder, "faq", "manifest.json"),
    JSON.stringify({
      name: "faq",
      version: "1.0.0",
      licence: "CC0-1.0",
      source: "made up by this test",
      description: "one question",
      type: "generation",
      kind: "qa",
      prompt: "{prompt}",
      items: 4,
      file: "items.jsonl",
      sha256: createHash("sha256").update(`${items}\n`).digest("hex"),
      fields: { id: "id", prompt: "prompt", references: "reference" },
      defaults: {},
    }),
  );
  await writeFile(
    join(folder, "spec.yaml"),
    `backends: { answers: { type: recorded } }
models: [{ name: m, variants: [{ quantization: FP16, model: ./good.jsonl }, { quantization: Q4_K_M, model: ./bad.jsonl }] }]
tasks: [{ dataset: ./faq }]
${blockOf("yaml")}`,
  );
  const options = { runsFolder: join(folder, "runs"), probe: false, answerCache: false };
  const spec = await loadSpec(join(folder, "spec.yaml"));
  const { id, summary } = await evaluate(spec, options);
  const [good, bad] = summary.models[0]?.variants ?? [];
  expect(good?.metrics.keeps_numbers).toMatchObject({
    kind: "scored",
    mean: 1,
    signature: expect.stringMatching(/^keeps_numbers\|own/),
  });
  expect(bad?.metrics.keeps_numbers).toMatchObject({ kind: "scored", mean: 0, items: 4 });
  expect(bad?.comparison?.metrics.keeps_numbers).toMatchObject({ pairs: 4, changed: 4 });

  await writeFile(join(folder, "keeps-numbers.mjs"), `${EXAMPLE}\n// changed`);
  expect(await complaintOf(resume(id, options))).toMatch(/keeps_numbers of faq was computed as .*, and would now be /);
});
