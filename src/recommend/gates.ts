import { UsageError } from "../domain/errors.ts";
import type { Candidate, Rejection } from "./candidate.ts";
import type { Question } from "./question.ts";
import { plainName, plannerReference, type QualityGate } from "./reference.ts";
import { NEVER, type TreeAnswer } from "./risk-tree.ts";

/** P.2's minima of an application. Throws `UsageError` for one that isn't published. */
export function qualityGateOf(application: string): QualityGate {
  const { qualityGates } = plannerReference();
  const gate = qualityGates.find((entry) => plainName(entry.application) === plainName(application));
  if (gate !== undefined) return gate;
  const names = qualityGates.map((entry) => entry.application.toLowerCase().replace(/[^a-z]+/g, "-"));
  throw new UsageError(`--application ${application}: no published quality gate`, {
    hint: `known are ${names.join(", ")}`,
  });
}

/** Holds a candidate against the hard gates, in their order: risk, memory, quality, latency, budget. All that miss are told. */
export function applyGates(candidate: Candidate, question: Question, tree: TreeAnswer): Candidate {
  const rejections = [
    ...riskGate(candidate, tree),
    ...memoryGate(candidate),
    ...qualityGate(candidate, question),
    ...latencyGate(candidate, question),
    ...budgetGate(candidate, question),
  ];
  return { ...candidate, rejections };
}

/** Full precision is the tree's own fallback: it is served where several users need continuous batching. */
export const FULL_PRECISION: readonly string[] = ["FP16", "BF16"];

function riskGate({ quantization, backend }: Candidate, tree: TreeAnswer): readonly Rejection[] {
  if (NEVER.includes(quantization)) {
    return [
      { gate: "risk", reason: `${quantization} is never deployed (P.1): near guessing in every model of the study` },
    ];
  }
  if (tree.allowed.includes(quantization)) return [];
  if (FULL_PRECISION.includes(quantization) && backend !== "ollama") return [];
  return [
    { gate: "risk", reason: `the tree of risk (P.1) allows ${tree.allowed.join(", ") || "nothing that is known"}` },
  ];
}

function memoryGate({ memory, headroom }: Candidate): readonly Rejection[] {
  if (memory === undefined || headroom?.state !== "full") return [];
  const share = `${(100 * headroom.used).toFixed(0)} %`;
  return [
    { gate: "vram", reason: `needs ${gigabytes(memory.totalBytes)} GB, ${share} of the memory; 90 % is the limit` },
  ];
}

function qualityGate({ proven, published }: Candidate, { application }: Question): readonly Rejection[] {
  const rejections: Rejection[] = [];
  const gate = (reason: string): void => {
    rejections.push({ gate: "quality", reason });
  };
  if (proven?.verdict === "fail") gate(`own run ${proven.run} fails it: ${proven.reasons[0] ?? "by its policy"}`);
  else if (proven?.verdict !== "pass" && proven?.verdict !== "reference" && published?.cell === "FAIL") {
    gate(`the published table fails it: ${published.reason}`);
  }
  if (application === undefined) return rejections;
  const minima = qualityGateOf(application);
  // A run by that application's own policy has decided its minima already.
  if (proven !== undefined && plainName(proven.policy).includes(plainName(application))) return rejections;
  const below = (what: string, value: number | undefined, least: number | null): void => {
    if (least === null || (value !== undefined && value >= least)) return;
    const found = value === undefined ? "not published" : `${Number(value.toFixed(3))}`;
    gate(`${minima.application} asks ${what} of at least ${least} (P.2): ${found}`);
  };
  below("MMLU", published?.mmlu, minima.minMmlu);
  below("ARC", published?.arc, minima.minArc);
  below("a composite", published?.composite, minima.minComposite);
  return rejections;
}

function latencyGate({ latencyMs }: Candidate, { sloMs }: Question): readonly Rejection[] {
  if (sloMs === undefined || latencyMs === undefined || latencyMs <= sloMs) return [];
  return [{ gate: "latency", reason: `a request takes about ${Math.round(latencyMs)} ms; ${sloMs} ms is the target` }];
}

function budgetGate({ fleet }: Candidate, { budgetUsdPerMonth }: Question): readonly Rejection[] {
  if (budgetUsdPerMonth === undefined || fleet === undefined || fleet.usdPerMonth <= budgetUsdPerMonth) return [];
  const cost = `${fleet.workers} worker${fleet.workers === 1 ? "" : "s"} cost $${fleet.usdPerMonth.toFixed(2)} a month`;
  return [{ gate: "budget", reason: `${cost}; the budget is $${budgetUsdPerMonth}` }];
}

/** GB of 10⁹ bytes, two digits. */
export function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(2);
}
