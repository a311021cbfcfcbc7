import type { Risk } from "./question.ts";

/** One question of the tree and its answer, with the section it stands in. */
export interface Step {
  readonly section: string;
  readonly question: string;
  readonly answer: string;
}

/** What is known of one quantization's quality. `undefined`: nothing. */
export type Standing =
  | "proven"
  | "reference"
  | "refuted"
  | "published-pass"
  | "published-fail"
  | "undecided"
  | undefined;

export interface TreeFacts {
  readonly risk: Risk;
  /** Absent where it is unknown: then FP16 can't be held against the memory by this rule. */
  readonly paramsBillions?: number;
  readonly vramGb?: number;
  readonly standingOf: (quantization: string) => Standing;
  /** Quantizations that own runs proved or refuted, from the most to the least bits. */
  readonly own: readonly string[];
}

export interface TreeAnswer {
  readonly steps: readonly Step[];
  /** Quantizations that the tree allows, in its order of preference. */
  readonly allowed: readonly string[];
  /** Where an own verdict overruled the published table, in words. */
  readonly overruled: readonly string[];
}

/** Never deployed, whatever the risk and whatever a run says. */
export const NEVER: readonly string[] = ["Q2_K", "Q2_K_S"];
/** Below this much memory for weights a low risk may go below Q4_K_M. GB. */
const TIGHT_VRAM_GB = 2;

/**
 * P.1 of the study's phase 2 appendix: which quantizations a risk allows. High: FP16 where 2 · params_B < 0.8 · VRAM_GB, else Q8_0.
 * Moderate: Q4_K_M, Q8_0 where its quality gate fails. Low: Q4_K_M; Q3_K_S only for models that stand it and below 2 GB. Q2_K never.
 * Own verdicts overrule the table in both directions at moderate and low risk; at high risk they can only take away, since the tree's
 * bound there is the risk, not the table.
 */
export function riskTree(facts: TreeFacts): TreeAnswer {
  if (facts.risk === "high") return highRisk(facts);
  const steps: Step[] = [{ section: "P.1", question: "how much risk?", answer: facts.risk }];
  const overruled: string[] = [];
  const allowed: string[] = [];
  const gate = standing(facts, "Q4_K_M", overruled);
  steps.push({ section: "P.1", question: "does Q4_K_M meet its quality gate?", answer: gate.words });
  if (gate.good) allowed.push("Q4_K_M");
  else {
    const safer = standing(facts, "Q8_0", overruled);
    steps.push({ section: "P.1", question: "then Q8_0?", answer: safer.words });
    if (safer.good) allowed.push("Q8_0");
  }
  if (facts.risk === "low") steps.push(lowRisk(facts, allowed, overruled));
  for (const quantization of facts.own) {
    if (NEVER.includes(quantization) || allowed.includes(quantization)) continue;
    const known = facts.standingOf(quantization);
    if (known === "proven")
      overruled.push(`${quantization} is allowed beside the tree's choice: your own run proves it`);
    // What the others are held against loses nothing: it is dearer, not worse.
    if (known === "proven" || known === "reference") allowed.push(quantization);
  }
  return { steps, allowed, overruled };
}

function highRisk({ paramsBillions, vramGb, standingOf }: TreeFacts): TreeAnswer {
  const steps: Step[] = [{ section: "P.1", question: "how much risk?", answer: "high" }];
  const [needed, room] = [2 * (paramsBillions ?? Number.NaN), 0.8 * (vramGb ?? Number.NaN)];
  const question = "is 2 · parameters (billions) below 0.8 · VRAM (GB), so that FP16 fits?";
  const allowed: string[] = [];
  const overruled: string[] = [];
  if (Number.isNaN(needed - room)) {
    steps.push({ section: "P.1", question, answer: "open: parameters or memory are not known" });
    allowed.push("FP16", "BF16", "Q8_0");
  } else if (needed < room) {
    steps.push({ section: "P.1", question, answer: `yes: ${needed.toFixed(2)} < ${room.toFixed(2)}: FP16` });
    allowed.push("FP16", "BF16");
  } else {
    steps.push({
      section: "P.1",
      question,
      answer: `no: ${needed.toFixed(2)} ≥ ${room.toFixed(2)}: Q8_0, else a smaller model`,
    });
    allowed.push("Q8_0");
  }
  const kept = allowed.filter((quantization) => {
    if (standingOf(quantization) !== "refuted") return true;
    overruled.push(`${quantization} is taken away: your own run fails it`);
    return false;
  });
  return { steps, allowed: kept, overruled };
}

function lowRisk(facts: TreeFacts, allowed: string[], overruled: string[]): Step {
  const question = "less than 2 GB for the weights, and a model that stands Q3_K_S?";
  const step = (answer: string): Step => ({ section: "P.1", question, answer });
  if (facts.vramGb === undefined) return step("open: the memory is not known; Q4_K_M stays the default");
  if (facts.vramGb >= TIGHT_VRAM_GB) return step("no: there is room, so there is no reason to go lower");
  const lower = standing(facts, "Q3_K_S", overruled);
  if (lower.good) allowed.push("Q3_K_S");
  return step(lower.words);
}

/** Own verdicts first, then the table; what nobody knows is not good. */
function standing(
  { standingOf }: TreeFacts,
  quantization: string,
  overruled: string[],
): { readonly good: boolean; readonly words: string } {
  switch (standingOf(quantization)) {
    case "proven":
      return { good: true, words: "yes: your own run proves it" };
    case "reference":
      return { good: true, words: "yes: it is the baseline of your own run" };
    case "refuted":
      overruled.push(`${quantization} is taken away: your own run fails it`);
      return { good: false, words: "no: your own run fails it" };
    case "published-pass":
      return { good: true, words: "yes, by the published table (P.3)" };
    case "published-fail":
      return { good: false, words: "no, by the published table (P.3)" };
    case "undecided":
      return { good: false, words: "not decided by your own run, and not in the published table" };
    default:
      return { good: false, words: "not known: neither a run nor the published table has it" };
  }
}
