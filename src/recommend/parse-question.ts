import type { z } from "zod";
import { UsageError } from "../domain/errors.ts";
import { type QuestionInput, QuestionSchema } from "./question.ts";

/** The question as flags of the command line give it: all text. */
export interface QuestionFlags {
  readonly model?: string;
  readonly gpu?: string;
  readonly vram?: string;
  readonly context?: string;
  readonly users?: string;
  readonly risk?: string;
  readonly workload?: string;
  readonly application?: string;
  readonly promptTokens?: string;
  readonly completionTokens?: string;
  readonly sloMs?: string;
  readonly tokensPerMonth?: string;
  readonly burst?: string;
  readonly dollarsPerHour?: string;
  readonly budget?: string;
  readonly os?: string;
}

const FACTORS: Readonly<Record<string, number>> = { "": 1, K: 1e3, M: 1e6, G: 1e9, B: 1e9 };
const COUNT = /^(\d+(?:\.\d+)?)\s*([KMGB]?)$/i;
const GIGABYTES = /^(\d+(?:\.\d+)?)\s*(?:GB?|GiB)?$/i;

/** "100M", "4k" or "1.5B" as a number. Throws `UsageError` for anything else. */
function count(flag: string, text: string): number {
  const [, digits, unit] = COUNT.exec(text.trim()) ?? [];
  const factor = FACTORS[(unit ?? "").toUpperCase()];
  if (digits === undefined || factor === undefined) {
    throw new UsageError(`${flag} ${text}: not a number`, { hint: "write it as 4096, 4k, 100M or 1B" });
  }
  return Number(digits) * factor;
}

function gigabytes(text: string): number {
  const [, digits] = GIGABYTES.exec(text.trim()) ?? [];
  if (digits === undefined) throw new UsageError(`--vram ${text}: not a size`, { hint: "write it in GB: --vram 12GB" });
  return Number(digits);
}

/** Names of the schema's fields as the command line has them. */
const FLAGS: Readonly<Record<string, string>> = {
  contextTokens: "--context",
  vramGb: "--vram",
  sloMs: "--slo-ms",
  tokensPerMonth: "--tokens-per-month",
  dollarsPerHour: "--dollars-per-hour",
  budgetUsdPerMonth: "--budget",
  promptTokens: "--prompt-tokens",
  completionTokens: "--completion-tokens",
};

/**
 * The question of some flags. Without `--model` the one model of the runs that were named is meant. Throws `UsageError` for flags that are
 * none, for a model that isn't said, and for wishes that contradict each other.
 */
export function parseQuestion(flags: QuestionFlags, models: readonly string[]): QuestionInput {
  const [only] = models;
  const model = flags.model ?? (models.length === 1 ? only : undefined);
  if (model === undefined) {
    throw new UsageError("recommend needs a model", {
      hint: models.length > 1 ? `--model, one of ${models.join(", ")}` : "name it with --model, or name a run of it",
    });
  }
  const numbers: readonly (readonly [keyof QuestionInput, string, string | undefined])[] = [
    ["contextTokens", "--context", flags.context],
    ["users", "--users", flags.users],
    ["promptTokens", "--prompt-tokens", flags.promptTokens],
    ["completionTokens", "--completion-tokens", flags.completionTokens],
    ["sloMs", "--slo-ms", flags.sloMs],
    ["tokensPerMonth", "--tokens-per-month", flags.tokensPerMonth],
    ["burst", "--burst", flags.burst],
    ["dollarsPerHour", "--dollars-per-hour", flags.dollarsPerHour],
    ["budgetUsdPerMonth", "--budget", flags.budget],
  ];
  const input = {
    model,
    ...Object.fromEntries(
      Object.entries({
        gpu: flags.gpu,
        risk: flags.risk,
        workload: flags.workload,
        application: flags.application,
        os: flags.os,
      }).filter(([, value]) => value !== undefined),
    ),
    ...(flags.vram === undefined ? {} : { vramGb: gigabytes(flags.vram) }),
    ...Object.fromEntries(
      numbers.flatMap(([field, flag, text]) => (text === undefined ? [] : [[field, count(flag, text)]])),
    ),
  };
  const parsed = QuestionSchema.safeParse(input);
  if (!parsed.success) throw questionError(parsed.error);
  return input;
}

function questionError(error: z.ZodError): UsageError {
  const [issue] = error.issues;
  const field = String(issue?.path[0] ?? "");
  return new UsageError(`${FLAGS[field] ?? `--${field}`}: ${issue?.message ?? "not understood"}`, {
    hint: "quantgate recommend --help lists what can be asked",
  });
}
