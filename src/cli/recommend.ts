import { writeFile } from "node:fs/promises";
import { openStore } from "../compose.ts";
import { UsageError } from "../domain/errors.ts";
import { readEnv } from "../env.ts";
import { gatherEvidence } from "../pipeline/gather-evidence.ts";
import { parseQuestion, type QuestionFlags } from "../recommend/parse-question.ts";
import { recommend } from "../recommend/recommend.ts";

interface RecommendOptions extends QuestionFlags {
  readonly runs?: string;
  readonly json?: boolean;
  readonly markdown?: string;
  readonly html?: string;
  readonly validate?: boolean;
}

/** `quantgate recommend`: what to deploy, from own runs, the study's tables and formulas. Exits 0 with a choice, 3 without a basis, 1 where nothing fits. */
export async function recommendCommand(names: readonly string[], options: RecommendOptions): Promise<void> {
  if (options.validate === true) return validate(options);
  const store = openStore(options.runs ?? readEnv(process.env).runsFolder);
  const evidence = await gatherEvidence(store, names);
  const question = parseQuestion(options, [
    ...new Set(evidence.flatMap(({ summary }) => summary.models.map(({ model }) => model))),
  ]);
  const found = recommend(question, evidence);
  if (options.markdown !== undefined || options.html !== undefined) {
    const { recommendationDocument } = await import("../report/recommendation-document.ts");
    const document = recommendationDocument(found);
    if (options.markdown !== undefined) {
      const { renderMarkdownDocument } = await import("../report/markdown.ts");
      await write(options.markdown, renderMarkdownDocument(document));
    }
    if (options.html !== undefined) {
      const { renderHtmlDocument } = await import("../report/html.ts");
      await write(options.html, renderHtmlDocument(document));
    }
  }
  if (options.json === true) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  else {
    const { renderRecommendation } = await import("../report/recommendation-terminal.ts");
    process.stdout.write(`${renderRecommendation(found, { columns: process.stdout.columns ?? 80 })}\n`);
  }
  if (found.kind === "no-basis") process.exitCode = 3;
  if (found.kind === "none-fits") process.exitCode = 1;
}

async function validate(options: RecommendOptions): Promise<void> {
  const { validatePlanner } = await import("../recommend/validate.ts");
  const found = validatePlanner();
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
    return;
  }
  const { renderValidation } = await import("../report/validation-terminal.ts");
  process.stdout.write(`${renderValidation(found)}\n`);
}

async function write(path: string, text: string): Promise<void> {
  await writeFile(path, text).catch((cause: unknown) => {
    throw new UsageError(`${path}: can't be written`, { cause });
  });
}
