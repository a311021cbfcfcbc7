import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { messageOf, RunError, UsageError } from "../../domain/errors.ts";
import type { LogItem, LogSample } from "./sample-log.ts";

export interface DraftTarget {
  /** Folder that is made. */
  readonly folder: string;
  /** Name of the dataset that will come of it. */
  readonly name: string;
  readonly replace: boolean;
}

/** The file by which a folder is known as a draft. */
const REVIEW = "REVIEW.md";

/**
 * Writes a draft for a person to go through: `items.jsonl`, the `mapping.yaml` that imports it, and `REVIEW.md`, which says what was done
 * and what is to be done. A draft is no dataset: a spec can't use it by accident. Either the whole folder appears or nothing does.
 */
export async function writeDraft(sample: LogSample, files: readonly string[], target: DraftTarget): Promise<void> {
  const { folder, name, replace } = target;
  const exists = await isThere(folder);
  if (exists && !replace)
    throw new UsageError(`${folder} is there already, and may hold somebody's review`, {
      hint: "--replace throws it away; or give another folder with --to",
    });
  if (exists && !(await isThere(join(folder, REVIEW))))
    throw new UsageError(`${folder} is no draft, so it is not replaced`, { hint: "give another folder with --to" });
  const draft = `${resolve(folder)}.${randomUUID()}`;
  try {
    await mkdir(draft, { recursive: true });
    await writeFile(
      join(draft, "items.jsonl"),
      sample.items.map((item) => `${JSON.stringify(rowOf(item))}\n`).join(""),
    );
    await writeFile(join(draft, "mapping.yaml"), mappingText(name));
    await writeFile(join(draft, REVIEW), reviewText(sample, files, name));
    if (exists) await rm(folder, { recursive: true, force: true });
    await rename(draft, folder);
  } catch (cause) {
    await rm(draft, { recursive: true, force: true });
    throw new RunError(`${folder} can't be written: ${messageOf(cause)}`, {
      cause,
      hint: "make room on the disk, or check who may write there",
    });
  }
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

function rowOf({ id, stratum, prompt, answer, seen }: LogItem): object {
  return {
    id,
    subject: stratum.route,
    prompt,
    ...(answer === undefined ? {} : { reference: answer }),
    seen,
    length: stratum.length,
    time: stratum.time,
  };
}

function mappingText(name: string): string {
  return `# Imports the reviewed items: quantgate datasets import items.jsonl --mapping mapping.yaml
name: ${JSON.stringify(name)}
type: generation
# summarization, qa, code, chat or classification: decides which metrics are computed.
kind: chat
licence: internal
source: Requests from production, sampled and redacted by quantgate datasets from-log, then reviewed.
prompt: "{prompt}"
fields: { id: id, prompt: prompt, references: reference, subject: subject }
`;
}

function reviewText(sample: LogSample, files: readonly string[], name: string): string {
  const { items, requests, strata, passedOver, nearDuplicates, replaced } = sample;
  const withAnswer = items.filter((item) => item.answer !== undefined).length;
  const lines = [
    `# Draft of ${name}`,
    "",
    `${items.length} of ${requests} requests from ${files.map((file) => basename(file)).join(", ")}; ${nearDuplicates} that nearly repeat a taken one were left out.`,
    "",
    "## To do",
    "",
    "- [ ] Read every item. Remove what is not typical, not answerable, or not yours to keep.",
    "- [ ] Look for personal data that no pattern finds: names that were not configured, addresses, account numbers, stories that tell who somebody is.",
    withAnswer === 0
      ? "- [ ] Write a `reference` where there is one right answer; without references only coherence, length and repetition are compared."
      : `- [ ] Check the ${withAnswer} references: they are what the model in production answered, right or wrong.`,
    "- [ ] Set `kind` in `mapping.yaml`.",
    "- [ ] `quantgate datasets import items.jsonl --mapping mapping.yaml`, then `quantgate datasets validate` with the name.",
    "",
    "## What was replaced",
    "",
    "| kind | stand-in | times | items |",
    "|---|---|---:|---:|",
    ...replaced.map((each) => `| ${each.kind} | \`[${each.kind.toUpperCase()}_1]\` | ${each.count} | ${each.items} |`),
    "",
    "## What was sampled",
    "",
    "| length | route | time | requests | taken |",
    "|---|---|---|---:|---:|",
    ...strata.map(
      ({ stratum, requests: count, taken }) =>
        `| ${stratum.length} | ${cell(stratum.route)} | ${stratum.time} | ${count} | ${taken} |`,
    ),
  ];
  const reasons = Object.entries(passedOver);
  if (reasons.length > 0) {
    lines.push("", "## What was passed over", "");
    for (const [reason, { count, first }] of reasons) lines.push(`- ${count} × ${reason}, first at ${basename(first)}`);
  }
  return `${lines.join("\n")}\n`;
}

function cell(text: string): string {
  return text.replace(/[|\\`\n]/g, " ");
}
