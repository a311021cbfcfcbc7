import type { Candidate, Setting } from "./candidate.ts";
import { plainName } from "./reference.ts";
import type { Workload } from "./workload.ts";

/** Contexts above which eager FP16 spilled out of 12 GB in the study: H.2 of its phase 2 appendix. Tokens. */
const SPILL_TOKENS: Readonly<Record<string, number>> = {
  gpt2: 32_768,
  "qwen2.5-0.5b": 16_384,
  "qwen2.5-1.5b": 16_384,
  "phi-2": 8192,
  "qwen2.5-3b": 8192,
};
/** Above it eager FP16 is redirected on 12 GB, where no threshold of the model is known: J.5. */
const EAGER_TOKENS = 4096;
/** Answers of this many tokens make a workload decode-heavy: AN.1 of the phase 1.5 appendix. */
const DECODE_HEAVY_TOKENS = 64;

/** What else to know, a sentence each with the section it stands in. */
export function adviceFor(
  { question, tokens, machine }: Setting,
  workload: Workload | undefined,
  choice: Candidate | undefined,
): readonly string[] {
  const lines: string[] = [];
  if (workload !== undefined && question.workload !== undefined) {
    const named = workload.given === undefined ? workload.name : `${workload.given} is nearest to ${workload.name}`;
    lines.push(
      `${named} (${workload.section}): ${workload.phase} dominates; what counts: ${workload.metrics.join(", ")}; ${workload.thresholds.join("; ")}; ${workload.context}`,
    );
    if (workload.name === "classification" && question.users < 4) {
      lines.push(
        question.os === "linux"
          ? "compiled prefill (torch.compile on Linux) is an alternative for one user: 24 to 60 % less prefill time (F.6, J.4)"
          : "compiled prefill is worth a look on Linux only (F.6, J.4)",
      );
    }
  }
  lines.push(
    tokens.completion >= DECODE_HEAVY_TOKENS
      ? `${tokens.completion} answer tokens: the decode rate decides (AN.1: 64 tokens and more)`
      : `${tokens.completion} answer tokens: the prompt's rate decides (AN.1: fewer than 64 tokens)`,
  );
  if (question.users >= 4) lines.push(`${question.users} users: continuous batching pays from four on (J.2, H.1)`);
  const spill =
    SPILL_TOKENS[Object.keys(SPILL_TOKENS).find((model) => plainName(model) === plainName(question.model)) ?? ""];
  const limit = spill ?? EAGER_TOKENS;
  if (question.contextTokens > (spill === undefined ? limit : limit - 1)) {
    lines.push(
      `eager FP16 spills at ${limit} tokens on 12 GB (${spill === undefined ? "J.5, no threshold of this model" : "H.2"}), 25 to 105 times slower: use flash or paged attention`,
    );
  }
  lines.push(...(choice?.notes ?? []));
  if (choice?.headroom?.state === "warning") lines.push("memory is above 85 %: watch it, and stop at 90 % (H.2)");
  if (choice?.speed !== undefined) {
    lines.push(
      `rates come from the study's RTX 4080 Laptop, ${choice.speed.boundary} boundary; two sessions of that machine differed by ${choice.speed.errorPercent} %`,
    );
  }
  if (machine.priceSource !== undefined) lines.push(`price of the machine: ${machine.priceSource}`);
  lines.push("if first answers after a load take ten times as long as later ones, keep a warm pool (AN.3)");
  return lines;
}
