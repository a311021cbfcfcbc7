import { decimal } from "../../domain/write-number.ts";
import type { TierResult, VariantVerdict, Verdicts } from "../../gate/verdict.ts";
import type { Block, Cell, Section, Table } from "../document.ts";
import { bytes } from "../format.ts";
import { ladderSentences } from "../ladder-words.ts";
import { candidatesOf, type ModelView, type VariantView } from "../model-view.ts";
import { noSmallestReason, verdictReason, verdictWords } from "../reason.ts";

/** What was decided, for every model of the run; nothing where no policy was applied. */
export function decisionSection(models: readonly ModelView[], verdicts: Verdicts | undefined): Section | undefined {
  if (verdicts === undefined) return undefined;
  const judged = models.filter((model) => model.judged);
  return {
    id: "decision",
    title: "Decision",
    blocks: [
      ...judged.flatMap((model): readonly Block[] => [
        ...(judged.length > 1 ? [{ kind: "heading", text: model.name } as const] : []),
        callout(model),
        verdictTable(model),
        ...notes(model),
      ]),
      ...(verdicts.damaged === undefined ? [] : [{ kind: "notes", items: verdicts.damaged } as const]),
      { kind: "paragraph", text: outcomeSentence(verdicts) },
    ],
  };
}

function callout(model: ModelView): Block {
  const smallest = model.smallestPassing;
  if (smallest !== undefined) {
    return {
      kind: "callout",
      tone: "pass",
      title: `Smallest quantization that passes: ${smallest.label}`,
      text: [
        `${sizeWords(smallest, model)}. The ladder is walked down from the most bits per weight and ends at the first quantization that does not pass.`,
        ...ladderSentences(model),
      ].join(" "),
    };
  }
  return {
    kind: "callout",
    tone: candidatesOf(model).every((variant) => variant.verdict?.verdict === "fail") ? "fail" : "inconclusive",
    title: "No smallest passing quantization",
    text: [noSmallestReason(model), ...ladderSentences(model)].join(" "),
  };
}

function sizeWords(variant: VariantView, model: ModelView): string {
  const size = variant.summary.metadata.fileBytes;
  const full = model.variants.find((each) => each.id === model.baseline.variant)?.summary.metadata.fileBytes;
  const words = [`${decimal(variant.bitsPerWeight, 2)} bits per weight`];
  if (size !== undefined) words.push(bytes(size));
  if (size !== undefined && full !== undefined && full > 0 && variant.id !== model.baseline.variant) {
    words.push(`${decimal((size / full) * 100, 0)} % of ${model.baseline.label}`);
  }
  return words.join(", ");
}

function verdictTable(model: ModelView): Table {
  return {
    kind: "table",
    caption: `Verdicts for ${model.name}. Baseline: ${model.baseline.label} (${model.baseline.reason}). Tiers describe point estimates and decide nothing by themselves.`,
    narrow: "stack",
    columns: ["quantization", "verdict", "reason", "tier"].map((title) => ({ title, align: "left" })),
    rows: model.variants.flatMap(({ label, verdict }): readonly (readonly Cell[])[] =>
      verdict === undefined
        ? []
        : [
            [
              label,
              {
                text: verdictWords(verdict),
                tone: verdict.verdict,
                ...(verdict.decides || verdict.verdict === "reference" ? {} : { note: "informs only" }),
              },
              verdictReason(verdict),
              tierCell(verdict.tier),
            ],
          ],
    ),
  };
}

function tierCell(tier: TierResult): Cell {
  if (tier.kind === "none") return { text: "no tier", note: tier.reason };
  const losses = [
    ...(tier.accuracyLossPp === undefined ? [] : [`accuracy loss ${decimal(tier.accuracyLossPp, 1)} pp`]),
    ...(tier.generationLossPercent === undefined
      ? []
      : [`generation loss ${decimal(tier.generationLossPercent, 1)} %`]),
  ];
  return losses.length === 0 ? tier.tier : { text: tier.tier, note: losses.join(", ") };
}

function notes(model: ModelView): readonly Block[] {
  const items = model.variants.flatMap(({ label, verdict }) => (verdict === undefined ? [] : notesOf(label, verdict)));
  return items.length === 0 ? [] : [{ kind: "notes", items }];
}

function notesOf(label: string, verdict: VariantVerdict): readonly string[] {
  return [
    ...verdict.nearRandom.map((task) => `${label}: near-random on ${task}, it can't be told from guessing.`),
    ...verdict.notes.map((note) => `${label}: ${note}`),
  ];
}

function outcomeSentence({ policy, overall, exitCode }: Verdicts): string {
  const recommended = policy.recommended ?? [];
  const advice = recommended.length === 0 ? "" : ` It recommends ${recommended.join(", ")}, which decides nothing.`;
  return `Policy ${policy.name}: ${overall}, exit code ${exitCode}.${advice} A variant passes when all its rules pass; the rules and their evidence are listed under “Rules checked”.`;
}
