import type { VariantVerdict, Verdicts } from "../gate/verdict.ts";
import { buildDocument } from "./build-document.ts";
import { clip, escapeWorkflowMessage, escapeWorkflowProperty } from "./escape.ts";
import { plural } from "./format.ts";
import { markdownBlocks } from "./markdown.ts";
import { verdictReason } from "./reason.ts";
import type { ReportData } from "./report-data.ts";

/** GitHub refuses larger step summaries. */
export const STEP_SUMMARY_LIMIT_BYTES = 1024 * 1024;
/** GitHub shows so many annotations of each kind per step. */
const ANNOTATION_LIMIT = 10;
const ANNOTATION_LENGTH = 1_000;

const CUT_NOTE =
  "_The rest was left out, because a step summary may not be larger. The report's files have all of it._";

/** The report for `$GITHUB_STEP_SUMMARY`: Markdown of at most `limitBytes` of UTF-8, cut between two blocks, with a note. */
export function renderStepSummary(data: ReportData, limitBytes = STEP_SUMMARY_LIMIT_BYTES): string {
  const blocks = markdownBlocks(buildDocument(data));
  const size = (block: string): number => Buffer.byteLength(block) + 2;
  if (blocks.reduce((sum, block) => sum + size(block), 0) <= limitBytes) return `${blocks.join("\n\n")}\n`;
  const kept: string[] = [];
  let room = limitBytes - size(CUT_NOTE);
  for (const block of blocks) {
    room -= size(block);
    if (room < 0) break;
    kept.push(block);
  }
  return `${[...kept, CUT_NOTE].join("\n\n")}\n`;
}

/**
 * Workflow commands for what decides: an error per variant that fails, a warning per inconclusive one, at most ten of each (the tenth
 * then says how many more there are). Print each on a line of its own.
 */
export function renderAnnotations(verdicts: Verdicts): readonly string[] {
  const deciding = verdicts.models.flatMap((model) => model.variants.filter((variant) => variant.decides));
  const failing = deciding.filter((variant) => variant.verdict === "fail");
  const inconclusive = deciding.filter((variant) => variant.verdict === "inconclusive");
  const errors = failing.map((variant) => [titleOf(variant), verdictReason(variant)] as const);
  if (verdicts.overall === "fail" && errors.length === 0) {
    errors.push([
      `QuantGate: policy ${verdicts.policy.name} fails`,
      "there is no deciding variant with a checked rule",
    ]);
  }
  const warnings = inconclusive.map((variant) => [titleOf(variant), verdictReason(variant)] as const);
  return [...commands("error", errors), ...commands("warning", warnings)];
}

function titleOf({ variant, verdict }: VariantVerdict): string {
  return `QuantGate: ${variant} ${verdict === "fail" ? "fails" : "is inconclusive"}`;
}

function commands(kind: "error" | "warning", entries: readonly (readonly [string, string])[]): readonly string[] {
  const shown = entries.length > ANNOTATION_LIMIT ? entries.slice(0, ANNOTATION_LIMIT - 1) : entries;
  const left = entries.length - shown.length;
  const lines = shown.map(([title, message]) => command(kind, title, message));
  return left === 0 ? lines : [...lines, command(kind, "QuantGate", `${plural(left, "more variant")}: see the report`)];
}

function command(kind: "error" | "warning", title: string, message: string): string {
  const text = escapeWorkflowMessage(clip(message, ANNOTATION_LENGTH));
  return `::${kind} title=${escapeWorkflowProperty(title)}::${text}`;
}
