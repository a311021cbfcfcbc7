import { paretoFront } from "../perform/pareto.ts";
import { adviceFor } from "./advice.ts";
import { type Candidate, measureCandidate, type Setting } from "./candidate.ts";
import { type ProvenQuality, provenQualities, provenText, type RunEvidence } from "./evidence.ts";
import { applyGates } from "./gates.ts";
import { type Machine, machineOf } from "./machine.ts";
import { publishedQualities, publishedQuality } from "./published-quality.ts";
import { type Question, type QuestionInput, QuestionSchema } from "./question.ts";
import { plainName, plannerReference } from "./reference.ts";
import { NEVER, riskTree, type Standing, type Step } from "./risk-tree.ts";
import { BATCHING_USERS, backendsFor } from "./speed.ts";
import { workloadOf } from "./workload.ts";
import { type Worth, worthOf } from "./worth.ts";

/** What to deploy, and why. */
export type Recommendation =
  | {
      readonly kind: "recommended";
      readonly question: Question;
      readonly machine: Machine;
      readonly choice: Candidate;
      /** What the choice rests on: own runs, the study's tables, or formulas only. */
      readonly basis: "proven" | "published";
      readonly basisText: string;
      readonly path: readonly Step[];
      readonly overruled: readonly string[];
      readonly alternatives: readonly Candidate[];
      /** Quantization and backend of the candidates that no other one beats in quality, cost and memory at once. */
      readonly paretoFront: readonly string[];
      /** Quality against cost among what own runs prove. */
      readonly worth: Worth;
      readonly wouldChange: readonly string[];
      readonly advice: readonly string[];
    }
  | {
      readonly kind: "none-fits";
      readonly question: Question;
      readonly machine: Machine;
      readonly path: readonly Step[];
      readonly overruled: readonly string[];
      readonly alternatives: readonly Candidate[];
      readonly wouldChange: readonly string[];
      readonly advice: readonly string[];
    }
  | { readonly kind: "no-basis"; readonly question: Question; readonly reason: string; readonly next: string };

/**
 * Answers what to deploy from own runs (proven), the study's tables (published) and formulas (derived). Hard gates come first, in this order:
 * risk, memory, quality, latency, budget; what is left is ranked by cost, then quality. Without a run or a table that knows the model the
 * answer is `no-basis`. Throws `ZodError` for a question that isn't one, `UsageError` for a GPU or application that isn't known.
 */
export function recommend(input: QuestionInput, runs: readonly RunEvidence[] = []): Recommendation {
  const question = QuestionSchema.parse(input);
  const machine = machineOf(question);
  const proven = provenQualities(question.model, runs);
  const published = publishedQualities(question.model);
  if (proven.length === 0 && published.length === 0) return noBasis(question, runs);

  const shape = plannerReference().architectures.find(({ model }) => plainName(model) === plainName(question.model));
  const parameters = proven.find((entry) => entry.parameters !== undefined)?.parameters;
  const paramsBillions = parameters === undefined ? shape?.paramsBillions : parameters / 1e9;
  const tree = riskTree({
    risk: question.risk,
    ...(paramsBillions === undefined ? {} : { paramsBillions }),
    ...(machine.vramGb === undefined ? {} : { vramGb: machine.vramGb }),
    standingOf: (quantization) => standingOf(question.model, quantization, proven),
    own: proven.map(({ quantization }) => quantization),
  });
  const workload = workloadOf(question.workload ?? "chat");
  const setting: Setting = {
    question,
    machine,
    ...(shape === undefined ? {} : { shape }),
    tokens: {
      prompt: question.promptTokens ?? workload?.tokens.prompt ?? 0,
      completion: question.completionTokens ?? workload?.tokens.completion ?? 1,
    },
  };
  const names = [
    ...new Set<string>([...proven.map(({ quantization }) => quantization), ...published, ...tree.allowed]),
  ];
  const known = new Set<string>([...proven.map(({ quantization }) => quantization), ...published]);
  const candidates = names
    .filter((name) => known.has(name) || name === "FP16")
    .flatMap((name) =>
      // Only GGUF files have these quantizations; other servers take full precision.
      backendsFor(question.users)
        .filter((backend) => backend === "ollama" || name === "FP16")
        .map((backend) => {
          const own = proven.find(({ quantization }) => quantization === name);
          const table = publishedQuality(question.model, name);
          return measureCandidate(setting, backend, name, {
            ...(own === undefined ? {} : { proven: own }),
            ...(table === undefined ? {} : { published: table }),
          });
        }),
    )
    .map((candidate) => applyGates(candidate, question, tree));

  const left = candidates.filter(({ rejections }) => rejections.length === 0).sort(byCostThenQuality);
  const [choice, ...rest] = left;
  const rejected = candidates.filter(({ rejections }) => rejections.length > 0);
  const advice = adviceFor(setting, workload, choice);
  const path = question.users >= BATCHING_USERS ? [...tree.steps, BATCHING_STEP] : tree.steps;
  const common = { question, machine, path, overruled: tree.overruled, advice };
  if (choice === undefined) {
    return { kind: "none-fits", ...common, alternatives: rejected, wouldChange: wouldChange(undefined, rejected) };
  }
  const isProven = choice.proven?.verdict === "pass" || choice.proven?.verdict === "reference";
  return {
    kind: "recommended",
    ...common,
    choice,
    basis: isProven ? "proven" : "published",
    basisText:
      choice.proven !== undefined && isProven
        ? provenText(choice.proven)
        : (choice.published?.reason ?? "full precision: nothing is lost to quantization"),
    alternatives: [...rest, ...rejected],
    paretoFront: frontOf(candidates).map(labelOf),
    worth: worthOf(candidates, setting.tokens.prompt + setting.tokens.completion),
    wouldChange: wouldChange(choice, rejected),
  };
}

