import { type Score, scored, unscored } from "../domain/score.ts";
import type { Metric } from "./metrics-by-kind.ts";
import type { ScoreInput, Scorer } from "./scorer.ts";
import { bleuFromStatistics, bleuStatistics } from "./text/bleu.ts";
import { exactMatch } from "./text/exact-match.ts";
import { outputLengthRatio } from "./text/output-length-ratio.ts";
import { rougeL, rougeSignature } from "./text/rouge.ts";
import { isReadByRouge, rougeTokens } from "./text/rouge-tokenize.ts";

const NO_REFERENCE = unscored("no reference");

/** Scorers that need no model, by metric. Several references: the best of them counts (BLEU clips against all). */
export const TEXT_SCORERS: Readonly<Partial<Record<Metric, () => Promise<Scorer>>>> = {
  exact_match: async () =>
    textScorer("exact_match", "exact_match|trim:yes|case:folded|refs:best|v:1", (input) =>
      bestOf(input, (candidate, reference) => scored(exactMatch(candidate, reference))),
    ),
  output_length: async () =>
    textScorer("output_length", "output_length|unit:code-points|ratio:min/max|refs:best|v:1", (input) =>
      bestOf(input, (candidate, reference) => scored(outputLengthRatio(candidate, reference))),
    ),
  repetition: async () => {
    const { repetition } = await import("./text/repetition.ts");
    return textScorer("repetition", "repetition|distinct:4|tok:wink|case:lc|v:1", ({ candidate }) =>
      repetition(candidate),
    );
  },
  bleu: async () =>
    textScorer(
      "bleu",
      bleuFromStatistics(NO_STATISTICS, { effectiveOrder: true, references: "var" }).signature,
      scoreBleu,
    ),
  rouge_l: async () =>
    textScorer("rouge_l", `${rougeSignature({ references: "var" })}|figure:L-f1`, (input) =>
      bestOf(input, scoreRougeL),
    ),
};

const NO_STATISTICS = Array.from({ length: 10 }, () => 0);

function textScorer(metric: Metric, signature: string, score: (input: ScoreInput) => Score): Scorer {
  return { metric, signature, score: async (inputs) => inputs.map(score), close: async () => {} };
}

function bestOf({ candidate, references }: ScoreInput, score: (candidate: string, reference: string) => Score): Score {
  let best: Score = NO_REFERENCE;
  for (const reference of references) {
    const next = score(candidate, reference);
    if (best.kind === "unscored" || (next.kind === "scored" && next.value > best.value)) best = next;
  }
  return best;
}

function scoreRougeL(candidate: string, reference: string): Score {
  if (rougeTokens(reference).length === 0)
    return unscored("ROUGE knows only the letters a-z and digits; the reference has none");
  if (!isReadByRouge(reference))
    return unscored("ROUGE knows only the letters a-z and digits; the reference is mostly in another script");
  return scored(rougeL(candidate, reference).f1);
}

function scoreBleu({ candidate, references }: ScoreInput): Score {
  if (references.length === 0) return NO_REFERENCE;
  const statistics = bleuStatistics(candidate, references);
  return scored(bleuFromStatistics(statistics, { effectiveOrder: true }).score, statistics);
}
