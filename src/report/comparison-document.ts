import type { MetricChange } from "../analyze/metric-change.ts";
import type { ConcludedMetric, VariantChange } from "../analyze/regression.ts";
import { specYaml } from "./comparison-spec.ts";
import {
  answersSentence,
  CONCLUSION_TITLES,
  CONCLUSION_TONES,
  comparisonWarnings,
  effectWords,
  expectationSentences,
  itemWords,
  metricName,
  reasonsFor,
  recommendationText,
  rerunSentence,
  writerOf,
} from "./comparison-words.ts";
import type { Block, Cell, ExampleBlock, ReportDocument, Section, Table } from "./document.ts";
import { clip } from "./escape.ts";
import { count, interval, percent, plural, pValue, score } from "./format.ts";
import type { Investigation } from "./investigation.ts";
import type { FlipExample } from "./report-data.ts";
import { backendsSection } from "./sections/backends.ts";
import { align } from "./sections/columns.ts";

const TEXT_LIMIT = 2_000;
const KINDS = { lost: "right → wrong", gained: "wrong → right", worse: "scores less" } as const;
const MARKS = { lost: ["right", "wrong"], gained: ["wrong", "right"], worse: ["unmarked", "unmarked"] } as const;

/** The comparison of two runs as content: the conclusion first, then magnitude, causes, expectations, items and the rerun. */
export function comparisonDocument(found: Investigation): ReportDocument {
  const { reference, newer, comparison } = found;
  return {
    title: `QuantGate comparison: ${newer.id} against ${reference.id}`,
    subtitle: `${plural(comparison.variants.length, "variant")} of run ${newer.id} (${newer.startedAt}) against run ${reference.id} (${reference.startedAt})`,
    warnings: comparisonWarnings(found),
    sections: [
      conclusionSection(found),
      magnitudeSection(found),
      changesSection(found),
      expectationSection(found),
      backendsSection(found.backends, "backends"),
      flipsSection(found),
      rerunSection(found),
      methodSection(found),
    ].filter((section) => section !== undefined),
  };
}

function conclusionSection(found: Investigation): Section {
  const { conclusion, variants, family } = found.comparison;
  return {
    id: "conclusion",
    title: "Conclusion",
    blocks: [
      {
        kind: "callout",
        tone: CONCLUSION_TONES[conclusion],
        title: CONCLUSION_TITLES[conclusion],
        text: recommendationText(found),
      },
      {
        kind: "table",
        caption: "Each variant of the newer run against its counterpart.",
        narrow: "stack",
        columns: align(["newer", "reference", "conclusion", "why"], []),
        rows: variants.map((variant) => [
          variant.newer,
          variant.reference,
          { text: CONCLUSION_TITLES[variant.conclusion], tone: CONCLUSION_TONES[variant.conclusion] },
          reasonsFor(variant, family).join("\n"),
        ]),
      },
    ],
  };
}

function magnitudeSection({ comparison }: Investigation): Section {
  return {
    id: "magnitude",
    title: "How much changed",
    blocks: comparison.variants.flatMap((variant): readonly Block[] => [
      { kind: "heading", text: variant.newer },
      { kind: "paragraph", text: `${answersSentence(variant)}.` },
      primaryTable(variant, comparison.family),
      ...otherTable(variant),
    ]),
  };
}

