import picocolors from "picocolors";
import { specYaml } from "./comparison-spec.ts";
import {
  answersSentence,
  backendSentences,
  CONCLUSION_TITLES,
  CONCLUSION_TONES,
  changeSentence,
  comparisonWarnings,
  differenceWords,
  effectWords,
  expectationSentences,
  levelWords,
  metricName,
  reasonsFor,
  recommendationText,
  rerunSentence,
  testWords,
} from "./comparison-words.ts";
import { clip, escapeTerminal, revealControls } from "./escape.ts";
import { count, plural } from "./format.ts";
import type { Investigation } from "./investigation.ts";
import type { FlipExample } from "./report-data.ts";
import { wrap } from "./wrap.ts";

export interface TerminalOptions {
  /** Width of the terminal. */
  readonly columns: number;
  readonly color: boolean;
  /** Where the rerun's spec was written; absent: it is printed. */
  readonly rerunFile?: string;
}

/** Items shown; the reports show more, and `--json` has all. */
const EXAMPLES = 8;
const TEXT_LIMIT = 160;
const EMPTY_ANSWER = "(empty answer)";

/** The comparison of two runs in lines: conclusion, magnitude, causes, expectations, items, rerun, and what to do at the end. */
export function renderComparison(found: Investigation, { columns, color, rerunFile }: TerminalOptions): string {
  const colors = picocolors.createColors(color);
  const { comparison, expected, newer, reference } = found;
  const paint = { pass: colors.green, fail: colors.red, inconclusive: colors.yellow, reference: colors.cyan };
  const say = (text: string, indent = 0): string => wrap(escapeTerminal(text), columns, { indent, hanging: 2 });
  const head = (title: string): readonly string[] => ["", colors.bold(title)];
  const titleOf = (conclusion: typeof comparison.conclusion): string =>
    paint[CONCLUSION_TONES[conclusion]](CONCLUSION_TITLES[conclusion]);
  const expectations = expected.flatMap(expectationSentences);
  const rerun = rerunSentence(found);
  const shown = found.examples.slice(0, EXAMPLES);
  return [
    `${colors.bold(titleOf(comparison.conclusion))}`,
    say(`run ${newer.id} against run ${reference.id}`),
    ...comparisonWarnings(found).map((warning) => colors.yellow(say(`! ${warning}`))),
    ...comparison.variants.flatMap((variant) => [
      "",
      `${colors.bold(escapeTerminal(variant.newer))}  ${titleOf(variant.conclusion)}`,
      ...(variant.conclusion === "not-compared" ? reasonsFor(variant, comparison.family) : []).map((reason) =>
        say(reason, 2),
      ),
      ...variant.tasks.flatMap(({ task, primary }) =>
        primary.map((metric) => {
          const mark = metric.regressed ? colors.red("✗") : " ";
          const tested = testWords(metric, comparison.family);
          return `${mark} ${say(`${task}: ${metricName(metric)} ${levelWords(metric)}, ${differenceWords(metric)}; ${effectWords(metric.effect)}; ${tested}`, 2).trimStart()}`;
        }),
      ),
      say(answersSentence(variant), 2),
    ]),
    ...head("What changed"),
    ...(comparison.changes.length === 0
      ? [say("nothing that was recorded", 2)]
      : comparison.changes.map((change) => say(changeSentence(change), 2))),
    ...(expectations.length === 0
      ? []
      : [...head("Was it to be expected?"), ...expectations.map((each) => say(each, 2))]),
    ...(found.backends.length === 0
      ? []
      : [...head("Several backends"), ...backendSentences(found).map((each) => say(each, 2))]),
    ...(found.flips.length === 0
      ? []
      : [
          ...head(`Items that flipped: ${count(shown.length)} of ${plural(found.flips.length, "item")}, worst first`),
          ...(found.examplesMissing === undefined ? [] : [say(`answers can't be shown: ${found.examplesMissing}`, 2)]),
          ...shown.flatMap((example) => exampleLines(example).map((line, index) => say(line, index === 0 ? 2 : 4))),
        ]),
    ...(rerun === undefined || found.rerun === undefined
      ? []
      : [
          ...head("Controlled rerun"),
          say(rerun, 2),
          ...(rerunFile === undefined
            ? [
                "",
                ...revealControls(specYaml(found.rerun.spec))
                  .trimEnd()
                  .split("\n")
                  .map((line) => `    ${line}`),
              ]
            : [say(`quantgate run ${rerunFile}`, 2)]),
        ]),
    "",
    colors.bold(say(`→ ${recommendationText(found)}`)),
  ].join("\n");
}

function exampleLines({ kind, variant, task, item, ...example }: FlipExample): readonly string[] {
  const short = (text: string): string => clip(text.replaceAll(/\s+/g, " ").trim(), TEXT_LIMIT);
  return [
    `${kind === "lost" ? "right → wrong" : kind === "gained" ? "wrong → right" : "scores less"}: ${task} / ${item} (${variant}): ${short(example.question)}`,
    `expected:  ${short(example.expected)}`,
    `reference: ${short(example.baselineAnswer) || EMPTY_ANSWER}`,
    `newer:     ${short(example.candidateAnswer) || EMPTY_ANSWER}`,
  ];
}