const BATCHING_STEP: Step = {
  section: "J.2",
  question: "four users or more at once?",
  answer: "yes: servers with continuous batching are weighed too, at full precision",
};

/** "Q4_K_M on ollama". */
export function labelOf({ quantization, backend }: Pick<Candidate, "quantization" | "backend">): string {
  return `${quantization} on ${backend}`;
}

function noBasis(question: Question, runs: readonly RunEvidence[]): Recommendation {
  const models = plannerReference().architectures.map(({ model }) => model);
  const asked = [...new Set(runs.flatMap(({ summary }) => summary.models.map(({ model }) => model)))];
  const given = runs.length === 0 ? "no run was given" : `the runs given are about ${asked.join(", ")}`;
  return {
    kind: "no-basis",
    question,
    reason: `nothing is known of "${question.model}": ${given}, and the study's tables have ${models.join(", ")}`,
    next: "evaluate it with quantgate run, then ask again: a run of that model in the same folder of runs is found by itself",
  };
}

function standingOf(model: string, quantization: string, proven: readonly ProvenQuality[]): Standing {
  const own = proven.find((entry) => entry.quantization === quantization);
  if (own?.verdict === "pass") return "proven";
  if (own?.verdict === "reference") return "reference";
  if (own?.verdict === "fail") return "refuted";
  const cell = publishedQuality(model, quantization)?.cell;
  if (cell === "PASS") return "published-pass";
  if (cell === "FAIL") return "published-fail";
  return own === undefined ? undefined : "undecided";
}

/** Rates of different boundaries can't be ranked: servers that batch come first then, as J.2 has it for four users and more. */
function batchingFirst(a: Candidate, b: Candidate): number {
  return (a.backend === "ollama" ? 1 : 0) - (b.backend === "ollama" ? 1 : 0);
}

/** Cheapest first; without prices for both the smaller one; then better quality. */
function byCostThenQuality(a: Candidate, b: Candidate): number {
  if (a.speed?.boundary !== b.speed?.boundary) return batchingFirst(a, b) || a.bitsPerWeight - b.bitsPerWeight;
  const monthly = (a.fleet?.usdPerMonth ?? Number.NaN) - (b.fleet?.usdPerMonth ?? Number.NaN);
  if (monthly !== 0 && !Number.isNaN(monthly)) return monthly;
  const cost = (a.usdPer1M ?? Number.NaN) - (b.usdPer1M ?? Number.NaN);
  if (cost !== 0 && !Number.isNaN(cost)) return cost;
  return a.bitsPerWeight - b.bitsPerWeight || (b.quality?.value ?? 0) - (a.quality?.value ?? 0);
}

function frontOf(candidates: readonly Candidate[]): readonly Candidate[] {
  const [first] = candidates.flatMap(({ quality, speed }) =>
    quality === undefined || speed === undefined ? [] : [{ quality, speed }],
  );
  const points = candidates
    // One kind of quality and one boundary of times: what can't be compared is not on one front.
    .filter(({ quality, speed }) => quality?.kind === first?.quality.kind && speed?.boundary === first?.speed.boundary)
    .filter(({ usdPer1M, memory }) => usdPer1M !== undefined && memory !== undefined)
    .map((candidate) => ({
      candidate,
      figures: {
        quality: candidate.quality?.value ?? 0,
        usd: candidate.usdPer1M ?? Number.POSITIVE_INFINITY,
        bytes: candidate.memory?.totalBytes ?? Number.POSITIVE_INFINITY,
      },
    }));
  return paretoFront(points, { quality: "higher", usd: "lower", bytes: "lower" }).map(({ candidate }) => candidate);
}

/** For each that is out by one gate alone, what would let it in; then what is not proven yet. */
function wouldChange(choice: Candidate | undefined, rejected: readonly Candidate[]): readonly string[] {
  const by = (candidate: Candidate): readonly string[] => candidate.rejections.map(({ gate }) => gate);
  const single = rejected.filter(({ rejections }) => rejections.length === 1);
  const byRisk = single.filter(
    (candidate) => by(candidate).includes("risk") && !NEVER.includes(candidate.quantization),
  );
  const lines = single
    .filter((candidate) => !by(candidate).includes("risk"))
    .map(
      (candidate) =>
        `${labelOf(candidate)}, if not for ${candidate.rejections[0]?.gate}: ${candidate.rejections[0]?.reason}`,
    );
  if (byRisk.length > 0) lines.push(`an own run that proves ${byRisk.map(labelOf).join(", ")}, or another risk`);
  if (choice === undefined && rejected.some((candidate) => by(candidate).includes("vram"))) {
    lines.push("a smaller model, or a GPU with more memory (P.1)");
  }
  if (choice === undefined && rejected.every((candidate) => by(candidate).includes("quality"))) {
    lines.push("another model: this one misses the minima at full precision, too");
  }
  if (choice !== undefined && choice.proven === undefined) {
    lines.push(`an own run of ${choice.quantization}: its quality is published, not proven on your questions`);
  }
  if (choice !== undefined && choice.speed === undefined) {
    lines.push("timed answers of an own run: no rate is published for this choice");
  }
  return lines;
}
