import { datasetStats, type Spread } from "../dataset/dataset-stats.ts";
import { escapeTerminal } from "../report/escape.ts";
import { interruptSignal } from "./interrupt.ts";
import { namedDataset } from "./named-dataset.ts";

/** `quantgate datasets stats`: subjects, lengths, choices and references of a dataset. */
export async function datasetStatistics(name: string, options: { readonly json?: boolean }): Promise<void> {
  const dataset = await namedDataset(name);
  const stats = await datasetStats(dataset, interruptSignal());
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(stats, null, 2)}\n`);
    return;
  }
  const lines = [
    `items            ${stats.items}`,
    `question length  ${spreadText(stats.questionLength)}`,
    ...(stats.choices === undefined
      ? []
      : [
          `choices          ${countsText(stats.choices.counts)}`,
          `right answers    ${countsText(stats.choices.answers)}`,
        ]),
    ...(stats.chance === undefined ? [] : [`guessing         ${(100 * stats.chance).toFixed(1)} % right`]),
    ...(stats.references === undefined ? [] : [`with reference   ${stats.references.items}`]),
    ...(stats.references?.length === undefined ? [] : [`reference length ${spreadText(stats.references.length)}`]),
    ...(stats.groups === 0 ? [] : [`groups           ${stats.groups}`]),
    ...Object.entries(stats.subjects).map(([subject, items]) => `${String(items).padStart(7)}  ${subject}`),
  ];
  process.stdout.write(lines.map((line) => `${escapeTerminal(line)}\n`).join(""));
}

function spreadText({ min, median, p95, max }: Spread): string {
  return `${min} to ${max} characters, median ${median}, 95 % up to ${p95}`;
}

function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([key, count]) => `${key}: ${count}`)
    .join(", ");
}
