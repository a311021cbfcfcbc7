import { readFile } from "node:fs/promises";
import { sampleLog } from "../dataset/from-log/sample-log.ts";
import { writeDraft } from "../dataset/from-log/write-draft.ts";
import { UsageError } from "../domain/errors.ts";
import { escapeTerminal } from "../report/escape.ts";
import { interruptSignal } from "./interrupt.ts";

export interface FromLogOptions {
  readonly to: string;
  readonly name: string;
  readonly items: string;
  readonly seed: string;
  readonly prompt?: string;
  readonly route?: string;
  readonly time?: string;
  readonly answer?: string;
  readonly names?: string;
  readonly replace?: boolean;
}

/** `quantgate datasets from-log`: makes a draft of a dataset of what is asked in production. */
export async function draftFromLog(files: readonly string[], options: FromLogOptions): Promise<void> {
  const { prompt, route, time, answer } = options;
  const sample = await sampleLog(
    files,
    {
      fields: { prompt, route, time, answer },
      items: wholeNumber("--items", options.items, 1),
      seed: wholeNumber("--seed", options.seed, 0),
      names: options.names === undefined ? [] : await readNames(options.names),
    },
    interruptSignal(),
  );
  await writeDraft(sample, files, { folder: options.to, name: options.name, replace: options.replace ?? false });

  const lines = [
    `${sample.items.length} of ${sample.requests} requests, ${sample.strata.filter(({ taken }) => taken > 0).length} of ${sample.strata.length} kinds → ${options.to}`,
    `left out as near-duplicates: ${sample.nearDuplicates}`,
    ...Object.entries(sample.passedOver).map(
      ([reason, { count, first }]) => `passed over: ${count} × ${reason}, first at ${first}`,
    ),
    ...sample.replaced.map(({ kind, count, items, examples }) =>
      count === 0
        ? `replaced: no ${kind}${kind === "name" && options.names === undefined ? " (none configured: --names)" : ""}`
        : `replaced: ${count} × ${kind} in ${items} items, such as ${examples.join(", ")}`,
    ),
    `Patterns don't find everything: go through ${options.to}/REVIEW.md before anybody uses the items.`,
  ];
  process.stdout.write(lines.map((line) => `${escapeTerminal(line)}\n`).join(""));
}

async function readNames(path: string): Promise<readonly string[]> {
  try {
    return (await readFile(path, "utf8")).split(/\r?\n/);
  } catch (cause) {
    throw new UsageError(`${path}: the names can't be read`, { cause, hint: "give a text file with a name a line" });
  }
}

function wholeNumber(option: string, text: string, least: number): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < least)
    throw new UsageError(`${option} ${text}: give a whole number from ${least}`);
  return number;
}