function primaryTable(variant: VariantChange, family: number): Table {
  return {
    kind: "table",
    caption: `${variant.newer} − ${variant.reference}: primary metrics, with the 90 % interval by the method and with the n of its row, the effect size, and the two-sided test of no difference named in the row, on the same n, p adjusted by Holm over ${plural(family, "test")}.`,
    narrow: "scroll",
    columns: align(
      ["task", "metric", "outcome"],
      ["reference", "newer", "difference", "90 % interval", "method", "n", "Cohen's d", "p (Holm)", "test"],
    ),
    rows: variant.tasks.flatMap(({ task, primary }) =>
      primary.map((metric): readonly Cell[] => [
        task,
        metricName(metric),
        outcomeCell(metric),
        ...figureCells(metric),
        effectWords(metric.effect).replace(/^Cohen's /, ""),
        metric.adjustedP === undefined ? "not tested" : pValue(metric.adjustedP),
        metric.test.kind === "tested" ? metric.test.method : metric.test.reason,
      ]),
    ),
  };
}

function outcomeCell({ regressed, beyondMargin }: ConcludedMetric): Cell {
  if (!regressed) return "not regressed";
  return { text: "regressed", tone: "fail", ...(beyondMargin ? { note: "beyond the margin" } : {}) };
}

function otherTable(variant: VariantChange): readonly Block[] {
  const rows = variant.tasks.flatMap(({ task, others }) =>
    others.map((metric): readonly Cell[] => [task, metricName(metric), ...figureCells(metric)]),
  );
  if (rows.length === 0) return [];
  const table: Table = {
    kind: "table",
    caption:
      "Other metrics; they decide nothing. Differences with the 90 % interval by the method and with the n of the row.",
    narrow: "scroll",
    columns: align(["task", "metric"], ["reference", "newer", "difference", "90 % interval", "method", "n"]),
    rows,
  };
  return [{ kind: "folded", summary: `${variant.newer}: every other metric`, blocks: [table] }];
}

function figureCells(metric: MetricChange): readonly Cell[] {
  const { estimate, design, items } = metric;
  const level = metric.metric === "accuracy" ? (value: number) => percent(value) : score;
  const levels = [level(metric.referenceMean), level(metric.newerMean)];
  const n = itemWords(design, items);
  if (estimate.kind === "unavailable") return [...levels, "not available", "", estimate.reason, n];
  const [write, unit] = writerOf(metric);
  return [...levels, `${write(estimate.difference)}${unit}`, interval(estimate, write), estimate.method, n];
}

function changesSection({ comparison, reference, newer }: Investigation): Section {
  const { changes } = comparison;
  if (changes.length === 0) {
    const text = `Nothing that was recorded of run ${newer.id} differs from run ${reference.id}.`;
    return { id: "changes", title: "What changed", blocks: [{ kind: "paragraph", text }] };
  }
  return {
    id: "changes",
    title: "What changed",
    blocks: [
      {
        kind: "table",
        caption: "What differs between the two runs, the likeliest cause first.",
        narrow: "stack",
        columns: align(["what", "where", "reference", "newer"], []),
        rows: changes.map(({ field, where, before, after }) => [
          field,
          where.length === 0 ? "the whole run" : where.join(", "),
          { text: clip(before, TEXT_LIMIT), verbatim: true },
          { text: clip(after, TEXT_LIMIT), verbatim: true },
        ]),
      },
    ],
  };
}

function expectationSection({ expected }: Investigation): Section | undefined {
  if (expected.length === 0) return undefined;
  const sentences = expected.flatMap(expectationSentences);
  const items = sentences.length === 0 ? ["No earlier run and no published row speaks of these variants."] : sentences;
  return { id: "expected", title: "Was it to be expected?", blocks: [{ kind: "notes", items }] };
}

function flipsSection({ flips, examples, examplesMissing, comparison }: Investigation): Section | undefined {
  if (flips.length === 0) return undefined;
  const missing = examplesMissing === undefined ? [] : [`Answers can't be shown: ${examplesMissing}.`];
  return {
    id: "flips",
    title: "Items that flipped",
    blocks: [
      {
        kind: "paragraph",
        text: [`Worst first; ${count(examples.length)} of ${count(flips.length)} are shown.`, ...missing].join(" "),
      },
      ...comparison.variants.flatMap(({ newer }): readonly Block[] => {
        const own = examples.filter((example) => example.variant === newer);
        if (own.length === 0) return [];
        const all = flips.filter((flip) => flip.variant === newer).length;
        return [
          {
            kind: "folded",
            summary: `${newer}: ${count(own.length)} of ${plural(all, "flipped item")}`,
            blocks: own.map(exampleBlock),
          },
        ];
      }),
    ],
  };
}

function exampleBlock(example: FlipExample): ExampleBlock {
  const { task, subject, item, kind } = example;
  const marks = MARKS[kind];
  return {
    kind: "example",
    title: `${KINDS[kind]}: ${[task, subject, item].filter((part) => part !== undefined).join(" / ")}`,
    question: clip(example.question, TEXT_LIMIT),
    choices: (example.choices ?? []).map(({ label, text }) => ({ label, text: clip(text, TEXT_LIMIT) })),
    expected: clip(example.expected, TEXT_LIMIT),
    answers: [
      { who: "reference", text: clip(example.baselineAnswer, TEXT_LIMIT), mark: marks[0] },
      { who: "newer", text: clip(example.candidateAnswer, TEXT_LIMIT), mark: marks[1] },
    ],
    ...(example.detail === undefined ? {} : { detail: clip(example.detail, TEXT_LIMIT) }),
  };
}

function rerunSection(found: Investigation): Section | undefined {
  const sentence = rerunSentence(found);
  if (found.rerun === undefined || sentence === undefined) return undefined;
  return {
    id: "rerun",
    title: "Controlled rerun",
    blocks: [
      { kind: "paragraph", text: sentence },
      { kind: "code", language: "yaml", text: specYaml(found.rerun.spec) },
    ],
  };
}

function methodSection({ comparison, policy }: Investigation): Section {
  const { accuracyPp, generationPercent } = comparison.margins;
  const text = `A regression is confirmed when a primary metric lost with Cohen's d below −0.2 and a two-sided p below 0.05 after Holm's correction (${plural(comparison.family, "test")}; methods and n in the tables), or when its whole 90 % interval lies beyond the margin of policy ${policy}: ${accuracyPp} pp of accuracy, ${generationPercent} % of the reference's mean for generation. Primary are the accuracy of each multiple-choice task and the key metric average of each generation task. Behaviour changed when only answers or marks exceed the noise.`;
  return { id: "method", title: "How it was decided", blocks: [{ kind: "paragraph", text }] };
}
