import type { Block, ExampleBlock, Section } from "../document.ts";
import { clip } from "../escape.ts";
import { count, plural } from "../format.ts";
import type { ModelView, VariantView } from "../model-view.ts";
import type { FlipExample } from "../report-data.ts";

/** Longer texts are cut, with a note of how much; the run's journal has them whole. */
const TEXT_LIMIT = 2_000;

const KINDS = { lost: "right → wrong", gained: "wrong → right", worse: "scores less" } as const;

/** Of the baseline's and the variant's answer. */
const MARKS = {
  lost: ["right", "wrong"],
  gained: ["wrong", "right"],
  worse: ["unmarked", "unmarked"],
} as const;

/** Items that a variant answered otherwise than the baseline, both answers side by side. */
export function examplesSection(model: ModelView, examples: readonly FlipExample[], id: string): Section | undefined {
  const blocks = model.variants.flatMap((variant) => {
    const own = examples.filter((example) => example.variant === variant.id);
    return own.length === 0 ? [] : [fold(variant, own, model)];
  });
  if (blocks.length === 0) return undefined;
  return {
    id,
    title: "Items whose answer flipped or got worse",
    blocks: [
      { kind: "paragraph", text: "A choice of items, the worst first; the run's journal holds all of them." },
      ...blocks,
    ],
  };
}

function fold({ label, summary }: VariantView, examples: readonly FlipExample[], model: ModelView): Block {
  const paired = Object.values(summary.comparison?.accuracy ?? {});
  const shown = (kind: FlipExample["kind"]): number => examples.filter((example) => example.kind === kind).length;
  const lost = paired.reduce((sum, each) => sum + each.lost, 0);
  const gained = paired.reduce((sum, each) => sum + each.gained, 0);
  const counts = [
    ...(lost === 0 ? [] : [`${count(shown("lost"))} of ${count(lost)} lost`]),
    ...(gained === 0 ? [] : [`${count(shown("gained"))} of ${count(gained)} gained`]),
    ...(shown("worse") === 0 ? [] : [`${plural(shown("worse"), "generated answer")} scoring less`]),
  ];
  return {
    kind: "folded",
    summary: `${label}: ${counts.join(", ") || plural(examples.length, "example")}`,
    blocks: examples.map((example) => exampleBlock(example, label, model.baseline.label)),
  };
}

function exampleBlock(example: FlipExample, label: string, baseline: string): ExampleBlock {
  const { task, item, subject, kind } = example;
  const marks = MARKS[kind];
  return {
    kind: "example",
    title: `${KINDS[kind]}: ${[task, subject, item].filter((part) => part !== undefined).join(" / ")}`,
    question: clip(example.question, TEXT_LIMIT),
    choices: (example.choices ?? []).map((choice) => ({ label: choice.label, text: clip(choice.text, TEXT_LIMIT) })),
    expected: clip(example.expected, TEXT_LIMIT),
    answers: [
      { who: baseline, text: clip(example.baselineAnswer, TEXT_LIMIT), mark: marks[0] },
      { who: label, text: clip(example.candidateAnswer, TEXT_LIMIT), mark: marks[1] },
    ],
    ...(example.detail === undefined ? {} : { detail: clip(example.detail, TEXT_LIMIT) }),
  };
}
