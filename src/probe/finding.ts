import type { ProbeFinding, VariantIdentity } from "../domain/record.ts";

export const CHECKS = [
  "reachable",
  "capabilities",
  "quantization",
  "weights",
  "log-probabilities",
  "whole-prompt",
  "context",
  "token-limit",
  "copy-the-letter",
  "repeats",
  "fingerprint",
] as const;
export type Check = (typeof CHECKS)[number];

/** What one of the checks found. */
export interface Finding extends ProbeFinding {
  readonly check: Check;
}

/** What a probe found of one variant; goes into the run's manifest. */
export interface ProbeReport {
  readonly variant: string;
  readonly findings: readonly Finding[];
  /** Absent when it could not be opened. */
  readonly identity?: VariantIdentity;
}

/** True unless a finding stops the run. */
export function mayRun(report: ProbeReport): boolean {
  return report.findings.every(({ level }) => level !== "stop");
}

export function ok(check: Check, message: string): Finding {
  return { check, level: "ok", message };
}

export function warn(check: Check, message: string, hint?: string): Finding {
  return { check, level: "warn", message, ...(hint === undefined ? {} : { hint }) };
}

export function stop(check: Check, message: string, hint?: string): Finding {
  return { check, level: "stop", message, ...(hint === undefined ? {} : { hint }) };
}
